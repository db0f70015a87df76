package io.github.prtbackup.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The locks of directories that nobody in the process uses any more, and whose files are closed after a while: who opens a
 * database often gets them as they are.
 *
 * <p>The thread that does it ends when none is left. One that another class loader uses is tried again and again: until it is
 * closed the thread also keeps it, and this class loader, from being collected. The collector would close it at once.
 *
 * <p>Thread-safe. Never called by who has the guard of a {@link DirectoryLock}.
 */
final class IdleLocks {
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TRY_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** So many are no burden to a process. */
    private static final int FEW = 32;

    /** Of many, the newest have this chance to be used again. */
    private static final int SPARED = 8;

    private final SpinLock guard = new SpinLock();

    /** With the time when each is due; those that have been idle for long first. */
    private final Map<DirectoryLock, Long> idle = new LinkedHashMap<>();

    private final ThreadFactory threads = OwnThreads.named("prtbackup-idle-locks");

    /** Null if none is running. */
    private Thread closing;

    private final Nap nap = new Nap();

    /** Nobody uses it now. */
    void add(DirectoryLock lock) {
        List<DirectoryLock> oldest = new ArrayList<>();
        guard.lock();
        try (guard) {
            put(lock, GRACE_NANOS);
            if (idle.size() > FEW) {
                idle.keySet().stream().limit(idle.size() - SPARED).forEach(oldest::add);
                oldest.forEach(idle::remove);
            }
        }
        close(oldest);
    }

    /** Closes all at once that can be. */
    void closeAll() {
        List<DirectoryLock> all;
        guard.lock();
        try (guard) {
            all = List.copyOf(idle.keySet());
            idle.clear();
        }
        close(all);
        // It ends if nothing is left.
        nap.end();
    }

    private void close(List<DirectoryLock> locks) {
        for (DirectoryLock lock : locks) {
            boolean isDone = false;
            try {
                isDone = lock.closeIfUnused();
            } catch (IOException e) {
                // It is open, and tried again.
            }
            if (!isDone) {
                guard.lock();
                try (guard) {
                    put(lock, TRY_AGAIN_NANOS);
                }
            }
        }
    }

    private void put(DirectoryLock lock, long nanos) {
        idle.remove(lock);
        idle.put(lock, System.nanoTime() + nanos);
        if (closing == null) {
            try {
                Thread thread = threads.newThread(this::closeOneAfterTheOther);
                thread.start();
                closing = thread;
            } catch (OutOfMemoryError e) {
                // No more threads can be had now. The next one that becomes idle tries again.
            }
        }
    }

    private void closeOneAfterTheOther() {
        for (long pause = nextPause(); pause > 0; pause = nextPause()) {
            nap.take(pause);
            close(due());
        }
    }

    /** How long to wait for the next; 0 if there is none, and the thread ends. */
    private long nextPause() {
        guard.lock();
        try (guard) {
            if (idle.isEmpty()) {
                closing = null;
                return 0;
            }
            long now = System.nanoTime();
            long next = idle.values().stream().mapToLong(due -> due - now).min().orElse(0);
            return Math.max(next, TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private List<DirectoryLock> due() {
        guard.lock();
        try (guard) {
            long now = System.nanoTime();
            List<DirectoryLock> due = idle.entrySet().stream()
                    .filter(entry -> entry.getValue() - now <= 0)
                    .map(Map.Entry::getKey)
                    .toList();
            due.forEach(idle::remove);
            return due;
        }
    }
}
