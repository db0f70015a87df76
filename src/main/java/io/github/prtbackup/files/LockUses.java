package io.github.prtbackup.files;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses the lock file of a directory, so that it is closed when nobody does, and not while somebody does. Without a
 * lock, as ids are taken without one.
 *
 * <p>Thread-safe.
 */
final class LockUses {
    /** Whoever comes while the file is being closed is counted, but finds a negative number, and waits. */
    private static final int CLOSING = Integer.MIN_VALUE;

    private final AtomicInteger uses = new AtomicInteger();
    private final SpinLock guard;
    private final Runnable unused;

    /**
     * @param guard is held while the file is closed
     * @param unused is told when the last use has ended; another may have begun
     */
    LockUses(SpinLock guard, Runnable unused) {
        this.guard = guard;
        this.unused = unused;
    }

    /** Somebody begins. Until he has closed the result nobody closes the file. */
    Use begin() {
        if (uses.incrementAndGet() <= 0) {
            guard.lock();
            guard.close();
        }
        return new Use();
    }

    /** Whether nobody uses it, and nobody will before {@link #closed}. Called with the guard. */
    boolean mayClose() {
        return uses.compareAndSet(0, CLOSING);
    }

    /** It was closed, or is not. */
    void closed() {
        uses.addAndGet(-CLOSING);
    }

    /** One that has begun. Thread-safe. */
    final class Use implements Closeable {
        private final AtomicBoolean ended = new AtomicBoolean();

        private Use() {}

        /** Ends it. A second call does nothing. Not to be called with the guard. */
        @Override
        public void close() {
            if (!ended.getAndSet(true) && uses.decrementAndGet() == 0) {
                unused.run();
            }
        }
    }
}
