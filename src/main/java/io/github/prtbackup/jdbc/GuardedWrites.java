package io.github.prtbackup.jdbc;

import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.Guard.Work;
import io.github.prtbackup.jdbc.PresentTransaction.Begun;
import io.github.prtbackup.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteErrorCode;

/**
 * The ways in which a write is run behind its backup. In the user's transaction there is one: lock, copy, statement. In
 * autocommit mode lock and copy need a transaction of ours around the statement, which then ends as autocommit would have
 * ended it; statements that refuse to run in one follow the lock at once.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class GuardedWrites {

    private final BackupConnection connection;
    private final RawTransaction transaction;
    private final PresentTransaction present;
    private final Targets targets;
    private final FirstBackups first;
    private final Endings endings;

    GuardedWrites(
            BackupConnection connection,
            RawTransaction transaction,
            PresentTransaction present,
            Targets targets,
            FirstBackups first,
            Endings endings) {
        this.connection = connection;
        this.transaction = transaction;
        this.present = present;
        this.targets = targets;
        this.first = first;
        this.endings = endings;
    }

    /** @param leavesRows as in {@link Guard#run} */
    <T> T run(Call call, SqlStatement statement, boolean leavesRows, Work<T> work) throws SQLException {
        transaction.allowWrites();
        List<Database> databases;
        boolean writesElsewhere;
        try {
            databases = targets.of(statement);
            writesElsewhere = databases.isEmpty() && targets.writesElsewhere(statement);
        } catch (SQLException e) {
            // It does not compile, and fails with an exception of its own when it is run.
            return withoutWriting(call, statement, work);
        }
        if (databases.isEmpty()) {
            if (!writesElsewhere) {
                return withoutWriting(call, statement, work);
            }
            if (!statement.explainable() || !targets.databases().ambiguous()) {
                return work.run();
            }
        }
        if (!Targets.canRunInTransaction(statement)) {
            return alone(call, first.operation(statement), Targets.replacesDatabase(statement), databases, work);
        }
        return leavesRows && Targets.staysOpenWhileRead(statement)
                ? leavingRows(call, statement, databases, work)
                : wrapped(call, List.of(statement), databases, work);
    }

    /**
     * Runs a statement that writes nothing, as SQLite has just said, and makes sure of it: by the time it runs, somebody may
     * have created the table that was not there.
     */
    private <T> T withoutWriting(Call call, SqlStatement statement, Work<T> work) throws SQLException {
        boolean set = false;
        try {
            set = transaction.forbidWrites();
            return work.run();
        } catch (SQLException e) {
            // That of a batch has no code, and the one of its entry as its cause.
            int code = e.getCause() instanceof SQLException cause ? cause.getErrorCode() : e.getErrorCode();
            if (!set || (code & 0xff) != SQLiteErrorCode.SQLITE_READONLY.code) {
                throw e;
            }
        } finally {
            transaction.allowWrites();
        }
        return wrapped(call, List.of(statement), targets.databases().files(), work);
    }

    /** Inside the user's transaction if there is one, otherwise inside one of ours. */
    <T> T wrapped(Call call, List<SqlStatement> statements, List<Database> databases, Work<T> work)
            throws SQLException {
        connection.tryEnforceTransactionMode();
        Begun begun = present.begin(first.canBeginLocked(databases));
        if (begun == Begun.BY_USER) {
            first.cover(Call.OF_ONE, statements, databases, begun);
            return work.run();
        }
        try {
            first.cover(call, statements, databases, begun);
        } catch (SQLException | RuntimeException | Error e) {
            endings.rollback(e);
            throw e;
        }
        return endings.asAutocommit(work);
    }

    /**
     * A statement whose rows are read later stays uncommitted until they are: a transaction of ours around it could not be
     * committed. In autocommit mode its own transaction is opened early instead, by the lock, and held over the copy.
     */
    private <T> T leavingRows(Call call, SqlStatement statement, List<Database> databases, Work<T> work)
            throws SQLException {
        connection.tryEnforceTransactionMode();
        if (present.begin(false) == Begun.BY_USER) {
            first.cover(Call.OF_ONE, List.of(statement), databases, Begun.BY_USER);
            try {
                return work.run();
            } finally {
                // The rows outlive a rollback, and go on keeping what comes after it from being committed.
                present.leftRows();
            }
        }
        for (Database database : databases) {
            // With that the connection learns whether somebody has switched on incremental auto-vacuum.
            int unused = transaction.schemaVersion(database.schema());
        }
        transaction.endUnused();
        RawTransaction.Hold hold = transaction.hold();
        try (hold) {
            first.cover(call, List.of(statement), databases, Begun.BY_US);
            return connection.withoutAutocommit(work);
        } finally {
            present.leftRows();
        }
    }

    /**
     * A statement that refuses to run in a transaction follows the lock at once.
     *
     * @param replaces whether it runs inside a transaction nevertheless, as long as that has touched nothing
     */
    <T> T alone(Call call, String operation, boolean replaces, List<Database> databases, Work<T> work)
            throws SQLException {
        if (present.begin(false) == Begun.BY_USER) {
            if (replaces) {
                first.takeFromSnapshots(databases, operation);
            }
            return work.run();
        }
        try {
            first.takeAhead(call.uncovered(databases), operation);
        } finally {
            connection.heardCommits().unheard(() -> {
                transaction.rollback();
                return null;
            });
        }
        if (replaces) {
            endings.beforeReplacement(databases);
        }
        return work.run();
    }
}
