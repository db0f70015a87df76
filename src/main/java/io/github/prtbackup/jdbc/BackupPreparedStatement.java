package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.SqlStatement;
import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Arrays;
import java.util.Collections;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** A prepared statement whose executes go through the guard. What it does is decided once; reads pass at once. */
final class BackupPreparedStatement extends JDBC4PreparedStatement {

    private final BackupConnection connection;
    private final Guard guard;
    private final SqlStatement statement;
    private final boolean reads;
    private final Cancels.Call call;

    BackupPreparedStatement(BackupConnection connection, String sql) throws SQLException {
        super(connection, sql);
        this.connection = connection;
        this.guard = connection.guard();
        this.statement = guard.first(sql);
        this.reads = Guard.passes(statement);
        this.call = guard.call();
        if (!reads) {
            guard.prepared(statement);
        }
    }

    @Override
    public void cancel() throws SQLException {
        call.cancel();
    }

    @Override
    public boolean execute() throws SQLException {
        return reads ? guard.read(super::execute) : guarded(super::execute);
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return reads || columnCount == 0 ? guard.read(super::executeQuery) : guarded(super::executeQuery);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return reads || columnCount != 0 ? guard.read(super::executeLargeUpdate) : guarded(super::executeLargeUpdate);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        if (reads || batchQueryCount == 0) {
            return super.executeLargeBatch();
        }
        call.entered();
        Object[] values = batch;
        try {
            // As below, but the result set stays as it is: sqlite-jdbc leaves it alone before a batch.
            int unused = pointer.safeRunInt(DB::reset);
            return withConnectionTimeout(() -> guard.isInTransaction()
                    ? guard.run(call, statement, true, super::executeLargeBatch)
                    : guard.runAll(call, Collections.nCopies(batchQueryCount, statement), this::batchOneByOne));
        } finally {
            batch = values;
            clearBatch();
        }
    }

    /** In autocommit mode each entry is a transaction. The first of them has the backup. */
    private long[] batchOneByOne() throws SQLException {
        Object[] values = batch;
        int count = batchQueryCount;
        long[] changes = new long[count];
        int done = 0;
        while (done < count) {
            int from = done;
            int entries = done > 0 && guard.isCovered(statement) ? count - done : 1;
            try {
                long[] counts = guard.run(call, statement, true, () -> {
                    batch = values == null
                            ? null
                            : Arrays.copyOfRange(values, from * paramCount, (from + entries) * paramCount);
                    batchQueryCount = entries;
                    return super.executeLargeBatch();
                });
                System.arraycopy(counts, 0, changes, done, entries);
            } catch (BatchUpdateException e) {
                throw BackupStatement.failure(done, changes, e);
            }
            done += entries;
        }
        return changes;
    }

    private <T> T guarded(Guard.Work<T> work) throws SQLException {
        call.entered();
        checkOpen();
        endPreviousExecution();
        boolean[] ran = {false};
        try {
            return withConnectionTimeout(() -> guard.run(call, statement, true, () -> {
                ran[0] = true;
                return work.run();
            }));
        } catch (SQLiteException e) {
            if (!ran[0] && isGivenUpAfter(e)) {
                pointer.close();
            }
            throw e;
        }
    }

    /** After which errors sqlite-jdbc gives a statement up for good. */
    private static boolean isGivenUpAfter(SQLiteException e) {
        return switch (SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff)) {
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT, SQLITE_MISUSE -> false;
            default -> true;
        };
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
