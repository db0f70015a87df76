package io.github.prtbackup.backup.pages;

import io.github.prtbackup.store.SpinLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A file on which SQLite holds locks, opened once and never closed. On POSIX closing <em>any</em> descriptor of a file
 * drops all locks that the process has on it
 * (<a href="https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_">how
 * to corrupt</a>, 2.2), so a descriptor is opened once for each file, not path, and stays strongly reachable until
 * {@link #closeAll}, which is when the driver goes. If the path leads to another file, that one is opened too, and the first is kept.
 *
 * <p>The one exception is the wal-index. SQLite deletes it with the last connection of the last process, and makes another
 * with the next, so that a program which opens and closes its connections would run out of descriptors. Nobody has locks on
 * what was deleted like that.
 *
 * <p>It is a {@link RandomAccessFile} because a {@code FileChannel} closes itself when a thread that reads from it is
 * interrupted. Not even {@code getChannel()} may be called here.
 *
 * <p>Thread-safe.
 */
final class HeldFile {

    /** By identity. An entry stays as long as the file is open, and so its inode cannot be given to another. */
    private static final Map<Object, HeldFile> HELD = new ConcurrentHashMap<>();

    /** Everything that was ever opened, also what was opened twice in a race: it may not be collected, and so closed. */
    private static final Queue<RandomAccessFile> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    /** The wal-indexes, by path: the one that was last found there. */
    private static final Map<Path, HeldFile> WAL_INDEXES = new ConcurrentHashMap<>();

    /** Of what is static. */
    private static final SpinLock OPENING = new SpinLock();

    private final Object identity;
    private final RandomAccessFile file;

    /** Not a monitor: who waits for one may hold SQLite's write lock. */
    private final SpinLock guard = new SpinLock();

    private int users;
    private long usedSince;

    private HeldFile(Object identity, RandomAccessFile file) {
        this.identity = identity;
        this.file = file;
    }

    /**
     * The file to which a path leads now. The same file is the same object.
     *
     * @return empty if there is none
     */
    static Optional<HeldFile> at(Path path) throws IOException {
        try {
            HeldFile held = HELD.get(identity(path));
            return Optional.of(held != null ? held : open(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * The wal-index at a path, of which the caller knows that a connection of this process has it open. The one that was there
     * before is closed if nobody uses it.
     *
     * @return empty if there is none
     */
    static Optional<HeldFile> walIndexAt(Path path) throws IOException {
        Optional<HeldFile> found = at(path);
        if (found.isPresent() && WAL_INDEXES.get(path) != found.get()) {
            HeldFile before = WAL_INDEXES.put(path, found.get());
            if (before != null && before != found.get()) {
                before.closeUnlessUsed();
            }
        }
        return found;
    }

    /** Closes all, of which nobody has a use any more. */
    static void closeAll() throws IOException {
        OPENING.lock();
        try (OPENING) {
            HELD.clear();
            WAL_INDEXES.clear();
            for (RandomAccessFile file = NEVER_CLOSED.poll(); file != null; file = NEVER_CLOSED.poll()) {
                file.close();
            }
        }
    }

    private void closeUnlessUsed() throws IOException {
        OPENING.lock();
        try (OPENING) {
            if (users() == 0) {
                HELD.remove(identity, this);
                NEVER_CLOSED.remove(file);
                file.close();
            }
        }
    }

    private static HeldFile open(Path path) throws IOException {
        OPENING.lock();
        try (OPENING) {
            while (true) {
                Object before = identity(path);
                HeldFile held = HELD.get(before);
                if (held != null) {
                    return held;
                }
                RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
                NEVER_CLOSED.add(file);
                // The JDK cannot ask an open file who it is: somebody may have replaced it between question and
                // opening.
                if (before.equals(identity(path))) {
                    HeldFile opened = new HeldFile(before, file);
                    HELD.put(before, opened);
                    return opened;
                }
            }
        }
    }

    /** Device and inode; the path where there is no such thing, and where closing a file does not drop locks either. */
    private static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key != null ? key : path.toRealPath();
    }

    /** A connection of this process that has the file open says so. */
    void enter() {
        guard.lock();
        try (guard) {
            if (users++ == 0) {
                usedSince = System.nanoTime();
            }
        }
    }

    /** The connection is about to close the file. */
    void leave() {
        guard.lock();
        try (guard) {
            users--;
        }
    }

    /** How many connections have said so. */
    int users() {
        guard.lock();
        try (guard) {
            return users;
        }
    }

    /** Whether at all times since then some connection of this process had the file open. */
    boolean isUsedSince(long nanoTime) {
        guard.lock();
        try (guard) {
            return users > 0 && nanoTime - usedSince > 0;
        }
    }

    /** Bytes. */
    long length() throws IOException {
        return file.length();
    }

    /**
     * Reads from an offset up to a length or the end of the file.
     *
     * @return how much was read
     */
    int read(long offset, byte[] into, int from, int length) throws IOException {
        guard.lock();
        try (guard) {
            return PositionalRead.read(file, offset, into, from, length);
        }
    }
}
