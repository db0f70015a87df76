package io.github.prtbackup.backup;

import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.timeline.Between;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds a timeline beside the work of a connection. Programs may be so short that no fold ever gets to its end beside them:
 * so a connection that is closed waits for the fold, and one that finds that much was left undone, by programs that did not
 * close theirs, does it itself.
 *
 * <p>A fold that fails, or that the death of the process ends, leaves the timeline good; another will be due.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class LazyFold {

    private static final Logger log = LoggerFactory.getLogger(LazyFold.class);

    /**
     * So many filled segments are folded together, if they come fast. Each fold makes files durable, and while the file system
     * does that, whoever appends to others waits now and then.
     */
    private static final int BATCH = 8;

    /** If they come more slowly, each is folded. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** So many filled segments show that nobody gets to the end of a fold. */
    private static final int MUCH = 4 * BATCH;

    private final Timeline timeline;
    private final int keepPoints;
    private final Supplier<Between> between;

    /** Null before the first. */
    private FutureTask<?> running;

    private long startedNanos = System.nanoTime() - PAUSE_NANOS;

    /** How much there was to fold when that failed: it is tried again when there is more. */
    private volatile long failedAt;

    /**
     * @param keepPoints how many points stay
     * @param between tells which of them count
     */
    LazyFold(Timeline timeline, int keepPoints, Supplier<Between> between) {
        this.timeline = timeline;
        // Beside the newest: whether the transaction behind it changes something is not known yet.
        this.keepPoints = Math.max(keepPoints, keepPoints + 1);
        this.between = between;
    }

    /** Begins a fold in the background if one is due. */
    void startIfDue() {
        if (timeline.isFoldDue()
                && (timeline.filledSegments() >= BATCH || System.nanoTime() - startedNanos >= PAUSE_NANOS)) {
            start();
        }
    }

    private void start() {
        if (timeline.filledSegments() > failedAt && (running == null || running.isDone())) {
            startedNanos = System.nanoTime();
            running = new FutureTask<>(this::fold, null);
            FoldThreads.run(running);
        }
    }

    /** Folds at once where it has been due for long. Call it without a lock of the database. */
    void catchUp() {
        if (timeline.filledSegments() >= MUCH) {
            finish();
        }
    }

    /**
     * Folds at once where even {@link #catchUp} was of no use, to see why.
     *
     * @throws IOException if it can't be done, {@link io.github.prtbackup.timeline.DamagedTimelineException} for one
     */
    void insist() throws IOException {
        long filled = timeline.filledSegments();
        if (filled > MUCH + 1 || (failedAt > 0 && filled > failedAt + 1)) {
            timeline.fold(keepPoints, between.get());
        }
    }

    /** The timeline is another one from now on. */
    void timelineSetAside() {
        failedAt = 0;
    }

    /** Folds if there is anything to fold, and waits for a fold that is under way. Fails never. */
    void finish() {
        try {
            if (timeline.isFoldDue()) {
                start();
            }
        } catch (RuntimeException e) {
            log.debug("No fold can be started", e);
        }
        if (running != null) {
            // Here, if no thread has begun it.
            running.run();
            FoldThreads.await(running);
        }
    }

    private void fold() {
        long toFold = timeline.filledSegments();
        try (Operation cleanup = Operation.cleanup(timeline.original())) {
            cleanup.done(Operation.INCREMENTAL, timeline.fold(keepPoints, between.get()));
            failedAt = 0;
        } catch (IOException | RuntimeException e) {
            failedAt = toFold;
            log.warn("The timeline of {} cannot be shortened: {}", timeline.original(), e.toString());
        }
    }
}
