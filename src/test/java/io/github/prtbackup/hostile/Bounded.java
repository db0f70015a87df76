package io.github.prtbackup.hostile;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what must come to an end whatever it is given, with a result or with an exception that its caller can expect. The bound
 * is far beyond what anything takes that ends at all; the heap is that of the tests.
 */
final class Bounded {
    private static final int SECONDS = 120;

    private Bounded() {}

    /** What came of it. */
    enum Outcome {
        RESULT,
        REFUSED
    }

    /** Runs it; an error that is none of the declared ones fails the test. */
    static Outcome run(String what, Callable<?> work) throws InterruptedException {
        ExecutorService thread = Executors.newSingleThreadExecutor(runnable -> {
            Thread daemon = new Thread(runnable, what);
            daemon.setDaemon(true);
            return daemon;
        });
        try {
            thread.submit(work).get(SECONDS, TimeUnit.SECONDS);
            return Outcome.RESULT;
        } catch (TimeoutException e) {
            throw new AssertionError(what + " does not end", e);
        } catch (ExecutionException e) {
            if (isClear(e.getCause())) {
                return Outcome.REFUSED;
            }
            throw new AssertionError(what + " ends with " + e.getCause(), e.getCause());
        } finally {
            thread.shutdownNow();
        }
    }

    /** Whether the public methods declare it, and it says something. */
    private static boolean isClear(Throwable e) {
        boolean expected =
                e instanceof IOException || e instanceof SQLException || e.getClass() == IllegalArgumentException.class;
        return expected && e.getMessage() != null && !e.getMessage().isBlank();
    }
}
