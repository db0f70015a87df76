package io.github.prtbackup.jdbc;

import io.github.prtbackup.jdbc.Guard.Work;
import java.sql.SQLException;

/**
 * What is remembered of {@code Statement.cancel}. SQLite forgets an interrupt that comes while it runs nothing; with plain
 * sqlite-jdbc that is a moment at the beginning of a call, with us all that is done before the statement, between the
 * statements that do it.
 *
 * <p>Thread-safe.
 */
final class Cancels {

    /** Interrupts the connection. */
    @FunctionalInterface
    interface Interrupt {
        /** As {@code sqlite3_interrupt}. */
        void send() throws SQLException;
    }

    private final Interrupt interrupt;
    private long ofAll;
    private Call running;

    Cancels(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    /** The calls of one statement of JDBC, one after the other. */
    final class Call {
        private long ofThis;
        private long ofThisAtEntry;
        private long ofAllAtBegin;

        /** Begins, and may have to wait for other calls. From now on a cancel of this statement ends it. */
        void entered() {
            synchronized (Cancels.this) {
                ofThisAtEntry = ofThis;
            }
        }

        /** Cancels it, and whatever else is running on the connection. */
        void cancel() throws SQLException {
            synchronized (Cancels.this) {
                ofThis++;
                ofAll++;
                interrupt.send();
            }
        }
    }

    /** The calls of another statement. */
    Call call() {
        return new Call();
    }

    /** Runs a call, while no other runs but such as it makes itself. From now on a cancel of any statement ends it. */
    <T> T during(Call call, Work<T> work) throws SQLException {
        Call outer = begin(call);
        try {
            return work.run();
        } finally {
            end(outer);
        }
    }

    private synchronized Call begin(Call call) {
        Call outer = running;
        if (outer != call) {
            call.ofAllAtBegin = ofAll;
            running = call;
        }
        return outer;
    }

    private synchronized void end(Call outer) {
        running = outer;
    }

    /** Whether the call that is running has been cancelled. */
    synchronized boolean haveCome() {
        return running != null && (running.ofThis != running.ofThisAtEntry || ofAll != running.ofAllAtBegin);
    }

    /** Interrupts the connection again if the call that is running has been cancelled. */
    void remind() throws SQLException {
        if (haveCome()) {
            interrupt();
        }
    }

    /** Interrupts the connection. */
    void interrupt() throws SQLException {
        interrupt.send();
    }
}
