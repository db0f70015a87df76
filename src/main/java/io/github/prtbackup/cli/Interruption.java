package io.github.prtbackup.cli;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of a command when somebody presses Ctrl-C, or sends SIGINT or SIGTERM: it is asked to end, and has the time to
 * remove what it has begun. The status is that of the signal, 130 for SIGINT. A command that waits for an answer has nothing
 * to remove, and ends at once. Thread-safe.
 */
final class Interruption {
    /** A call into SQLite for a very large database may take long. What it leaves then is removed at the next start. */
    private static final long LONGEST_WAIT_SECONDS = 120;

    private final CountDownLatch ended = new CountDownLatch(1);
    private Runnable cancel;
    private boolean requested;

    /** From now on, until {@link #ended}. */
    void watch(Terminal terminal) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> request(terminal), "interruption"));
    }

    private void request(Terminal terminal) {
        if (ended.getCount() == 0 || !cancelWork()) {
            return;
        }
        terminal.error("interrupted; ending what has begun");
        try {
            boolean unused = ended.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean cancelWork() {
        requested = true;
        if (cancel == null) {
            return false;
        }
        cancel.run();
        return true;
    }

    /**
     * Work begins, or goes on after a question.
     *
     * @param how ends it; called on another thread. Null if there is nothing to end
     */
    synchronized void working(Runnable how) {
        cancel = how;
        if (requested && how != null) {
            how.run();
        }
    }

    /**
     * No work is under way.
     *
     * @return what was given for it, to go on with later; null if there was none
     */
    synchronized Runnable idle() {
        Runnable before = cancel;
        cancel = null;
        return before;
    }

    /**
     * Ends a command that has changed nothing and only prints.
     *
     * @throws CancellationException if it is to end
     */
    synchronized void check() {
        if (requested) {
            throw new CancellationException();
        }
    }

    /** The command is over, and all of its output is written. */
    void ended() {
        ended.countDown();
    }
}
