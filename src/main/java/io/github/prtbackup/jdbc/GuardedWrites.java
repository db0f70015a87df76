package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.AttachedDatabases.Unnamed;
import io.github.prtbackup.jdbc.FirstBackups.Way;
import io.github.prtbackup.jdbc.Guard.Work;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import io.github.prtbackup.sql.SqlStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways in which a write is run behind its backup. All are: lock, copy, run, end. In the user's transaction the end is the
 * user's; in autocommit mode it is that of {@link AutocommitWrites}.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class GuardedWrites {

    private final BackupConnection connection;
    private final OwnStatements statements;
    private final RawTransaction transaction;
    private final TransactionRule rule;
    private final Targets targets;
    private final FirstBackups first;
    private final Endings endings;
    private final AutocommitWrites autocommit;

    GuardedWrites(
            BackupConnection connection,
            OwnStatements statements,
            RawTransaction transaction,
            TransactionRule rule,
            Targets targets,
            FirstBackups first,
            Endings endings,
            AutocommitWrites autocommit) {
        this.connection = connection;
        this.statements = statements;
        this.transaction = transaction;
        this.rule = rule;
        this.targets = targets;
        this.first = first;
        this.endings = endings;
        this.autocommit = autocommit;
    }

    /**
     * Runs one statement.
     *
     * @param upgrades whether sqlite-jdbc, before it runs the statement, may make a transaction of another kind of the present
     *     one, with {@code jdbc.explicit_readonly}
     */
    <T> T run(SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        List<Database> databases;
        List<Unnamed> unnamed;
        boolean mayWriteLater;
        boolean namesHold;
        try {
            databases = targets.of(statement);
            unnamed = targets.unnamed(statement);
            mayWriteLater = databases.isEmpty() && targets.mayWriteLater(statement);
            namesHold = targets.namesHold(statement);
        } catch (SQLException e) {
            if (RawTransaction.isInterrupt(e)) {
                transaction.abandon();
                endings.over();
            }
            if (OwnStatements.mayPass(e)) {
                // Run now, it would write without a backup.
                throw e;
            }
            // It does not compile, and fails with an exception of its own when it is run.
            return work.run();
        }
        first.backUpUnnamed(unnamed);
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
            return autocommit.run(statement, databases, work);
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
            if (rule.mayStayOnRow(statement.keepsTransactionOpen())) {
                rule.leftRows();
            }
        }
    }

    /** Whether nothing is to be done before a statement that was not done by now. */
    boolean isCovered(SqlStatement statement) throws SQLException {
        return Targets.canRunInTransaction(statement)
                && targets.namesHold(statement)
                && targets.unnamed(statement).isEmpty()
                && !first.needed(targets.of(statement), isUsersOpen());
    }

    /**
     * Whether there is a transaction that ends when the user, or a statement of the user's, ends it. SQLite is asked, before a
     * write: if that is interrupted, all is rolled back, as with a write that is.
     */
    boolean isUsersOpen() throws SQLException {
        try {
            return autocommit.isRunning() || settleRows() || settleTransaction();
        } catch (SQLException e) {
            if (RawTransaction.isInterrupt(e)) {
                transaction.abandon();
                endings.over();
            }
            throw e;
        }
    }

    /** Whether a transaction is still open. No write is on a row. */
    boolean settleTransaction() throws SQLException {
        if (!rule.usersMayBeOpen()) {
            return false;
        }
        boolean isOpen = transaction.isOpen();
        if (!isOpen) {
            endings.over();
        }
        return isOpen;
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
            for (Database database : targets.lookedAt(statement)) {
                snapshots.add(statements.open(Queries.pragma(database.schema(), "schema_version")));
                targets.readSchema(database);
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

    /** Runs a write that replaces a database and is no SQL. */
    <T> T replace(String operation, String schema, Work<T> work) throws SQLException {
        first.backUpUnnamed(targets.unnamed(schema));
        List<Database> databases = targets.databases().named(schema).stream().toList();
        return databases.isEmpty() ? work.run() : alone(operation, true, databases, isUsersOpen(), work);
    }

    /** @param replaces whether it runs inside a transaction nevertheless, as long as that has touched nothing */
    private <T> T alone(String operation, boolean replaces, List<Database> databases, boolean inUsers, Work<T> work)
            throws SQLException {
        if (!inUsers) {
            return autocommit.alone(operation, replaces, databases, work);
        }
        if (replaces) {
            first.takeFromSnapshots(databases, operation);
        }
        return work.run();
    }
}
