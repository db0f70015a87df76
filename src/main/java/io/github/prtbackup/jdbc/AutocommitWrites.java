package io.github.prtbackup.jdbc;

import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.FirstBackups.Way;
import io.github.prtbackup.jdbc.Guard.Work;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import io.github.prtbackup.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Writes in autocommit mode, behind their backups: lock, copy, run, end.
 *
 * <ul>
 *   <li>A {@linkplain RawTransaction#hold hold} keeps lock and statement together, and its end is that of autocommit: it
 *       commits what was done, or takes all of it back.
 *   <li>A few statements can't run beside the hold, and get an explicit transaction.
 *   <li>Those that refuse to run in a transaction follow the lock at once.
 * </ul>
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class AutocommitWrites {

    private final BackupConnection connection;
    private final RawTransaction transaction;
    private final TransactionRule rule;
    private final Targets targets;
    private final WriteLock lock;
    private final NativeEnds nativeEnds;
    private final FirstBackups first;
    private final Endings endings;

    /** What runs meanwhile is called by the statement, from a function of the user's. */
    private boolean running;

    AutocommitWrites(
            BackupConnection connection,
            RawTransaction transaction,
            TransactionRule rule,
            Targets targets,
            WriteLock lock,
            NativeEnds nativeEnds,
            FirstBackups first,
            Endings endings) {
        this.connection = connection;
        this.transaction = transaction;
        this.rule = rule;
        this.targets = targets;
        this.lock = lock;
        this.nativeEnds = nativeEnds;
        this.first = first;
        this.endings = endings;
    }

    /** Whether a statement is running, so that what comes now is a part of its transaction. */
    boolean isRunning() {
        return running;
    }

    /**
     * Runs a statement that can run in a transaction.
     *
     * @throws WriteLock.StaleException if nothing was done, and it can be tried again
     */
    <T> T run(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        return canBeHeld(statement, databases)
                ? held(statement, databases, work)
                : explicit(statement, databases, work);
    }

    private boolean canBeHeld(SqlStatement statement, List<Database> databases) throws SQLException {
        if (statement.needsNoCursors()) {
            // It fails beside what is on a row then.
            return nativeEnds.closesHold(statement, databases);
        }
        if (!statement.explainable() && statement.pragmaName() == null) {
            // Of a function that writes nobody knows.
            return false;
        }
        if (rule.mayStayOnRow(statement.keepsTransactionOpen())) {
            // What is on a row can't be committed but by its own end.
            return true;
        }
        for (Database database : databases) {
            if (!lock.leavesNoTrace(database)) {
                return false;
            }
        }
        return true;
    }

    /** In a transaction that autocommit ends. */
    private <T> T held(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        OnRow hold = transaction.hold();
        running = true;
        NativeEnds.End end;
        try {
            first.cover(statement, databases, Way.HELD);
            end = nativeEnds.of(statement, databases, hold);
        } catch (SQLException | RuntimeException | Error e) {
            running = false;
            endUnheard(hold, e);
            targets.forgetChanges(statement);
            throw e;
        }
        boolean over = true;
        connection.heardCommits().statementBegins();
        try {
            T result = endings.committing(() -> runHeld(statement, hold, end, work));
            if (rule.mayStayOnRow(statement.keepsTransactionOpen())) {
                over = false;
                rule.leftRows();
            }
            return result;
        } finally {
            running = false;
            // A function of the user's may have begun a transaction, of which the statement is a part.
            ended(over && !rule.usersMayBeOpen());
        }
    }

    /** Whether the transaction is over, or goes on until the last row is read. */
    private void ended(boolean over) {
        if (over || (endings.areAwaited() && !rule.usersMayBeOpen() && !isOnRow())) {
            endings.over();
        }
        endings.catchUp();
    }

    private boolean isOnRow() {
        try {
            boolean isOnRow = transaction.isWriteOnRow();
            if (!isOnRow) {
                rule.rowsAreRead();
            }
            return isOnRow;
        } catch (SQLException e) {
            // It is asked again before the next write.
            return true;
        }
    }

    private <T> T runHeld(SqlStatement statement, OnRow hold, NativeEnds.End end, Work<T> work) throws SQLException {
        T result;
        try (end) {
            result = connection.withoutAutocommit(work);
        } catch (SQLException | RuntimeException | Error e) {
            if (!end.isHoldClosed()) {
                endHeld(statement, hold, e);
            }
            throw e;
        }
        if (!end.isHoldClosed()) {
            try {
                hold.close();
            } catch (SQLException e) {
                // SQLite has rolled all of it back.
                targets.forgetChanges(statement);
                throw e;
            }
            transaction.checkpointIfDue();
        }
        return result;
    }

    /**
     * Ends a transaction whose statement has failed. The exception stays the one to be thrown.
     *
     * @throws SQLException if what the statement has done is to be kept, and can't be committed
     */
    private void endHeld(SqlStatement statement, OnRow hold, Throwable failure) throws SQLException {
        if (!takesBackIfKnown(statement, failure)) {
            keep(statement, hold, failure);
            return;
        }
        try (hold) {
            rollBack(() -> transaction.rollbackHeld(hold));
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private void keep(SqlStatement statement, OnRow hold, Throwable failure) throws SQLException {
        try {
            hold.close();
        } catch (SQLException e) {
            // SQLite has rolled all of it back.
            targets.forgetChanges(statement);
            e.addSuppressed(failure);
            throw e;
        }
    }

    private boolean takesBackIfKnown(SqlStatement statement, Throwable failure) {
        try {
            return takesBack(statement, failure);
        } catch (SQLException e) {
            failure.addSuppressed(e);
            return true;
        }
    }

    @FunctionalInterface
    private interface Rollback {
        void run() throws SQLException;
    }

    private void rollBack(Rollback rollback) throws SQLException {
        connection
                .heardCommits()
                .rollingBack(() -> endings.rollingBack(() -> {
                    rollback.run();
                    return null;
                }));
    }

    /**
     * Whether autocommit takes back what a statement has done before it failed. It keeps it where the constraint says so
     * ({@code OR FAIL}), and where it is not SQLite that has failed: {@code executeQuery("DELETE …")} writes, and then throws.
     */
    private boolean takesBack(SqlStatement statement, Throwable failure) throws SQLException {
        Throwable said = failure.getCause() instanceof SQLiteException cause ? cause : failure;
        if (!(said instanceof SQLiteException sqlite)) {
            return false;
        }
        boolean constraint = (sqlite.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
        // Where all is taken back by the constraint, nothing was changed.
        return !constraint || (connection.getDatabase().changes() == 0 && !targets.mayKeepHalf(statement));
    }

    /** In a transaction of ours. */
    private <T> T explicit(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        transaction.begin();
        running = true;
        try {
            coverExplicit(statement, databases);
            connection.heardCommits().statementBegins();
            return endings.committing(() -> runExplicit(statement, work));
        } finally {
            running = false;
            ended(true);
        }
    }

    private void coverExplicit(SqlStatement statement, List<Database> databases) throws SQLException {
        try {
            OnRow interrupts = transaction.keepInterrupts();
            try (interrupts) {
                first.cover(statement, databases, Way.EXPLICIT);
                transaction.checkInterrupt();
            }
        } catch (SQLException | RuntimeException | Error e) {
            abandonUnheard(e);
            throw e;
        }
    }

    private <T> T runExplicit(SqlStatement statement, Work<T> work) throws SQLException {
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException | Error e) {
            try {
                if (takesBack(statement, e)) {
                    rollBack(transaction::abandon);
                } else {
                    transaction.commit();
                }
            } catch (SQLException end) {
                e.addSuppressed(end);
            }
            throw e;
        }
        try {
            transaction.commit();
        } catch (SQLException e) {
            targets.forgetChanges(statement);
            throw e;
        }
        return result;
    }

    /** Gives a lock back under which nothing was written. Nobody hears of it: the user knows of no transaction. */
    private void endUnheard(OnRow hold, Throwable cause) {
        try {
            connection.heardCommits().unheard(() -> {
                try (hold) {
                    if (cause instanceof WriteLock.StaleException) {
                        transaction.rollbackHeld(hold);
                    }
                }
                return null;
            });
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
        endings.over();
    }

    private void abandonUnheard(Throwable cause) {
        try {
            connection.heardCommits().unheard(() -> {
                transaction.abandon();
                return null;
            });
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * A statement that refuses to run in a transaction follows the lock at once.
     *
     * @param replaces whether it replaces whole databases
     */
    <T> T alone(String operation, boolean replaces, List<Database> databases, Work<T> work) throws SQLException {
        if (first.needed(databases, false)) {
            OnRow hold = transaction.hold();
            try {
                first.takeAhead(databases, operation);
                transaction.checkInterrupt();
            } catch (WriteLock.StaleException e) {
                endUnheard(hold, e);
                return alone(operation, replaces, databases, work);
            } catch (SQLException | RuntimeException | Error e) {
                endUnheard(hold, e);
                if (isReadOnly(e)) {
                    // Nothing can be written, and what becomes of the statement is its own.
                    return work.run();
                }
                throw e;
            }
            connection.heardCommits().unheard(() -> {
                hold.close();
                return null;
            });
            endings.released();
        }
        if (replaces) {
            endings.beforeReplacement(databases);
        }
        try {
            return work.run();
        } finally {
            endings.settle();
        }
    }

    private static boolean isReadOnly(Throwable e) {
        return e instanceof SQLiteException sqlite
                && (sqlite.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_READONLY.code;
    }
}
