package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lock file of a directory, and those that were there before it and are still open: somebody may have replaced the file,
 * or the whole directory, while locks were held in it.
 *
 * <p>Guarded by its user, but for {@link #usable} and {@link #generation}.
 */
final class LockFiles {
    private final Path directory;
    private final List<LockFile> replaced = new ArrayList<>();
    /** Null before the first, and when it was closed. */
    private volatile LockFile file;

    /** Opened where the file can't be written; null before. */
    private LockFile onlyRead;
    /** Says who may use the directory, should it have to be created again; null if that is not known. */
    private volatile Path database;

    /** Rises with each lock file that is opened. */
    private final AtomicInteger generation = new AtomicInteger();

    /** At which {@link #generation} the name of the directory was made durable; negative if it never was. */
    private volatile int durableGeneration = -1;

    /** @param directory by its real path */
    LockFiles(Path directory) {
        this.directory = directory;
    }

    /** The path of the lock file. */
    Path path() {
        return directory.resolve(DirectoryLock.FILE_NAME);
    }

    /** Changes when the lock file, and with it maybe the whole directory, was found to be another one, or may be. */
    int generation() {
        return generation.get();
    }

    /** The file that the path leads to now; null if it is not open, or not fully. */
    LockFile usable() throws IOException {
        LockFile opened = file;
        return opened != null && opened.hasSlot() && opened.isCurrent() ? opened : null;
    }

    /** The file that is open, whether or not the path leads to it now. It is opened if there is none. */
    LockFile anyOpen() throws IOException {
        return file == null || !file.hasSlot() || !file.isOpen() ? current() : file;
    }

    /** The file that the path leads to now, which is opened, and the directory created, if need be. */
    LockFile current() throws IOException {
        if (file != null && file.isCurrent()) {
            file.takeSlot();
            return file;
        }
        requireReal(directory, createAndResolve(directory, database));
        LockFile opened = LockFile.open(path(), database, file == null ? LockFile.randomSlot() : file.slot());
        if (file != null) {
            replaced.add(file);
        }
        file = opened;
        generation.incrementAndGet();
        return opened;
    }

    /** As {@link #current}; where that can't be written, one that is only good for shared locks. */
    LockFile readable() throws IOException {
        try {
            return current();
        } catch (IOException e) {
            if (Files.isWritable(path()) || Files.notExists(path())) {
                throw e;
            }
            if (!Files.isReadable(path())) {
                throw unreadable(e);
            }
        }
        if (onlyRead == null || !onlyRead.isCurrent()) {
            LockFile opened = LockFile.openToRead(path());
            if (onlyRead != null) {
                replaced.add(onlyRead);
            }
            onlyRead = opened;
        }
        return onlyRead;
    }

    private FileSystemException unreadable(IOException cause) {
        FileSystemException unreadable = new FileSystemException(
                path().toString(),
                null,
                "may not be read by this user: who reads the database is let in by the next connection, or command, of"
                        + " somebody who writes it");
        unreadable.initCause(cause);
        return unreadable;
    }

    /** Closes all; nobody here uses them. Returns false if somebody in this JVM has one open whom we don't know. */
    boolean closeUnlessOthersUse() throws IOException {
        // All first: a file that was cut off was opened a second time.
        for (LockFile old : replaced) {
            old.releaseSlot();
        }
        if (file != null) {
            file.releaseSlot();
        }
        for (LockFile old : List.copyOf(replaced)) {
            if (old.closeUnlessOthersUse()) {
                replaced.remove(old);
            }
        }
        if (file != null && file.closeUnlessOthersUse()) {
            file = null;
        }
        if (onlyRead != null && onlyRead.closeUnlessOthersUse()) {
            onlyRead = null;
        }
        return file == null && onlyRead == null && replaced.isEmpty();
    }

    /** The directory is one of the backups of a database. */
    void belongTo(Path user) {
        database = user;
    }

    /** @param database says who may use the directory; may be null */
    static Path createAndResolve(Path directory, Path database) throws IOException {
        BackupDirectory.create(directory, database);
        return directory.toRealPath();
    }

    static void requireReal(Path known, Path now) throws FileSystemException {
        if (!now.equals(known)) {
            throw new FileSystemException(
                    known.toString(), now.toString(), "the backup directory was replaced by a link");
        }
    }

    /** See {@link DirectoryLock#sync}. */
    void sync() throws IOException {
        int now = generation();
        if (durableGeneration != now) {
            Durable.syncDirectory(directory.getParent());
            durableGeneration = now;
        }
        Durable.syncDirectory(directory);
    }

    /** Whether there is something that a reader can lock. There is nothing on a disk that was written without it. */
    boolean areLockable() {
        return Files.exists(path()) || Files.isWritable(directory);
    }

    /** The names of all files in the directory. */
    List<String> fileNames() throws IOException {
        // Where many databases have their backups, half the time of java.nio, which makes a path of each.
        String[] names = directory.toFile().list();
        if (names != null) {
            return List.of(names);
        }
        // Says why not.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            List<String> found = new ArrayList<>();
            files.forEach(file -> found.add(file.getFileName().toString()));
            return found;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}
