package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.SqlStatement;
import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sqlite.ExtendedCommand;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Statement;

/** A statement whose executes go through the guard. All other methods are sqlite-jdbc's own and lead here. */
final class BackupStatement extends JDBC4Statement {

    private final BackupConnection connection;

    /** Null if sqlite-jdbc uses it while the connection is still being built. */
    private final Cancels.Call call;

    BackupStatement(BackupConnection connection) {
        super(connection);
        this.connection = connection;
        this.call = connection.guard() == null ? null : connection.guard().call();
    }

    @Override
    public void cancel() throws SQLException {
        if (call == null) {
            super.cancel();
        } else {
            call.cancel();
        }
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        Guard guard = connection.guard();
        if (guard == null) {
            // sqlite-jdbc applies the pragmas of URL and properties while the connection is still being built.
            connection.runLater(sql);
            return false;
        }
        call.entered();
        endPreviousStatement();
        return withConnectionTimeout(() -> guard.run(call, guard.first(sql), isSql(sql), () -> super.execute(sql)));
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        call.entered();
        Guard guard = connection.guard();
        SqlStatement first = guard.first(sql);
        if (Guard.passes(first)) {
            return guard.read(() -> super.executeQuery(sql));
        }
        endPreviousStatement();
        return withConnectionTimeout(() -> guard.run(call, first, true, () -> super.executeQuery(sql)));
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        call.entered();
        endPreviousExecution();
        Guard guard = connection.guard();
        List<SqlStatement> statements = guard.script(sql).statements();
        if (statements.size() < 2) {
            SqlStatement only = statements.isEmpty() ? null : statements.get(0);
            return withConnectionTimeout(() -> guard.run(call, only, false, () -> super.executeLargeUpdate(sql)));
        }
        return withConnectionTimeout(
                () -> guard.runAll(call, statements, () -> updateOneByOne(guard, sql, statements)));
    }

    /** What sqlite-jdbc does with a string of several statements, with the guard in front of each. */
    private long updateOneByOne(Guard guard, String sql, List<SqlStatement> statements) throws SQLException {
        internalClose();
        this.sql = sql;
        DB database = connection.getDatabase();
        try {
            long before = database.total_changes();
            for (SqlStatement statement : statements) {
                guard.run(call, statement, false, () -> {
                    int code = database._exec(statement.source());
                    if (code != SQLiteErrorCode.SQLITE_OK.code) {
                        throw DB.newSQLException(code, "");
                    }
                    return null;
                });
            }
            updateGeneratedKeys();
            return database.total_changes() - before;
        } finally {
            internalClose();
        }
    }

    /** Whether sqlite-jdbc hands a string to SQLite, and is not itself who runs it. */
    private static boolean isSql(String sql) throws SQLException {
        return ExtendedCommand.parse(sql) == null;
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        call.entered();
        // Before the batch is looked at: it is forgotten with an execution that came after its entries.
        endPreviousExecution();
        if (batch == null || batchPos == 0) {
            return super.executeLargeBatch();
        }
        Guard guard = connection.guard();
        Object[] entries = Arrays.copyOf(batch, batchPos);
        // Not toList of a stream: an entry without a statement is null here.
        List<SqlStatement> statements = new ArrayList<>();
        for (Object entry : entries) {
            statements.add(guard.first((String) entry));
        }
        return withConnectionTimeout(
                () -> guard.runAll(call, statements, () -> batchOneByOne(guard, entries, statements)));
    }

    private long[] batchOneByOne(Guard guard, Object[] entries, List<SqlStatement> statements) throws SQLException {
        long[] changes = new long[entries.length];
        clearBatch();
        for (int i = 0; i < entries.length; i++) {
            Object entry = entries[i];
            AtomicBoolean running = new AtomicBoolean();
            try {
                changes[i] = guard.run(call, statements.get(i), false, () -> {
                    addBatch((String) entry);
                    running.set(true);
                    long[] counts = super.executeLargeBatch();
                    running.set(false);
                    return counts;
                })[0];
            } catch (BatchUpdateException e) {
                throw failure(i, changes, e);
            } catch (SQLException e) {
                clearBatch();
                // What fails before or after it, at the lock or at the commit, is the entry's failure in autocommit.
                throw running.get() ? e : failure(i, changes, e);
            }
        }
        return changes;
    }

    /** The failure of one entry as that of its batch, in sqlite-jdbc's words. */
    static BatchUpdateException failure(int entry, long[] changes, SQLException failure) {
        int[] counts = Arrays.stream(changes).mapToInt(count -> (int) count).toArray();
        String message = failure.getMessage();
        if (failure instanceof BatchUpdateException alone) {
            return new BatchUpdateException(
                    message.replaceFirst("^batch entry 0", "batch entry " + entry), null, 0, counts, alone.getCause());
        }
        return new BatchUpdateException("batch entry " + entry + ": " + message, null, 0, counts, failure);
    }

    /**
     * As sqlite-jdbc begins every execution, only sooner: rows of the one before that nobody has read keep its transaction
     * open, and what comes now is another.
     */
    private void endPreviousExecution() throws SQLException {
        internalClose();
    }

    /**
     * As {@link #endPreviousExecution}, where another statement is about to be compiled: that fails for ever after one that was
     * empty, and then nothing is to be done for it.
     */
    private void endPreviousStatement() throws SQLException {
        endPreviousExecution();
        if (pointer != null) {
            int unused = pointer.close();
        }
    }

    /** Those of the connection, which are all there are. */
    @Override
    public SQLWarning getWarnings() throws SQLException {
        return connection.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        connection.clearWarnings();
    }
}
