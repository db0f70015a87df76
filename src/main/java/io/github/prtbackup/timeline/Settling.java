package io.github.prtbackup.timeline;

import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.Nap;
import io.github.prtbackup.files.OwnThreads;
import io.github.prtbackup.files.Pause;
import io.github.prtbackup.files.SpinLock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * What is to be made durable, and nobody waits for: one thread does it, one after the other, and ends when there has been
 * nothing to do for a moment. What fails is left as it is, and what the process has not done when it ends.
 *
 * <p>It begins when nothing has been added for a moment, or some seconds later: where many databases get their first backups one
 * after the other, their transactions have the disk to themselves meanwhile.
 *
 * <p>Thread-safe. Who adds something never parks: he may be in the middle of a transaction.
 */
final class Settling {
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int MOST_MOMENTS = 200;

    /** Some megabytes. */
    private static final int MOST = 10_000;

    private final SpinLock guard = new SpinLock();
    private final Queue<IOCallable<Void>> waiting = new ArrayDeque<>();
    private final ThreadFactory threads = OwnThreads.named("prtbackup-settle");
    private final Nap nap = new Nap();

    /** Whether a thread is there, or about to be. */
    private boolean running;

    /** Adds something. Returns false if it is not going to be done. */
    boolean add(IOCallable<Void> work) {
        guard.lock();
        try (guard) {
            if (waiting.size() >= MOST || !(running || isStarted())) {
                return false;
            }
            running = true;
            waiting.add(work);
        }
        nap.end();
        return true;
    }

    private boolean isStarted() {
        try {
            threads.newThread(this::work).start();
            return true;
        } catch (OutOfMemoryError e) {
            // No more threads can be had now.
            return false;
        }
    }

    private void work() {
        awaitQuiet();
        for (IOCallable<Void> next = next(); next != null; next = next()) {
            try {
                next.call();
            } catch (IOException | RuntimeException e) {
                // As the Javadoc says: whoever set the files aside or deleted them, or the next writer, sees to it.
            }
        }
    }

    private void awaitQuiet() {
        int before = -1;
        for (int moment = 0; moment < MOST_MOMENTS && before != size(); moment++) {
            before = size();
            Pause.nanos(QUIET_NANOS);
        }
    }

    private int size() {
        guard.lock();
        try (guard) {
            return waiting.size();
        }
    }

    private IOCallable<Void> next() {
        IOCallable<Void> found = poll(false);
        if (found == null) {
            nap.take(IDLE_NANOS);
            found = poll(true);
        }
        return found;
    }

    private IOCallable<Void> poll(boolean last) {
        guard.lock();
        try (guard) {
            IOCallable<Void> found = waiting.poll();
            running = found != null || !last;
            return found;
        }
    }
}
