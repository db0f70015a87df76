package io.github.prtbackup.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lock of a backup directory, in its file {@code .prtbackup.lock}. It is three things:
 *
 * <ul>
 *   <li><b>Mutual exclusion</b> between all threads, class loaders and processes: {@link #hold}.
 *   <li><b>The counter of backup ids.</b> The file holds the next free id, 8 bytes, big-endian. It never
 *       goes back, so that an id is not used twice when the metadata is deleted or set back to an older state.
 *   <li><b>Proof of life.</b> Each process holds a lock on one random byte, its slot, for as long as it lives, and names
 *       its temporary files after it. The kernel releases the byte when the process dies, however it dies, so whoever
 *       can lock the byte knows that the files are abandoned. Process ids would not tell: containers that share a
 *       directory have the same ones.
 * </ul>
 *
 * <p>Locks of byte ranges work on local file systems and on network file systems that support them; where they do not,
 * {@link #hold} fails.
 *
 * <p>There is one instance for a directory in a JVM (a class loader, strictly: between those it is the file that
 * excludes), and it is thread-safe. Its file stays open until {@link #closeAll}.
 */
public final class DirectoryLock {
    /** The name of the lock file. */
    public static final String FILE_NAME = ".prtbackup.lock";

    /** No id is larger: JSON readers that know doubles only would not read it exactly. */
    public static final long LARGEST_ID = 1L << 52;

    /** The one static registry: two descriptors of a lock file in one JVM would not exclude each other. */
    private static final ConcurrentHashMap<Path, DirectoryLock> REGISTRY = new ConcurrentHashMap<>();

    private static final Pattern TEMPORARY = Pattern.compile("\\.tmp-([0-9a-f]{8})-.*", Pattern.DOTALL);

    private static final long SHORTEST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 2_000_000;

    private final Path directory;
    private final ReentrantLock threads = new ReentrantLock();
    private final AtomicLong temporaries = new AtomicLong();
    private final List<LockFile> replaced = new ArrayList<>();
    private final ConcurrentHashMap<Long, RangeLock> ranges = new ConcurrentHashMap<>();
    /** Written in the lock of the threads only. */
    private volatile LockFile file;

    private long nextId = 1;

    /** Rises with each lock file that is opened. */
    private final AtomicInteger generation = new AtomicInteger();

    /** The lock file whose number was compared with the timelines. */
    private LockFile compared;

    /** The lock file of which this process knows that it knows of all ids. */
    private LockFile trusted;

    private DirectoryLock(Path directory) {
        this.directory = directory;
    }

    /**
     * The lock of a directory, which is created when it is missing. The same object for every path to it.
     *
     * @param directory the directory of the backups
     * @return its lock
     * @throws IOException if the directory can't be created or reached
     */
    public static DirectoryLock of(Path directory) throws IOException {
        return REGISTRY.computeIfAbsent(createAndResolve(directory), DirectoryLock::new);
    }

    /**
     * As {@link #of}, for a directory that is known by its real path. If that leads elsewhere now, somebody has put a link in
     * its place, and what lies there was not configured by the user.
     *
     * @param real the path, without links
     * @return its lock
     * @throws IOException if a link is in its place, or as there
     */
    public static DirectoryLock ofReal(Path real) throws IOException {
        DirectoryLock lock = of(real);
        requireReal(real, lock.directory());
        return lock;
    }

    private static void requireReal(Path known, Path now) throws FileSystemException {
        if (!now.equals(known)) {
            throw new FileSystemException(
                    known.toString(), now.toString(), "the backup directory was replaced by a link");
        }
    }

    /**
     * Closes the lock files that nobody is using, for when this class is about to be unloaded. Whoever comes after all opens
     * them anew.
     *
     * @throws IOException if one can't be closed
     */
    public static void closeAll() throws IOException {
        for (DirectoryLock lock : REGISTRY.values()) {
            lock.closeUnlessUsed();
        }
    }

    private void closeUnlessUsed() throws IOException {
        if (!threads.tryLock()) {
            return;
        }
        try {
            if (threads.getHoldCount() == 1
                    && ranges.values().stream().noneMatch(RangeLock::isLeased)
                    && file != null) {
                for (LockFile old : replaced) {
                    old.close();
                }
                replaced.clear();
                file.close();
                file = null;
            }
        } finally {
            threads.unlock();
        }
    }

    /**
     * The directory.
     *
     * @return its real path
     */
    public Path directory() {
        return directory;
    }

    /**
     * Does some work while nobody else, in this process or another, holds the lock. Waits as long as it takes, and is
     * not ended by an interrupt, which stays pending. Reentrant.
     *
     * @param work what to do
     * @param <T> the type of its result
     * @return the result of the work
     * @throws IOException if the work throws it, or the lock file can't be opened or locked
     */
    public <T> T hold(IOCallable<T> work) throws IOException {
        threads.lock();
        try {
            if (threads.getHoldCount() > 1) {
                return work.call();
            }
            FileLock mutex = lockFile();
            try {
                return work.call();
            } finally {
                mutex.release();
            }
        } finally {
            threads.unlock();
        }
    }

    /**
     * The next free id as far as this file and the timelines know; 1 in a new directory. Changes nothing. Call it in
     * {@link #hold}.
     *
     * @return the smallest id that no timeline has, and that was never announced to {@link #raiseNextId}
     * @throws IOException if the lock file or a timeline can't be read
     */
    public long nextId() throws IOException {
        requireHeld();
        // What was read before counts too: the file may have been deleted and created anew.
        long read = file.readNumber();
        if (file != compared || read < nextId) {
            // It is lost, or a crash of the operating system may have set it back to any number that it had.
            nextId = Math.max(nextId, 1 + TimelineIds.largestIn(this));
            compared = file;
        }
        nextId = Math.max(nextId, read);
        return nextId;
    }

    /**
     * Announces that all ids below are in use. A smaller one than the present changes nothing. Call it in {@link #hold}.
     * It survives the death of the process; after a crash of the operating system it may be lost, so what names an id
     * durably must count as well.
     *
     * @param next the next free id
     * @throws IOException if the lock file can't be written
     */
    public void raiseNextId(long next) throws IOException {
        requireHeld();
        long known = nextId();
        if (next > known) {
            file.writeNumber(next);
            nextId = next;
        } else if (known > file.readNumber()) {
            file.writeNumber(known);
        }
    }

    /**
     * The next free id, which is used up by this.
     *
     * @param floor says which is the smallest id that no full backup has. Asked when this process meets a lock file for the
     *     first time, or one that was set back, as a crash of the operating system may do; from then on the file knows
     *     of every id
     * @return an id that was never given before
     * @throws IOException if no ids are left, or the lock file can't be read or written
     */
    public long reserveId(IOCallable<Long> floor) throws IOException {
        return hold(() -> {
            long id = file.readNumber();
            if (file != trusted || id < nextId) {
                id = Math.max(floor.call(), nextId());
            }
            if (id > LARGEST_ID) {
                throw new IOException("no ids are left in " + directory);
            }
            file.writeNumber(id + 1);
            nextId = id + 1;
            trusted = file;
            return id;
        });
    }

    /**
     * Removes the temporary files of processes that are dead. Never one of a living process, this one included. Call it
     * in {@link #hold}.
     *
     * @return the files that were removed; one that can't be, as another user's in a sticky directory, stays
     * @throws IOException if the directory or the lock file can't be read
     */
    public List<Path> removeAbandoned() throws IOException {
        requireHeld();
        List<Path> removed = new ArrayList<>();
        for (Path path : temporaryFiles()) {
            Matcher name = TEMPORARY.matcher(path.getFileName().toString());
            // A slot is a positive int; eight hex digits can be more, and then the file is none of ours.
            if (name.matches() && isAbandoned(HexFormat.fromHexDigitsToLong(name.group(1))) && isRemoved(path)) {
                removed.add(path);
            }
        }
        return removed;
    }

    private List<Path> temporaryFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".tmp-*")) {
            files.forEach(found::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /** The names of all files in the directory. */
    List<String> fileNames() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private static boolean isRemoved(Path path) {
        try {
            return !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(path);
        } catch (IOException e) {
            // It takes room and does no harm: no reason to keep anyone from making backups.
            return false;
        }
    }

    /** Creates an empty temporary file that only its owner can open, and that lives no longer than this process. */
    Path createTemporary() throws IOException {
        int slot = slot();
        while (true) {
            String name = ".tmp-" + HexFormat.of().toHexDigits(slot) + "-" + temporaries.incrementAndGet() + ".db";
            try {
                return Files.createFile(directory.resolve(name), FileMode.ownerOnly());
            } catch (FileAlreadyExistsException e) {
                // Left by a dead process that had the same slot; the next number is free sooner or later.
            }
        }
    }

    /**
     * Takes the turn to replace a database, if nobody else has it, in this process or another. It keeps nobody from anything
     * but the same.
     *
     * @param database other databases have other turns, nearly always
     * @return to be closed when it is done; empty if somebody else has the turn
     * @throws IOException if the lock file can't be opened or locked
     */
    public Optional<Closeable> tryTurn(Path database) throws IOException {
        // Behind the bytes of the locks of timelines.
        long key = (2L << Integer.SIZE)
                + Integer.toUnsignedLong(database.toString().hashCode());
        return Optional.ofNullable(range(key).tryExclusive());
    }

    /** The lock for one thing in the directory. Independent of {@link #hold}, and of those of other keys. */
    RangeLock range(long key) {
        return ranges.computeIfAbsent(key, absent -> new RangeLock(this, key));
    }

    /** Takes a lock for {@link RangeLock}; null if it is not free. */
    FileLock tryRange(long key, boolean shared) throws IOException {
        threads.lock();
        try {
            openIfReplaced();
            return file.tryRange(key, shared);
        } finally {
            threads.unlock();
        }
    }

    /** Does not wait for a thread that holds the lock, unless the file has to be opened. */
    private int slot() throws IOException {
        LockFile opened = file;
        if (opened != null && (threads.isHeldByCurrentThread() || opened.isCurrent())) {
            return opened.slot();
        }
        threads.lock();
        try {
            openIfReplaced();
            return file.slot();
        } finally {
            threads.unlock();
        }
    }

    /** Changes when the lock file, and with it maybe the whole directory, was found to be another one. */
    int generation() {
        return generation.get();
    }

    boolean isHeld() {
        return threads.isHeldByCurrentThread();
    }

    private boolean isAbandoned(long slot) throws IOException {
        return slot <= Integer.MAX_VALUE && !file.isAlive((int) slot);
    }

    /** Takes the mutex in the file that the path leads to now, which need not be the one it led to before. */
    private FileLock lockFile() throws IOException {
        long pause = SHORTEST_PAUSE_NANOS;
        boolean interrupted = false;
        try {
            while (true) {
                if (file == null || !file.isOpen()) {
                    openIfReplaced();
                }
                FileLock mutex = file.tryMutex();
                if (mutex != null && isCurrentOrReleased(mutex)) {
                    return mutex;
                }
                openIfReplaced();
                if (mutex != null) {
                    continue;
                }
                // Polling, because a wait inside the kernel is ended by interrupts, which also close the channel, and
                // because the kernel sees a deadlock where threads of two processes wait for two directories crosswise.
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(this, ThreadLocalRandom.current().nextLong(pause / 2, pause));
                pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Releases it unless the path leads to its file, and also where that can't be told: nobody else could ever have it. */
    private boolean isCurrentOrReleased(FileLock mutex) throws IOException {
        boolean isCurrent = false;
        try {
            isCurrent = file.isCurrent();
        } finally {
            if (!isCurrent) {
                mutex.release();
            }
        }
        return isCurrent;
    }

    private void openIfReplaced() throws IOException {
        if (file != null && file.isCurrent()) {
            return;
        }
        requireReal(directory, createAndResolve(directory));
        LockFile opened =
                LockFile.open(directory.resolve(FILE_NAME), file == null ? LockFile.randomSlot() : file.slot());
        if (file != null) {
            replaced.add(file);
        }
        file = opened;
        generation.incrementAndGet();
    }

    private void requireHeld() {
        if (!threads.isHeldByCurrentThread()) {
            throw new IllegalStateException("the lock of " + directory + " is not held by this thread");
        }
    }

    private static Path createAndResolve(Path directory) throws IOException {
        Durable.createDirectories(directory);
        return directory.toRealPath();
    }
}
