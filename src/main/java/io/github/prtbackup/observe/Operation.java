package io.github.prtbackup.observe;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup, a restore or a clean-up under way. When it is closed, it becomes a line of the log, at DEBUG, and an event of the
 * JDK Flight Recorder. One that was closed without having {@linkplain #done succeeded} has failed; why is said by whoever
 * handles the exception.
 *
 * <p>Comments name operations and tables; neither rows nor parameters are ever told.
 *
 * <p>Not thread-safe.
 */
public final class Operation implements AutoCloseable {

    /** What is done. */
    public enum Kind {
        /** A backup is made. */
        BACKUP,
        /** A database is set back to a backup. */
        RESTORE,
        /** Old automatic backups are deleted, or put together. */
        CLEANUP
    }

    /** How a backup is stored: a copy of the database. */
    public static final String FULL = "full";

    /** How a backup is stored: the pages that have changed. */
    public static final String INCREMENTAL = "incremental";

    private static final Logger log = LoggerFactory.getLogger(Operation.class);

    /** A run-time image of one's own may be without it. */
    private static final boolean HAS_FLIGHT_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Kind kind;
    private final Path database;
    private final String comment;
    private final long startNanos = System.nanoTime();

    /** Null where there is no Flight Recorder. */
    private final FlightEvent flight;

    private String strategy = "";
    private long id;
    private int count;
    private long bytes;
    private boolean succeeded;
    private long nanos;

    private Operation(Kind kind, Path database, String comment) {
        this.kind = kind;
        this.database = database;
        this.comment = comment;
        this.flight = HAS_FLIGHT_RECORDER ? FlightRecorder.begin(kind) : null;
    }

    /** A backup begins. */
    public static Operation backup(Path database, String comment) {
        return new Operation(Kind.BACKUP, database, comment);
    }

    /** A restore begins. */
    public static Operation restore(Path database) {
        return new Operation(Kind.RESTORE, database, "");
    }

    /** A clean-up begins. */
    public static Operation cleanup(Path database) {
        return new Operation(Kind.CLEANUP, database, "");
    }

    /**
     * It has succeeded with one backup.
     *
     * @param how {@link #FULL} or {@link #INCREMENTAL}
     * @param backup the id of the backup that was made or restored
     * @param size what it takes, in bytes
     */
    public void done(String how, long backup, long size) {
        strategy = how;
        id = backup;
        count = 1;
        bytes = size;
        succeeded = true;
    }

    /**
     * It has succeeded.
     *
     * @param how {@link #FULL} or {@link #INCREMENTAL}
     * @param backups how many backups are gone
     */
    public void done(String how, int backups) {
        strategy = how;
        count = backups;
        succeeded = true;
    }

    /** What is done. */
    public Kind kind() {
        return kind;
    }

    /** The database. */
    public Path database() {
        return database;
    }

    /** The comment of the backup that is made; empty for others. */
    public String comment() {
        return comment;
    }

    /** {@link #FULL} or {@link #INCREMENTAL}; empty as long as it has not succeeded. */
    public String strategy() {
        return strategy;
    }

    /** The id of the backup; 0 for a clean-up, and as long as it has not succeeded. */
    public long id() {
        return id;
    }

    /** How many backups were made, restored or deleted. */
    public int count() {
        return count;
    }

    /** What the backup takes, in bytes; 0 for a clean-up. */
    public long bytes() {
        return bytes;
    }

    /** Whether it has succeeded. */
    public boolean succeeded() {
        return succeeded;
    }

    /** How long it has taken, in nanoseconds; 0 until it is closed. */
    public long nanos() {
        return nanos;
    }

    @Override
    public void close() {
        nanos = System.nanoTime() - startNanos;
        if (flight != null) {
            flight.end(this);
        }
        if (log.isDebugEnabled()) {
            log.debug("{}", this);
        }
    }

    @Override
    public String toString() {
        String what = switch (kind) {
            case BACKUP ->
                // On one line, whatever the application calls its operations.
                "Backup " + (succeeded ? "#" + id + " of " : "of ") + database + ", "
                        + comment.replaceAll("[\\p{Cntrl}\u2028\u2029]", " ");
            case RESTORE -> "Restore of " + database + (succeeded ? " from backup #" + id : "");
            case CLEANUP -> "Clean-up of the backups of " + database + (succeeded ? ", " + count + " deleted" : "");
        };
        String how = succeeded ? " (" + strategy + (kind == Kind.CLEANUP ? "" : ", " + bytes + " bytes") : " failed (";
        return what + how + (succeeded ? ", " : "") + nanos / 1000 + " us)";
    }
}
