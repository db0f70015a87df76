package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The directory of backups as a directory: who may use the database may use it. Stateless. */
final class BackupDirectory {
    /** Others that create the same directory at the same time get in the way at most that often. */
    private static final int ATTEMPTS = 100;

    private BackupDirectory() {}

    /**
     * Creates it, and those above it that are missing. The caller makes its name durable, when what is in it is to be; those
     * of the others are.
     *
     * @param directory the directory; nothing happens if it is there
     * @param database says who may use it; null if that is not known
     * @throws FileSystemException if this user may only read the database, and its owner would look for backups there
     */
    static void create(Path directory, Path database) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || Files.isDirectory(directory)) {
            return;
        }
        if (!Files.isDirectory(parent)) {
            create(parent, database);
            Durable.syncDirectory(parent.toAbsolutePath().getParent());
        }
        if (database != null) {
            for (int attempt = 0; attempt < ATTEMPTS && !Files.isDirectory(directory); attempt++) {
                tryToCreate(directory, database);
            }
        }
        // Somebody else may have created it meanwhile.
        Files.createDirectories(directory);
        if (database != null) {
            FileMode.widenDirectory(database, directory);
        }
    }

    /** Of what is asked for, and not of a name that nobody knows. */
    private static IOException named(FileSystemException named, FileSystemException cause) {
        named.initCause(cause);
        return named;
    }

    /**
     * Others look for it at the same time, and would be refused. So it is open to all who may use it before it has its name.
     * It takes the place of an empty directory, if one has just been created.
     */
    private static void tryToCreate(Path directory, Path database) throws IOException {
        if (RegularFile.isTaken(directory)) {
            return;
        }
        // Always the same name, so that what a dead process has left is found.
        Path fresh = directory.resolveSibling("." + directory.getFileName() + ".creating");
        try {
            Files.createDirectory(fresh, FileMode.directoryOfOwner());
        } catch (FileAlreadyExistsException e) {
            Files.deleteIfExists(fresh);
            return;
        } catch (AccessDeniedException e) {
            throw named(new AccessDeniedException(directory.toString()), e);
        } catch (FileSystemException e) {
            String reason = "the directory cannot be created" + (e.getReason() == null ? "" : ": " + e.getReason());
            throw named(new FileSystemException(directory.toString(), null, reason), e);
        }
        boolean isRefused = false;
        try {
            isRefused = !FileMode.mayHaveCreated(database, fresh);
            if (!isRefused) {
                FileMode.openDirectory(database, fresh);
                Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            // Another one is in its place, or has removed it.
            Files.deleteIfExists(fresh);
        }
        if (isRefused) {
            Files.deleteIfExists(fresh);
            throw new FileSystemException(
                    directory.toString(),
                    null,
                    "is not created by a user who may only read " + database
                            + ", as its owner could not use it; set backup.dir to a directory of your own");
        }
    }
}
