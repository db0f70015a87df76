package io.github.prtbackup.backup.pages;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;

/**
 * SQLite's own files of one database. This is the one class through which the database and its {@code -shm} may be read
 * past SQLite; {@link HeldFile} says what is dangerous about it.
 *
 * <p>Belongs to a connection and is made when that is: like the connection it stays with the file that was there then, if
 * another should come to its path. Closed with the connection, so that what is kept open of it need not be for ever.
 * Thread-safe.
 */
public final class DatabaseFile implements Closeable {

    /** Opens a connection. */
    @FunctionalInterface
    public interface Opening<T, E extends Exception> {
        T open() throws E;
    }

    private final Path path;
    private final HeldFile held;
    private final Path sharedMemory;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DatabaseFile(Path path, HeldFile held) {
        this.path = path;
        this.held = held;
        this.sharedMemory = beside("-shm");
    }

    /** The database at a path. Links are followed as SQLite follows them: its other files lie beside the target. */
    public static DatabaseFile of(Path file) throws IOException {
        Path path = file.toRealPath();
        return new DatabaseFile(path, HeldFile.hold(path).orElseThrow(() -> new NoSuchFileException(path.toString())));
    }

    /** Whether a file is empty, as a new database is, or begins like one. */
    public static boolean isDatabase(Path file) throws IOException {
        try (DatabaseFile opened = of(file)) {
            return opened.length() == 0 || opened.header().isPresent();
        }
    }

    /**
     * Opens a connection of ours to any database. While that is done, no file is closed whose locks the connection might
     * take meanwhile.
     *
     * @param opening what opens it
     * @return what that returns
     * @throws E if that throws it
     */
    public static <T, E extends Exception> T whileOpening(Opening<T, E> opening) throws E {
        return HeldFile.idle().whileOpening(opening::open);
    }

    /**
     * The driver goes, and no connection of this class loader is open. Closes what is kept open of all databases, at once or
     * when nobody else in the process has the file open any more.
     */
    public static void closeAll() throws IOException {
        HeldFile.closeIdle();
    }

    /** Where the file really is. */
    public Path path() {
        return path;
    }

    /** The header on page 1 of the file; empty if the file is empty or does not begin like a database. */
    public Optional<DatabaseHeader> header() throws IOException {
        byte[] bytes = new byte[DatabaseHeader.SIZE];
        return held.read(0, bytes, 0, bytes.length) < bytes.length ? Optional.empty() : DatabaseHeader.parse(bytes);
    }

    /** Bytes. */
    public long length() throws IOException {
        return held.length();
    }

    /** When the file was last written, in nanoseconds since 1970, as finely as the file system keeps it. */
    public long modifiedNanos() throws IOException {
        return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    }

    /**
     * Sees to it that each write from now on gives the file another time than it has. To wait for the clock of the file system
     * would take ten times as long as to close a connection, with the write lock held. So a file that was written within the
     * present tick gets a time a little before that: any write will bring it the time of the clock.
     *
     * @return false if that can't be done, as where the file belongs to somebody else
     */
    boolean settleTime() throws IOException {
        long modified = modifiedNanos();
        if (FileTick.isOver(modified)) {
            return true;
        }
        long before = TimeUnit.NANOSECONDS.toMillis(modified - 1);
        // Sets it by the path. What java.nio has for it opens the file, and closes it.
        return isCurrent() && before > 0 && path.toFile().setLastModified(before) && modifiedNanos() < modified;
    }

    /** Whether the file may have been written since is told by a later one. */
    FileState state() throws IOException {
        byte[] header = new byte[DatabaseHeader.SIZE];
        int read = held.read(0, header, 0, header.length);
        CRC32C checksum = new CRC32C();
        checksum.update(header, 0, Math.max(0, read));
        return new FileState(modifiedNanos(), changedNanos(), length(), (int) checksum.getValue());
    }

    private long changedNanos() throws IOException {
        try {
            return ((FileTime) Files.getAttribute(path, "unix:ctime")).to(TimeUnit.NANOSECONDS);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return 0;
        }
    }

    /**
     * Holds the shared memory of the WAL mode, if there is any, until that is closed. Asked under the write lock of a
     * connection of this process, which has it open.
     */
    Optional<HeldFile> holdSharedMemory() throws IOException {
        return HeldFile.holdWalIndex(sharedMemory);
    }

    /** Whether that is the shared memory still. */
    boolean isSharedMemory(HeldFile file) throws IOException {
        return file.isAt(sharedMemory);
    }

    /** {@code -wal} or {@code -journal}, which carry no locks and may be opened and closed. */
    Path beside(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** Whether the path still leads to this file. */
    public boolean isCurrent() throws IOException {
        return held.isAt(path);
    }

    /**
     * Reads pages one after the other, as they are in the file. What lies beyond its end is zero, as it is for SQLite.
     * Somebody may be writing them; only the holder of SQLite's write lock, or of proof, knows what he has read.
     */
    public void readPages(int pageSize, int first, int count, byte[] into, int offset) throws IOException {
        int length = Math.multiplyExact(count, pageSize);
        int read = held.read((first - 1L) * pageSize, into, offset, length);
        Arrays.fill(into, offset + read, offset + length, (byte) 0);
    }

    @Override
    public void close() throws IOException {
        if (!closed.getAndSet(true)) {
            held.close();
        }
    }
}
