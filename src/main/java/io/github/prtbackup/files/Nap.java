package io.github.prtbackup.files;

import java.util.concurrent.locks.LockSupport;

/** The sleep of one of our own threads between its work, which holds nothing meanwhile. Thread-safe. */
public final class Nap {
    private volatile Thread sleeper;
    private volatile boolean isWoken;

    /**
     * Sleeps, at most so long.
     *
     * @param nanos how long; not at all if it was {@linkplain #end ended} since the last time
     */
    public void take(long nanos) {
        sleeper = Thread.currentThread();
        long start = System.nanoTime();
        long left = nanos;
        while (!isWoken && left > 0) {
            LockSupport.parkNanos(this, left);
            left = nanos - (System.nanoTime() - start);
        }
        isWoken = false;
        sleeper = null;
    }

    /** Wakes the thread, or keeps it from falling asleep the next time. */
    public void end() {
        isWoken = true;
        LockSupport.unpark(sleeper);
    }
}
