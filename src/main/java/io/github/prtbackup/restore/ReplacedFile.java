package io.github.prtbackup.restore;

import io.github.prtbackup.files.Durable;
import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a database file that is missing, or that SQLite cannot open. This is the one place that touches a database as
 * a file: on POSIX that drops the locks which SQLite holds on it in this process, and there is nothing to be locked in a
 * file that no connection can use.
 *
 * <p>The new file is complete under another name first, {@code .restoring}. That is all that a dead process can leave, and
 * {@link #removeAbandoned} removes it. The name is always the same, so all methods are called while the backup directory
 * is locked.
 */
final class ReplacedFile {

    private static final Logger log = LoggerFactory.getLogger(ReplacedFile.class);

    private static final int BUFFER = 1 << 18;
    private static final String[] COMPANIONS = {"-journal", "-wal", "-shm"};

    private final Path database;
    private final Path complete;

    ReplacedFile(Path database) {
        this.database = database;
        this.complete = database.resolveSibling(
                FileNames.around(".", database.getFileName().toString(), ".restoring"));
    }

    /** Whether a process has died, or is at work. Needs no lock. */
    boolean isBegun() {
        return Files.exists(complete);
    }

    /** Removes what a dead process left. */
    void removeAbandoned() throws IOException {
        Files.deleteIfExists(complete);
    }

    /** Copies the bytes of a file that SQLite cannot open. */
    void copyUnreadable(PendingFile out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(database)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }
    }

    /** Puts a copy of the backup in the place of a database that SQLite cannot open. */
    void replace(Path backup) throws IOException {
        if (!Files.isWritable(database)) {
            // Who may write the directory only could replace it, and would take it from those who write it.
            throw new AccessDeniedException(database.toString());
        }
        try {
            prepare(backup, database);
            deleteCompanions();
            Files.move(complete, database, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            removeAfter(e);
            throw e;
        }
        settle();
    }

    /**
     * What is left to do when the new file is there. That it fails is no reason to say that the database has not been replaced:
     * what stays is removed later, and where the directory cannot be synced a power failure may bring the old file back.
     */
    private void settle() {
        try {
            removeAbandoned();
            Durable.syncDirectory(database.getParent());
        } catch (IOException e) {
            log.warn("{} has been replaced, but not settled: {}", database, e.toString());
        }
    }

    private void removeAfter(Throwable failure) {
        try {
            removeAbandoned();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Puts a copy of the backup where there is no database.
     *
     * @param model the file whose permissions it gets
     * @return false if there is one now
     */
    boolean create(Path backup, Path model) throws IOException {
        Durable.createDirectories(database.getParent());
        try {
            prepare(backup, model);
            if (Files.exists(database)) {
                removeAbandoned();
                return false;
            }
            deleteCompanions();
            linkOrMove();
        } catch (FileAlreadyExistsException e) {
            removeAbandoned();
            return false;
        } catch (IOException | RuntimeException | Error e) {
            removeAfter(e);
            throw e;
        }
        settle();
        return true;
    }

    private void prepare(Path backup, Path model) throws IOException {
        // With the permissions of the source, which only its owner can read.
        Files.copy(backup, complete, StandardCopyOption.REPLACE_EXISTING);
        // Before it gets permissions by which it may be that not even its owner can write to it.
        Durable.syncFile(complete);
        FileMode.copy(model, complete);
    }

    /** Before the new file comes, and durably: SQLite would apply the journal or log of the old one to it. */
    private void deleteCompanions() throws IOException {
        boolean deleted = false;
        for (String suffix : COMPANIONS) {
            String name = database.getFileName() + suffix;
            deleted |= !FileNames.isTooLong(name) && Files.deleteIfExists(database.resolveSibling(name));
        }
        if (deleted) {
            Durable.syncDirectory(database.getParent());
        }
    }

    /** A move would overwrite what somebody has created in the meantime. */
    private void linkOrMove() throws IOException {
        try {
            Files.createLink(database, complete);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // No hard links here (FAT, some network file systems).
            Files.move(complete, database, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
