package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.SqlStatement;
import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Arrays;
import java.util.Collections;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** A prepared statement whose executes go through the guard. What it does is decided once; reads pass at once. */
final class BackupPreparedStatement extends JDBC4PreparedStatement {

    private final BackupConnection connection;
    private final Guard guard;
    private final SqlStatement statement;
    private final boolean reads;

    BackupPreparedStatement(BackupConnection connection, String sql) throws SQLException {
        super(connection, sql);
        this.connection = connection;
        this.guard = connection.guard();
        this.statement = guard.first(sql);
        this.reads = statement == null || (statement.effect() == Effect.READ && !statement.changesNames());
        if (!reads) {
            guard.prepared(statement);
        }
    }

    @Override
    public boolean execute() throws SQLException {
        return reads() ? super.execute() : guarded(columnCount != 0, super::execute);
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return reads() || columnCount == 0 ? super.executeQuery() : guarded(true, super::executeQuery);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return reads() || columnCount != 0 ? super.executeLargeUpdate() : guarded(false, super::executeLargeUpdate);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        if (reads || batchQueryCount == 0) {
            return super.executeLargeBatch();
        }
        Object[] values = batch;
        try {
            // As below, but the result set stays as it is: sqlite-jdbc leaves it alone before a batch.
            int unused = pointer.safeRunInt(DB::reset);
            return withConnectionTimeout(() -> guard.runAll(
                    Collections.nCopies(batchQueryCount, statement), super::executeLargeBatch, this::batchOneByOne));
        } finally {
            batch = values;
            clearBatch();
        }
    }

    private boolean reads() {
        if (reads) {
            guard.read();
        }
        return reads;
    }

    /** For statements whose failure would take the whole batch back, where autocommit keeps what came before. */
    private long[] batchOneByOne() throws SQLException {
        Object[] values = batch;
        long[] changes = new long[batchQueryCount];
        for (int i = 0; i < changes.length; i++) {
            Object[] entry = values == null ? null : Arrays.copyOfRange(values, i * paramCount, (i + 1) * paramCount);
            try {
                changes[i] = guard.run(statement, false, () -> {
                    // Here, because the guard may run it twice, and sqlite-jdbc empties the batch, and gives up a
                    // statement that has failed.
                    batch = entry;
                    batchQueryCount = 1;
                    if (pointer.isClosed()) {
                        getDatabase().prepare(this);
                    }
                    return super.executeLargeBatch();
                })[0];
            } catch (BatchUpdateException e) {
                throw BackupStatement.failure(i, changes, e);
            }
        }
        return changes;
    }

    private <T> T guarded(boolean leavesRows, Guard.Work<T> work) throws SQLException {
        checkOpen();
        endPreviousExecution();
        return withConnectionTimeout(() -> guard.run(statement, leavesRows, () -> {
            if (pointer.isClosed()) {
                // The guard runs the work again where it had not foreseen a write, and sqlite-jdbc gives a statement up
                // when it has failed. The parameters are kept.
                getDatabase().prepare(this);
            }
            return work.run();
        }));
    }

    /**
     * As sqlite-jdbc begins every execution, only sooner: rows of the one before that nobody has read keep its transaction
     * open, and what comes now is another.
     */
    private void endPreviousExecution() throws SQLException {
        rs.close();
        int unused = pointer.safeRunInt(DB::reset);
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
