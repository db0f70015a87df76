package io.github.prtbackup.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock of a backup directory, in its file {@code .prtbackup.lock}. It is three things:
 *
 * <ul>
 *   <li><b>Mutual exclusion</b> between all threads, class loaders and processes: {@link #hold}.
 *   <li><b>The counter of backup ids.</b> The file holds the next free id, 8 bytes, big-endian. It never
 *       goes back, so that an id is not used twice when the metadata is deleted or set back to an older state. It is raised
 *       without the lock ({@link IdCounter}).
 *   <li><b>Proof of life.</b> Each process holds a lock on one random byte, its slot, for as long as it lives, and names
 *       its temporary files after it. The kernel releases the byte when the process dies, however it dies, so whoever
 *       can lock the byte knows that the files are abandoned. Process ids would not tell: containers that share a
 *       directory have the same ones.
 * </ul>
 *
 * <p>Locks of byte ranges work on local file systems and on network file systems that support them; where they do not,
 * {@link #hold} fails.
 *
 * <p><b>Nobody waits in here with a lock in his hand.</b> Who tries to take the mutex takes it whole, among the threads and
 * among the processes, or nothing of it; then he waits, as long as his {@link Patience} allows, and tries again. What is
 * shared among threads is guarded by a {@link SpinLock} for moments. So who holds the mutex goes on whatever others do: no
 * thread that is in the middle of a transaction waits for one that has parked. And a process that is stopped while it
 * holds the mutex costs the others their patience, and no more.
 *
 * <p>There is one instance for a directory in a JVM (a class loader, strictly: between those it is the file that
 * excludes), and it is thread-safe. Its file is opened when it is needed, and stays open as long as anybody {@linkplain #use uses}
 * it: a connection whose backups go there, and whoever has a lock or a temporary file. It is closed some time after the
 * last, and given back like that where the directory was deleted.
 */
public final class DirectoryLock {
    /** The name of the lock file. */
    public static final String FILE_NAME = ".prtbackup.lock";

    /** No id is larger: JSON readers that know doubles only would not read it exactly. */
    public static final long LARGEST_ID = 1L << 52;

    /** The one static registry: two descriptors of a lock file in one JVM would not exclude each other. */
    private static final LockRegistry REGISTRY = new LockRegistry();

    /** Those of them whose files are to be closed. */
    private static final IdleLocks IDLE = new IdleLocks();

    private final Path directory;
    private final IdCounter ids = new IdCounter(this);
    /** Of the fields below, and of all calls that lock a part of the file: the JDK has locks of its own behind these. */
    private final SpinLock guard = new SpinLock();

    private final LockUses uses = new LockUses(guard, () -> IDLE.add(this));
    private final ConcurrentHashMap<Long, RangeLock> ranges = new ConcurrentHashMap<>();
    private final LockFiles files;
    /** The thread of this process that holds the mutex; null if none does. Written under the guard. */
    private volatile Thread owner;
    /** The owner's: the file in which he has it. */
    private LockFile held;

    private final TemporaryFiles temporaries;
    private final KnownFile known;

    /** For {@link LockRegistry}. */
    DirectoryLock(Path directory) {
        this.directory = directory;
        this.files = new LockFiles(directory);
        this.temporaries = new TemporaryFiles(directory);
        this.known = new KnownFile(this);
    }

    /**
     * The lock of a directory, which is created when it is missing. The same object for every path to it.
     *
     * @param directory the directory of the backups
     * @return its lock
     * @throws IOException if the directory can't be created or reached
     */
    public static DirectoryLock of(Path directory) throws IOException {
        return REGISTRY.of(LockFiles.createAndResolve(directory, null));
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
        LockFiles.requireReal(real, LockFiles.createAndResolve(real, null));
        return REGISTRY.of(real);
    }

    /**
     * As {@link #ofReal(Path)}. If the directory is created, now or later, whoever may use a database may use it.
     *
     * @param database one whose backups go there; it may be missing
     */
    public static DirectoryLock ofReal(Path real, Path database) throws IOException {
        BackupDirectory.create(real, database);
        DirectoryLock lock = ofReal(real);
        lock.files.belongTo(database);
        return lock;
    }

    /**
     * Lets in who may use the database, and was not let in before. Call it in {@link #hold}.
     *
     * @param database one whose backups go there
     * @param isOurs whether the directory is there for us only, so that its permissions are not those that somebody wanted
     * @throws IOException if the present ones can't be read
     */
    public void widen(Path database, boolean isOurs) throws IOException {
        requireHeld();
        if (isOurs) {
            FileMode.widenDirectory(database, directory);
        }
        held.widen(database);
    }

    /**
     * Closes the lock files that nobody is using, for when this class is about to be unloaded; one that another class loader
     * uses only when he is done. Whoever comes after all opens them anew.
     */
    public static void closeAll() {
        IDLE.closeAll();
    }

    /**
     * Somebody is about to use the lock more than once. Opens no file yet.
     *
     * @return to be closed when he is done
     */
    public Closeable use() {
        return uses.begin();
    }

    /** As {@link #use}. */
    LockUses.Use begin() {
        return uses.begin();
    }

    /**
     * Whether a process like this one can write to a directory: it may create files, and lock the others out.
     *
     * @param directory the directory of the backups
     * @return false also where there is none
     */
    public static boolean isWritable(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        return Files.isWritable(directory) && (Files.notExists(file) || Files.isWritable(file));
    }

    /** See {@link LockFiles#areLockable}. */
    boolean isLockable() {
        return files.areLockable();
    }

    /** Closes the files if nobody uses the lock. Returns false if somebody in this JVM has them open whom we don't know. */
    boolean closeIfUnused() throws IOException {
        guard.lock();
        try (guard) {
            if (!uses.mayClose()) {
                // Who uses it says when he is done.
                return true;
            }
            try {
                return files.closeUnlessOthersUse();
            } finally {
                uses.closed();
            }
        }
    }

    /** {@return the real path of the directory, one of them} */
    public Path directory() {
        return directory;
    }

    /** As {@link #hold(Patience, IOCallable)}, for who can wait long. */
    public <T> T hold(IOCallable<T> work) throws IOException {
        return hold(Patience.LONG, work);
    }

    /**
     * Does some work while nobody else, in this process or another, holds the lock. Not ended by an interrupt, which stays
     * pending. Reentrant. The work does not park, and waits for no other thread.
     *
     * @param patience how long to wait for the lock
     * @param work what to do
     * @param <T> the type of its result
     * @return the result of the work
     * @throws HeldByOthersException if the lock is not to be had in that time; nothing was done
     * @throws IOException if the work throws it, or the lock file can't be opened or locked
     */
    public <T> T hold(Patience patience, IOCallable<T> work) throws IOException {
        if (isHeld()) {
            return work.call();
        }
        Closeable use = use();
        try (use) {
            FileLock taken = patience.await(this::tryTake, files.path());
            try {
                return work.call();
            } finally {
                giveBack(taken);
            }
        }
    }

    /**
     * The next free id as far as this file and the caller know; 1 in a new directory. Changes nothing, and keeps nobody from
     * taking it. Call it in {@link #hold}.
     *
     * @param largest says which is the largest id in use. Asked when this process meets a lock file for the first time, or one
     *     that was set back, as a crash of the operating system may do
     * @return the smallest id that is not in use, and that was never announced to {@link #raiseNextId}
     * @throws IOException if the lock file can't be read
     */
    public long nextId(IOCallable<Long> largest) throws IOException {
        requireHeld();
        return ids.next(held, largest);
    }

    /**
     * Announces that all ids below are in use. A smaller one than the present changes nothing. Call it in {@link #hold}.
     * It survives the death of the process; after a crash of the operating system it may be lost, so what names an id
     * durably must count as well.
     *
     * @param next the next free id
     * @param largest as in {@link #nextId}
     * @throws IOException if the lock file can't be written
     */
    public void raiseNextId(long next, IOCallable<Long> largest) throws IOException {
        requireHeld();
        ids.raise(held, next, largest);
    }

    /**
     * A free id, which is used up by this. Needs the lock only where the lock file is new.
     *
     * @param patience how long to wait for the lock
     * @param least no smaller id is given
     * @param floor says which is the smallest id that is not in use. Asked when this process meets a lock file for the first
     *     time, or one that was set back, as a crash of the operating system may do; from then on the file knows of every id
     * @return an id that was never given before
     * @throws IOException if no ids are left, or the lock file can't be read or written
     */
    public long reserveId(Patience patience, long least, IOCallable<Long> floor) throws IOException {
        Closeable use = use();
        try (use) {
            return ids.reserve(current(), patience, least, floor);
        }
    }

    /**
     * Removes the temporary files of processes that are dead. Never one of a living process, this one included. Call it
     * in {@link #hold}.
     *
     * @param names what is in the directory
     * @return the files that were removed; one that can't be, as another user's in a sticky directory, stays
     * @throws IOException if the lock file can't be read
     */
    public List<Path> removeAbandoned(Collection<String> names) throws IOException {
        requireHeld();
        return temporaries.removeAbandoned(names, this::isAlive);
    }

    /** {@return the names of all files in the directory} */
    public List<String> fileNames() throws IOException {
        return files.fileNames();
    }

    /** Creates an empty temporary file that only its owner can open, and that lives no longer than this process, or its use. */
    Path createTemporary() throws IOException {
        return temporaries.create(isHeld() ? held.slot() : current().slot());
    }

    /** How much the temporary files take, of whatever process. */
    public long temporaryBytes() throws IOException {
        return temporaries.bytes();
    }

    /**
     * Takes the turn to replace a database, if nobody else has it, in this process or another. It keeps nobody from anything
     * but the same.
     *
     * @param key that of the database; others have other turns
     * @return to be closed when it is done; empty if somebody else has the turn
     * @throws IOException if the lock file can't be opened or locked
     */
    public Optional<Closeable> tryTurn(int key) throws IOException {
        // Behind the bytes of the locks of timelines.
        long byteOfTurn = (2L << Integer.SIZE) + Integer.toUnsignedLong(key);
        return Optional.ofNullable(range(byteOfTurn).tryExclusive());
    }

    /** Makes the names in the directory survive a crash of the operating system, and that of the directory itself. */
    public void sync() throws IOException {
        files.sync();
    }

    /** The lock for one thing in the directory. Independent of {@link #hold}, and of those of other keys. */
    public RangeLock range(long key) {
        RangeLock known = ranges.get(key);
        return known != null ? known : ranges.computeIfAbsent(key, absent -> new RangeLock(this, key));
    }

    /** Of what {@link RangeLock} has in the lock file, too. */
    SpinLock guard() {
        return guard;
    }

    /** Takes a lock for {@link RangeLock}; null if it is not free. Call it under the guard. */
    FileLock tryRange(long key, boolean shared) throws IOException {
        return (shared ? files.readable() : files.current()).tryRange(key, shared);
    }

    /** The file that the path leads to now. */
    private LockFile current() throws IOException {
        LockFile usable = files.usable();
        if (usable != null) {
            return usable;
        }
        guard.lock();
        try (guard) {
            return files.current();
        }
    }

    /** What it knows of the databases. */
    public KnownFile knownFile() {
        return known;
    }

    /** Changes when the lock file, and with it maybe the whole directory, was found to be another one. */
    public int generation() {
        return files.generation();
    }

    boolean isHeld() {
        return owner == Thread.currentThread();
    }

    private boolean isAlive(int slot) throws IOException {
        guard.lock();
        try (guard) {
            return held.isAlive(slot);
        }
    }

    /**
     * Takes the mutex in the file that the path leads to now, which need not be the one it led to before.
     *
     * @return null if somebody else has it
     */
    private FileLock tryTake() throws IOException {
        guard.lock();
        try (guard) {
            if (owner != null) {
                return null;
            }
            LockFile file = files.anyOpen();
            FileLock taken = file.tryMutex();
            while (taken != null && !file.isCurrentOrReleased(taken)) {
                file = files.current();
                taken = file.tryMutex();
            }
            if (taken != null) {
                held = file;
                owner = Thread.currentThread();
            } else {
                // He may have it in another file than the one that everybody uses now.
                LockFile unused = files.current();
            }
            return taken;
        }
    }

    private void giveBack(FileLock taken) throws IOException {
        guard.lock();
        try (guard) {
            owner = null;
            taken.release();
        }
    }

    private void requireHeld() {
        if (!isHeld()) {
            throw new IllegalStateException("the lock of " + directory + " is not held by this thread");
        }
    }
}
