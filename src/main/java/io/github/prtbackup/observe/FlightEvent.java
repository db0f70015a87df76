package io.github.prtbackup.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What a recording of the JDK Flight Recorder holds of an {@link Operation}. Costs next to nothing while none is made.
 *
 * <p>Nothing here may mention a subclass: while a recording is made, the JVM looks into this class as it loads one of them,
 * and would load that a second time.
 */
@Category("prtbackup")
@StackTrace(false)
abstract class FlightEvent extends Event {

    @Label("Database")
    String database;

    @Label("Succeeded")
    boolean succeeded;

    @Label("Strategy")
    @Description("full or incremental; empty if it has failed")
    String strategy;

    void end(Operation operation) {
        end();
        if (shouldCommit()) {
            database = operation.database().toString();
            succeeded = operation.succeeded();
            strategy = operation.strategy();
            fill(operation);
            commit();
        }
    }

    abstract void fill(Operation operation);

    /** A backup was made. */
    @Name("io.github.prtbackup.Backup")
    @Label("Backup")
    static final class Backup extends FlightEvent {

        @Label("Id")
        long id;

        @Label("Comment")
        String comment;

        @Label("Size")
        @DataAmount
        long bytes;

        @Override
        void fill(Operation operation) {
            id = operation.id();
            comment = operation.comment();
            bytes = operation.bytes();
        }
    }

    /** A database was set back. */
    @Name("io.github.prtbackup.Restore")
    @Label("Restore")
    static final class Restore extends FlightEvent {

        @Label("Id")
        long id;

        @Label("Size")
        @DataAmount
        long bytes;

        @Override
        void fill(Operation operation) {
            id = operation.id();
            bytes = operation.bytes();
        }
    }

    /** Backups were deleted, or points folded. */
    @Name("io.github.prtbackup.Cleanup")
    @Label("Clean-up")
    static final class Cleanup extends FlightEvent {

        @Label("Backups")
        int backups;

        @Override
        void fill(Operation operation) {
            backups = operation.count();
        }
    }
}
