package io.github.prtbackup.backup.pages;

import io.github.prtbackup.files.SpinLock;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A file on which SQLite holds locks, opened once for all who read it past SQLite. On POSIX closing <em>any</em> descriptor of
 * a file drops all locks that the process has on it
 * (<a href="https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_">how
 * to corrupt</a>, 2.2), so a descriptor is opened once for each file, not path. Who needs it {@linkplain #hold holds} it; when
 * nobody does any more, {@link IdleFiles} closes it as soon as nobody else in the process can have locks there, and keeps it
 * strongly reachable until then. If a path leads to another file, that one is opened too.
 *
 * <p>For the wal-index, to hold it is also to be a witness: each who holds it has a connection of this process that has it
 * open.
 *
 * <p>It is a {@link RandomAccessFile} because a {@code FileChannel} closes itself when a thread that reads from it is
 * interrupted. Not even {@code getChannel()} may be called here.
 *
 * <p>Thread-safe.
 */
final class HeldFile implements Closeable {

    /** By identity. An entry stays as long as the file is open, and so its inode cannot be given to another. */
    private static final Map<Object, HeldFile> HELD = new HashMap<>();

    /** What was opened in a race, and may be any file: it may not be collected, and so closed. */
    private static final Queue<RandomAccessFile> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    /** Of all held files, and of what is idle. Not a monitor: who waits for it may hold SQLite's write lock. */
    private static final SpinLock GUARD = new SpinLock();

    private static final IdleFiles IDLE = new IdleFiles(GUARD);

    private final Object identity;
    private final Path path;
    private final RandomAccessFile file;

    /** The file has one position. */
    private final SpinLock reading = new SpinLock();

    private int holders;
    private long heldSince;

    private HeldFile(Object identity, Path path, RandomAccessFile file) {
        this.identity = identity;
        this.path = path;
        this.file = file;
    }

    /**
     * Holds the file to which a path leads now, until {@link #close} is called as often as this. The same file is the same
     * object.
     *
     * @return empty if there is none
     */
    static Optional<HeldFile> hold(Path path) throws IOException {
        GUARD.lock();
        try (GUARD) {
            try {
                HeldFile held = HELD.get(identity(path));
                if (held == null) {
                    held = open(path);
                }
                if (held.holders++ == 0) {
                    held.heldSince = System.nanoTime();
                    IDLE.remove(held);
                }
                return Optional.of(held);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }

    /**
     * As {@link #hold}, for the wal-index. SQLite deletes it with the last connection of the last process, and makes another
     * with the next. Nobody has locks on what was deleted like that, so that one that was here before goes at once.
     */
    static Optional<HeldFile> holdWalIndex(Path path) throws IOException {
        GUARD.lock();
        try (GUARD) {
            Optional<HeldFile> held = hold(path);
            held.ifPresent(present -> IDLE.closeIf(idle -> idle.path.equals(path)));
            return held;
        }
    }

    /** Closes what nobody holds, or sees to it that it is closed when nobody else has it open any more. */
    static void closeIdle() throws IOException {
        GUARD.lock();
        try (GUARD) {
            for (RandomAccessFile file = NEVER_CLOSED.poll(); file != null; file = NEVER_CLOSED.poll()) {
                file.close();
            }
            IDLE.closeForGood();
        }
    }

    /** See {@link IdleFiles#whileOpening}. */
    static IdleFiles idle() {
        return IDLE;
    }

    private static HeldFile open(Path path) throws IOException {
        while (true) {
            Object before = identity(path);
            HeldFile held = HELD.get(before);
            if (held != null) {
                return held;
            }
            RandomAccessFile file = openOrMakeRoom(path);
            // The JDK cannot ask an open file who it is: somebody may have replaced it between question and opening.
            if (before.equals(identity(path))) {
                HeldFile opened = new HeldFile(before, path, file);
                HELD.put(before, opened);
                return opened;
            }
            NEVER_CLOSED.add(file);
        }
    }

    private static RandomAccessFile openOrMakeRoom(Path path) throws IOException {
        try {
            return new RandomAccessFile(path.toFile(), "r");
        } catch (FileNotFoundException e) {
            // Also what Java says when the process may open no more files.
            IDLE.closeAll();
            return new RandomAccessFile(path.toFile(), "r");
        }
    }

    /** Device and inode; the path where there is no such thing, and where closing a file does not drop locks either. */
    private static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key != null ? key : path.toRealPath();
    }

    /** Whether the path leads to this file now. */
    boolean isAt(Path path) throws IOException {
        try {
            return identity.equals(identity(path));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    Object identity() {
        return identity;
    }

    /** Whether closing a descriptor of it drops no locks. */
    boolean isOfFriendlySystem() {
        return identity instanceof Path;
    }

    /** It is not held any more by one who held it. */
    @Override
    public void close() throws IOException {
        GUARD.lock();
        try (GUARD) {
            holders--;
            if (holders == 0) {
                IDLE.add(this);
            }
        }
    }

    /** Closes the descriptor. Called by {@link IdleFiles}, with the lock of all files. */
    void closeForGood() throws IOException {
        HELD.remove(identity, this);
        file.close();
    }

    /** How many hold it. */
    int holders() {
        GUARD.lock();
        try (GUARD) {
            return holders;
        }
    }

    /** Whether at all times since then somebody held it. */
    boolean isHeldSince(long nanoTime) {
        GUARD.lock();
        try (GUARD) {
            return holders > 0 && nanoTime - heldSince > 0;
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
        reading.lock();
        try (reading) {
            return PositionalRead.read(file, offset, into, from, length);
        }
    }
}
