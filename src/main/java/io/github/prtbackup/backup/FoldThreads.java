package io.github.prtbackup.backup;

import io.github.prtbackup.files.OwnThreads;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that fold. They end when there has been nothing to fold for a moment, so that they hold no class loader.
 *
 * <p>Not the common pool: a thread of the application that waits there for work of its own would fold instead, while it holds
 * whatever locks it has, and who waits for a fold would do the application's work, while he holds a connection.
 */
final class FoldThreads {

    private static final Logger log = LoggerFactory.getLogger(FoldThreads.class);

    /** Folding is reading and writing: more of it at the same time takes from the application, and is not faster. */
    private static final int MOST = 2;

    private static final long IDLE_MILLIS = 200;

    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            OwnThreads.named("prtbackup-fold"));

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private FoldThreads() {}

    /** Has it run beside the caller. Fails never: who waits for it runs it himself if no thread does. */
    static void run(Runnable fold) {
        try {
            THREADS.execute(fold);
        } catch (OutOfMemoryError e) {
            log.debug("No thread can be had to fold in", e);
        }
    }

    /** Waits until it is done, also when interrupted, and however it ends. */
    static void await(Future<?> fold) {
        boolean interrupted = false;
        boolean isDone = false;
        while (!isDone) {
            try {
                Object unused = fold.get();
                isDone = true;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | CancellationException e) {
                log.debug("A fold has failed", e);
                isDone = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
