package io.github.prtbackup.backup.pages;

import io.github.prtbackup.files.Nap;
import io.github.prtbackup.files.OwnThreads;
import io.github.prtbackup.files.SpinLock;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that nobody here reads any more, and that are still open because closing them would drop the locks of others in
 * the process: of connections of plain sqlite-jdbc, for one. They are closed when the table of the process's descriptors shows
 * none of the file but ours. Where the system has no such table they stay open, and where it has no such locks they are closed
 * at once.
 *
 * <p>To keep a file too long costs a descriptor; to close it too early costs somebody his lock. So what can come between the
 * look into the table and the closing?
 *
 * <ul>
 *   <li>A file that was deleted: nothing. Nobody can open it any more.
 *   <li>Closing drops locks that were taken before it, not later ones. So somebody must have opened the file after the look
 *       <em>and</em> locked it before the closing.
 *   <li>A connection of ours cannot: none is opened during that time ({@link #whileOpening}).
 *   <li>A plain connection would have to open the file and lock it all within that time. It is made short: nothing else is done
 *       in between, and if it was long, as where the thread had to wait for a processor, the look is taken again. SQLite
 *       takes its first lock with the first statement that reads, not when it opens the file.
 *   <li>And it would have to come when nobody here has used the database for {@linkplain #GRACE_NANOS a while}. A file that
 *       is opened and closed all the time, by ours and by plain connections beside each other, is never looked at. Only
 *       where so many files are idle that a process might run out of descriptors, the oldest are not given that time.
 * </ul>
 *
 * <p>The thread that does it ends when no file is idle. Until then it is also what keeps the files, and this class loader, from
 * being collected: the collector would close them without a look.
 *
 * <p>Thread-safe.
 */
final class IdleFiles {

    private static final Logger log = LoggerFactory.getLogger(IdleFiles.class);

    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** The thread rests so many times as long as it looks. */
    private static final long PAUSES_FOR_A_LOOK = 20;

    /** So many idle files are no burden to a process. */
    private static final int FEW = 32;

    /** Of many, the newest have this chance to be used again. */
    private static final int SPARED = 8;

    /** Of a process that has many files open, not even a share like this: a look into a large table takes long. */
    private static final int SHARE = 2;

    /** From the beginning of a look to the closing. */
    private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

    private static final long SHORT_NANOS_EACH = TimeUnit.MICROSECONDS.toNanos(15);

    private static final int MOST_LOOKS = 8;

    /** Of all held files, and of this. */
    private final SpinLock guard;

    /** Oldest first, with the time since when. */
    private final Map<HeldFile, Long> idle = new LinkedHashMap<>();

    private final ReadWriteLock openings = new ReentrantReadWriteLock();
    private final ThreadFactory threads = OwnThreads.named("prtbackup-idle-files");

    /** Null if none is running. */
    private Thread closing;

    private final Nap nap = new Nap();
    private boolean hasTable = true;
    /** So many idle files are too many. */
    private int burden = FEW;

    private long lookNanos;
    private long pauseMillis;

    /** Opens something. */
    @FunctionalInterface
    interface Opening<T, E extends Exception> {
        T open() throws E;
    }

    /** @param guard guards this, and all held files */
    IdleFiles(SpinLock guard) {
        this.guard = guard;
    }

    /** Opens a connection of ours. */
    <T, E extends Exception> T whileOpening(Opening<T, E> opening) throws E {
        openings.readLock().lock();
        try {
            return opening.open();
        } finally {
            openings.readLock().unlock();
        }
    }

    /** Nobody holds the file any more. Called with the lock. */
    void add(HeldFile file) {
        if (file.isOfFriendlySystem()) {
            close(file);
            return;
        }
        idle.put(file, System.nanoTime());
        if (!hasTable) {
            return;
        }
        if (idle.size() > burden && idle.size() > burdenOf(DescriptorTable.count())) {
            closeOldest(idle.size() - SPARED, 0);
        }
        start();
    }

    private int burdenOf(int descriptors) {
        burden = Math.max(FEW, descriptors / SHARE);
        return burden;
    }

    /** Somebody holds the file again. Called with the lock. */
    void remove(HeldFile file) {
        idle.remove(file);
    }

    /** Closes all that nobody else has open now. Called with the lock. */
    void closeAll() {
        closeOldest(idle.size(), 0);
        nap.end();
    }

    /**
     * The driver goes: as {@link #closeAll}, but where the system does not tell who has a file open, all are closed, because
     * otherwise the garbage collector would do it at any time. Called with the lock.
     */
    void closeForGood() {
        closeAll();
        if (!hasTable) {
            closeIf(file -> true);
        }
    }

    /** Closes those on which nobody can have a lock, as the caller knows. Called with the lock. */
    void closeIf(Predicate<HeldFile> isFree) {
        idle.keySet().stream().filter(isFree).toList().forEach(this::close);
    }

    private void start() {
        if (closing != null) {
            if (pauseMillis > shortestPause()) {
                nap.end();
            }
            return;
        }
        pauseMillis = shortestPause();
        try {
            Thread thread = threads.newThread(this::closeOneAfterTheOther);
            thread.start();
            closing = thread;
        } catch (OutOfMemoryError e) {
            // No more threads can be had now. The next file that becomes idle tries again.
            log.debug("Files that are not used stay open", e);
        }
    }

    private void closeOneAfterTheOther() {
        for (long pause = nextPause(); pause > 0; pause = nextPause()) {
            nap.take(pause);
            guard.lock();
            try (guard) {
                closeOldest(idle.size(), GRACE_NANOS);
                long newest =
                        idle.values().stream().mapToLong(since -> since).max().orElse(0);
                boolean areSomeDueSoon = System.nanoTime() - newest < GRACE_NANOS;
                pauseMillis = areSomeDueSoon ? shortestPause() : Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** How long to wait before the next look; 0 if there is nothing to wait for, and the thread ends. */
    private long nextPause() {
        guard.lock();
        try (guard) {
            if (idle.isEmpty() || !hasTable) {
                closing = null;
                return 0;
            }
            return TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        }
    }

    private long shortestPause() {
        return Math.max(SHORTEST_PAUSE_MILLIS, TimeUnit.NANOSECONDS.toMillis(PAUSES_FOR_A_LOOK * lookNanos));
    }

    /** Closes those of the oldest that nobody else has open, and that are deleted or have been idle for so long. */
    private void closeOldest(int count, long nanos) {
        if (count <= 0 || !openings.writeLock().tryLock()) {
            // A connection is being opened. There will be another time.
            return;
        }
        try {
            boolean isDone = false;
            for (int i = 0; i < MOST_LOOKS && !isDone; i++) {
                isDone = closeByOneLook(count, nanos);
            }
        } finally {
            openings.writeLock().unlock();
        }
    }

    /** Returns false if it took too long to know of all. */
    private boolean closeByOneLook(int count, long nanos) {
        List<HeldFile> files = idle.keySet().stream().limit(count).toList();
        Set<Object> identities = files.stream().map(HeldFile::identity).collect(Collectors.toSet());
        long start = System.nanoTime();
        Optional<DescriptorTable> look = DescriptorTable.look(identities);
        if (look.isEmpty()) {
            hasTable = false;
            return true;
        }
        DescriptorTable table = look.get();
        lookNanos = System.nanoTime() - start;
        int unused = burdenOf(table.size());
        long allowed = SHORT_NANOS + table.size() * SHORT_NANOS_EACH;
        List<HeldFile> alone = files.stream()
                .filter(file -> table.descriptors(file.identity()) == 1)
                .toList();
        for (HeldFile file : alone) {
            boolean isDue = start - idle.get(file) >= nanos;
            if (isDue && System.nanoTime() - start > allowed) {
                return false;
            }
            if (isDue || table.isDeleted(file.identity())) {
                close(file);
            }
        }
        return true;
    }

    private void close(HeldFile file) {
        idle.remove(file);
        try {
            file.closeForGood();
        } catch (IOException e) {
            log.warn("A file that is not used any more cannot be closed: {}", e.toString());
        }
    }
}
