package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.FirstBackups.Way;
import io.github.prtbackup.jdbc.Guard.Work;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import io.github.prtbackup.sql.SqlStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The ways in which a write is run behind its backup. All are: lock, copy, run, end.
 *
 * <ul>
 *   <li>In the user's transaction the end is the user's.
 *   <li>In autocommit mode a {@linkplain RawTransaction#hold hold} keeps lock and statement together, and its end is that of
 *       autocommit: it commits what was done, or takes all of it back.
 *   <li>A few statements can't run beside the hold, and get an explicit transaction.
 *   <li>Those that refuse to run in a transaction follow the lock at once.
 * </ul>
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class GuardedWrites {

    private final BackupConnection connection;
    private final OwnStatements statements;
    private final RawTransaction transaction;
    private final TransactionRule rule;
    private final Targets targets;
    private final WriteLock lock;
    private final NativeEnds nativeEnds;
    private final FirstBackups first;
    private final Endings endings;

    /** Whether a hold is there: what runs now is called by the statement that it is for, from a function of the user's. */
    private boolean held;

    /** Whether changes of rows may return rows: {@code PRAGMA count_changes}. */
    private boolean changesAreCounted;

    GuardedWrites(
            BackupConnection connection,
            OwnStatements statements,
            RawTransaction transaction,
            TransactionRule rule,
            Targets targets,
            WriteLock lock,
            FirstBackups first,
            Endings endings) {
        this.connection = connection;
        this.statements = statements;
        this.transaction = transaction;
        this.rule = rule;
        this.targets = targets;
        this.lock = lock;
        this.nativeEnds = new NativeEnds(connection, statements);
        this.first = first;
        this.endings = endings;
    }

    /** From now on a change of rows may return their number as a row. */
    void changesAreCounted() {
        changesAreCounted = true;
    }

    /**
     * Runs one statement.
     *
     * @param upgrades whether sqlite-jdbc, before it runs the statement, may make a transaction of another kind of the present
     *     one, with {@code jdbc.explicit_readonly}
     */
    <T> T run(SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        List<Database> databases;
        boolean mayWriteLater;
        boolean namesHold;
        try {
            databases = targets.of(statement);
            mayWriteLater = databases.isEmpty() && targets.mayWriteLater(statement);
            namesHold = targets.namesHold(statement);
        } catch (SQLException e) {
            // It does not compile, and fails with an exception of its own when it is run.
            return work.run();
        }
        if (mayWriteLater) {
            return inSnapshot(statement, upgrades, work);
        }
        if (databases.isEmpty() && namesHold) {
            return onRow(statement, work);
        }
        if (upgrades) {
            connection.tryEnforceTransactionMode();
        }
        boolean inUsers = isUsersOpen();
        if (!Targets.canRunInTransaction(statement)) {
            boolean replaces = Targets.replacesDatabase(statement);
            return alone(first.operation(statement), replaces, databases, inUsers, () -> onRow(statement, work));
        }
        if (namesHold && !first.needed(databases, inUsers)) {
            return onRow(statement, work);
        }
        if (inUsers) {
            return inUsers(statement, databases, work);
        }
        try {
            return canBeHeld(statement, databases)
                    ? held(statement, databases, work)
                    : explicit(statement, databases, work);
        } catch (WriteLock.StaleException e) {
            // Nothing has been done, and now it is known how.
            return run(statement, upgrades, work);
        }
    }

    /** Runs what may stay on a row. */
    private <T> T onRow(SqlStatement statement, Work<T> work) throws SQLException {
        try {
            return work.run();
        } finally {
            if (mayStayOnRow(statement)) {
                rule.leftRows();
            }
        }
    }

    /** Whether a statement may stay on a row, and keep its transaction open with that, when the call returns. */
    private boolean mayStayOnRow(SqlStatement statement) {
        return changesAreCounted || statement.keepsTransactionOpen();
    }

    /** Whether nothing is to be done before a statement that was not done by now. */
    boolean isCovered(SqlStatement statement) throws SQLException {
        return Targets.canRunInTransaction(statement)
                && targets.namesHold(statement)
                && !first.needed(targets.of(statement), isUsersOpen());
    }

    /** Whether there is a transaction that ends when the user, or a statement of the user's, ends it. SQLite is asked. */
    boolean isUsersOpen() throws SQLException {
        if (held || settleRows()) {
            return true;
        }
        if (rule.usersMayBeOpen()) {
            if (transaction.isOpen()) {
                rule.isOpen();
                return true;
            }
            endings.over();
        }
        return false;
    }

    /** Whether a write is still on a row. If not, what it kept open in autocommit mode has ended. */
    boolean settleRows() throws SQLException {
        if (!rule.rowsMayBeUnread()) {
            return false;
        }
        if (transaction.isWriteOnRow()) {
            return true;
        }
        rule.rowsAreRead();
        if (!rule.usersMayBeOpen()) {
            endings.over();
        }
        return false;
    }

    /**
     * Runs a statement that writes nothing, as SQLite has just said, and sees to it: by the time it runs, somebody may have
     * created the table that was not there. In a snapshot nobody can.
     */
    private <T> T inSnapshot(SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        List<OnRow> snapshots = new ArrayList<>();
        try {
            for (Database database : targets.databases().files()) {
                snapshots.add(statements.open(Queries.pragma(database.schema(), "schema_version")));
            }
            if (targets.of(statement).isEmpty()) {
                return work.run();
            }
        } finally {
            for (OnRow snapshot : snapshots) {
                snapshot.close();
            }
        }
        return run(statement, upgrades, work);
    }

    /** In the user's transaction. */
    private <T> T inUsers(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        try {
            OnRow interrupts = transaction.keepInterrupts();
            try (interrupts) {
                first.cover(statement, databases, Way.USERS);
                transaction.checkInterrupt();
            }
        } catch (SQLException e) {
            if (RawTransaction.isInterrupt(e)) {
                // As SQLite does with the transaction of a write that is interrupted.
                transaction.abandon();
                endings.over();
            }
            targets.forgetChanges(statement);
            throw e;
        }
        return onRow(statement, work);
    }

    private boolean canBeHeld(SqlStatement statement, List<Database> databases) throws SQLException {
        if (statement.needsNoCursors() || !(statement.explainable() || statement.pragmaName() != null)) {
            // It fails beside what is on a row; of a function that writes nobody knows.
            return false;
        }
        if (mayStayOnRow(statement)) {
            // What is on a row can't be committed but by its own end.
            return true;
        }
        for (Database database : databases) {
            if (lock.freesPages(database) && !nativeEnds.endCounts(database)) {
                return false;
            }
        }
        return true;
    }

    /** In a transaction that autocommit ends. */
    private <T> T held(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        OnRow hold = transaction.hold();
        held = true;
        NativeEnds.End end;
        try {
            first.cover(statement, databases, Way.HELD);
            end = nativeEnds.of(databases, hold);
        } catch (SQLException | RuntimeException | Error e) {
            held = false;
            endUnheard(hold, e);
            targets.forgetChanges(statement);
            throw e;
        }
        boolean over = true;
        connection.heardCommits().statementBegins();
        try {
            T result = endings.committing(() -> runHeld(statement, hold, end, work));
            over = !mayStayOnRow(statement);
            return result;
        } finally {
            held = false;
            ended(over);
        }
    }

    /** Whether the transaction is over, or goes on until the last row is read. */
    private void ended(boolean over) {
        if (over) {
            endings.over();
        } else {
            rule.leftRows();
        }
        endings.catchUp();
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
        }
        return result;
    }

    /** Ends a transaction whose statement has failed. The exception stays the one to be thrown. */
    private void endHeld(SqlStatement statement, OnRow hold, Throwable failure) {
        try (hold) {
            if (takesBack(statement, failure)) {
                rollBack(() -> transaction.rollbackHeld(hold));
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
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
        held = true;
        try {
            coverExplicit(statement, databases);
            connection.heardCommits().statementBegins();
            return endings.committing(() -> runExplicit(statement, work));
        } finally {
            held = false;
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

    /** Runs a write that replaces a database and is no SQL. */
    <T> T replace(String operation, List<Database> databases, Work<T> work) throws SQLException {
        return alone(operation, true, databases, isUsersOpen(), work);
    }

    /**
     * A statement that refuses to run in a transaction follows the lock at once.
     *
     * @param replaces whether it runs inside a transaction nevertheless, as long as that has touched nothing
     */
    private <T> T alone(String operation, boolean replaces, List<Database> databases, boolean inUsers, Work<T> work)
            throws SQLException {
        if (inUsers) {
            if (replaces) {
                first.takeFromSnapshots(databases, operation);
            }
            return work.run();
        }
        if (first.needed(databases, false)) {
            OnRow hold = transaction.hold();
            try {
                first.takeAhead(databases, operation);
                transaction.checkInterrupt();
            } catch (WriteLock.StaleException e) {
                endUnheard(hold, e);
                return alone(operation, replaces, databases, inUsers, work);
            } catch (SQLException | RuntimeException | Error e) {
                endUnheard(hold, e);
                throw e;
            }
            connection.heardCommits().unheard(() -> {
                hold.close();
                return null;
            });
            endings.over();
        }
        if (replaces) {
            endings.beforeReplacement(databases);
        }
        return work.run();
    }
}
