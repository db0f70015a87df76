package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long somebody waits for a lock that others may have, among them processes that are stopped and give nothing back.
 *
 * <p>Who waits may hold SQLite's write lock, so a virtual thread {@linkplain Pause stays on its carrier}, but not for ever:
 * what takes so long is in the hands of another process.
 */
@FunctionalInterface
public interface Patience {
    /** That of who has nobody waiting behind him: the command line, work in the background. */
    Patience LONG = () -> TimeUnit.SECONDS.toNanos(30);

    /** That of who does without what needs the lock. */
    Patience NONE = () -> 0;

    /**
     * The time, asked for each wait.
     *
     * @return nanoseconds
     */
    long nanos();

    /**
     * That of a connection, for all that it waits for while it may hold SQLite's write lock. Who does not want to wait for a
     * lock of SQLite would fail here without a reason: the locks of a backup directory are held for moments, also by who
     * writes another database. So it is a second at least.
     *
     * @param busyMillis the busy timeout of the connection
     * @return the time in nanoseconds
     */
    static long nanosOf(int busyMillis) {
        return TimeUnit.MILLISECONDS.toNanos(Math.max(busyMillis, 1000));
    }

    /**
     * Tries until it succeeds. Polling, because a wait inside the kernel is ended by interrupts, which also close the channel,
     * and because the kernel sees a deadlock where threads of two processes wait for two directories crosswise. Not ended by
     * an interrupt, which stays pending.
     *
     * @param attempt gives null if somebody else has the lock
     * @param lock what the lock is of
     * @param <T> what is given
     * @return what the first successful attempt has given
     * @throws HeldByOthersException if the time is over
     * @throws IOException if an attempt throws it
     */
    default <T> T await(IOCallable<T> attempt, Path lock) throws IOException {
        T taken = attempt.call();
        return taken != null ? taken : new Polling(this, lock).until(attempt);
    }

    /** Waits that have an end. */
    final class Polling {
        private static final long SHORTEST_PAUSE_NANOS = 50_000;
        private static final long LONGEST_PAUSE_NANOS = 2_000_000;
        private static final long ON_CARRIER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

        private final Patience patience;
        private final Path lock;

        private Polling(Patience patience, Path lock) {
            this.patience = patience;
            this.lock = lock;
        }

        private <T> T until(IOCallable<T> attempt) throws IOException {
            long start = System.nanoTime();
            long pause = SHORTEST_PAUSE_NANOS;
            boolean interrupted = false;
            try {
                while (true) {
                    long waited = System.nanoTime() - start;
                    if (waited >= patience.nanos()) {
                        throw new HeldByOthersException(lock, waited);
                    }
                    // One that is pending would end the pause at once.
                    interrupted |= Thread.interrupted();
                    long nanos = ThreadLocalRandom.current().nextLong(pause / 2, pause);
                    if (waited < ON_CARRIER_NANOS) {
                        Pause.nanos(nanos);
                    } else {
                        LockSupport.parkNanos(this, nanos);
                    }
                    pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
                    T taken = attempt.call();
                    if (taken != null) {
                        return taken;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
