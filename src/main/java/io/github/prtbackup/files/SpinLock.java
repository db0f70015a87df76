package io.github.prtbackup.files;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Mutual exclusion of threads for moments. Whoever waits for {@code synchronized} or for a lock of the JDK parks, also a
 * virtual thread that holds SQLite's write lock; {@link Pause} tells what comes of that. Here it stays on its carrier.
 *
 * <p>Nobody parks, or waits for anything but a disk, while he has it: then whoever has it has a carrier, and gives it back
 * soon. Should the JDK have made him park nevertheless, as some of its own locks may, those who wait give their carriers away
 * after a while.
 *
 * <p>Reentrant. To be used as {@code lock.lock(); try (lock) { … }}.
 */
public final class SpinLock implements AutoCloseable {
    private static final VarHandle OWNER;

    private static final int SPINS = 200;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(SpinLock.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Thread owner;
    /** Of the owner only. */
    private int holds;

    /** Takes it. Is not ended by an interrupt, which stays pending. */
    public void lock() {
        Thread me = Thread.currentThread();
        if (owner != me) {
            take(me);
        }
        holds++;
    }

    private void take(Thread me) {
        for (int i = 0; i < SPINS; i++) {
            if (isTaken(me)) {
                return;
            }
            Thread.onSpinWait();
        }
        long start = System.nanoTime();
        while (!isTaken(me)) {
            if (System.nanoTime() - start < LONG_NANOS) {
                Pause.nanos(PAUSE_NANOS);
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    private boolean isTaken(Thread me) {
        return owner == null && OWNER.compareAndSet(this, null, me);
    }

    /** Whether this thread has it. */
    boolean isHeld() {
        return owner == Thread.currentThread();
    }

    /** Gives back what {@link #lock} has taken. */
    @Override
    public void close() {
        if (--holds == 0) {
            owner = null;
        }
    }
}
