package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Transaction control on the user's own connection, one level below JDBC, so that it leaves no trace there: it changes no
 * update count, no generated key and no autocommit flag. Only commit listeners hear it, as they hear sqlite-jdbc's own
 * begin and commit.
 *
 * <p>SQLite itself is asked whether a transaction is active, because no text can tell: {@code OR ROLLBACK},
 * {@code RAISE(ROLLBACK)}, a full disk and others end transactions without a word, and sqlite-jdbc has no binding for
 * {@code sqlite3_get_autocommit}. {@code BEGIN} succeeds exactly when there is none.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class RawTransaction {

    private static final int SQLITE_OK = 0;
    private static final int SQLITE_ERROR = 1;
    private static final int SQLITE_BUSY = 5;
    private static final int SQLITE_ROW = 100;
    private static final int SQLITE_DONE = 101;

    /** What {@code PRAGMA auto_vacuum} answers. */
    private static final int INCREMENTAL = 2;

    private final SQLiteConnection connection;
    private final Map<String, JDBC4PreparedStatement> prepared = new HashMap<>();

    private boolean writesForbidden;

    RawTransaction(SQLiteConnection connection) {
        this.connection = connection;
    }

    /**
     * Begins a deferred transaction, which takes no lock.
     *
     * @return false if there is a transaction already
     */
    boolean begin() throws SQLException {
        return step("BEGIN") == SQLITE_DONE;
    }

    /**
     * Begins a transaction that holds the write lock of every attached file, waiting for it as a write would.
     *
     * @return false if there is a transaction already
     */
    boolean beginLocked() throws SQLException {
        int code = step("BEGIN IMMEDIATE");
        if (code != SQLITE_DONE && code != SQLITE_ERROR) {
            connection.getDatabase().throwex(code);
        }
        return code == SQLITE_DONE;
    }

    /** As {@link #beginLocked}, but answers false also if somebody else has one of the locks. */
    boolean tryBeginLocked() throws SQLException {
        return step("BEGIN IMMEDIATE") == SQLITE_DONE;
    }

    /** Commits. On an error, {@code SQLITE_BUSY} for one, the transaction is still active. */
    void commit() throws SQLException {
        run("COMMIT");
    }

    /** Rolls back if a transaction is active. */
    void rollback() throws SQLException {
        int unused = step("ROLLBACK");
    }

    /** Whether a transaction is active. */
    boolean isActive() throws SQLException {
        if (!begin()) {
            return true;
        }
        endUnused();
        return false;
    }

    /** Ends a transaction of ours that has touched nothing. A rollback, unlike this, would be heard by commit listeners. */
    void endUnused() throws SQLException {
        if (step("COMMIT") != SQLITE_DONE) {
            rollback();
        }
    }

    /**
     * Makes virtual tables write what they hold back: full-text indexes collect the terms of a transaction in memory and put
     * them into their tables during {@code COMMIT}, or else when a savepoint is set.
     */
    void flushVirtualTables() throws SQLException {
        run("SAVEPOINT prtbackup_probe");
        run("RELEASE prtbackup_probe");
    }

    /** Another with each change of the schema, whoever makes it. */
    int schemaVersion(String schema) throws SQLException {
        return number("PRAGMA " + Queries.quote(schema) + ".schema_version");
    }

    /**
     * Lets the transaction read a database, and the connection learn of changes to its schema, which nobody can change from
     * now on as far as this transaction sees.
     */
    void readSchema(String schema) throws SQLException {
        int unused = number("SELECT count(*) FROM (SELECT 1 FROM " + Queries.quote(schema) + ".sqlite_schema LIMIT 1)");
    }

    /**
     * Whether a statement that writes has been stepped and not finished, a {@code RETURNING} whose result set is open.
     * Its changes are uncommitted, also in autocommit mode.
     */
    boolean isWriteInProgress() throws SQLException {
        if (step("SAVEPOINT prtbackup_probe") == SQLITE_BUSY) {
            return true;
        }
        run("RELEASE prtbackup_probe");
        return false;
    }

    /**
     * Takes the write lock of one attached database inside the transaction, waiting as the write itself would, and changes
     * nothing. {@code BEGIN IMMEDIATE} would lock every attached file.
     *
     * <p>On a database without auto-vacuum, which is nearly every one, {@code incremental_vacuum} compiles to the opening
     * of a write transaction and no more. With incremental auto-vacuum it frees a page, which is taken back; the lock stays.
     * Nobody asks before: somebody may have switched it on, and a connection learns of it only as it opens the transaction.
     *
     * <p>Not without a {@linkplain #hasJournal journal}, which takes it back.
     *
     * @return false if there can be no savepoint, because rows of a write are unread, or there is a {@link #hold}
     */
    boolean lock(String schema) throws SQLException {
        if (step("SAVEPOINT prtbackup_lock") == SQLITE_BUSY) {
            return false;
        }
        int code = step(incrementalVacuum(schema));
        if (code == SQLITE_ROW) {
            run("ROLLBACK TO prtbackup_lock");
        }
        try {
            if (code != SQLITE_DONE && code != SQLITE_ROW) {
                connection.getDatabase().throwex(code);
            }
        } finally {
            int unused = step("RELEASE prtbackup_lock");
        }
        return true;
    }

    /** Whether anything can be taken back in that database, which it can't with {@code journal_mode=OFF}. */
    boolean hasJournal(String schema) throws SQLException {
        return !"off".equals(text("PRAGMA " + Queries.quote(schema) + ".journal_mode"));
    }

    /** Whether that database has incremental auto-vacuum, as far as this connection has seen. */
    boolean hasIncrementalVacuum(String schema) throws SQLException {
        return number("PRAGMA " + Queries.quote(schema) + ".auto_vacuum") == INCREMENTAL;
    }

    /**
     * As {@link #lock}, where nothing can be taken back.
     *
     * @param table a table of that database without triggers, already quoted; null if there is none, or it is known to have no
     *     incremental auto-vacuum
     */
    void lockBy(String schema, String table) throws SQLException {
        run(
                table == null
                        ? incrementalVacuum(schema)
                        : "DELETE FROM " + Queries.quote(schema) + "." + table + " WHERE 0");
    }

    private static String incrementalVacuum(String schema) {
        return "PRAGMA " + Queries.quote(schema) + ".incremental_vacuum(1)";
    }

    /**
     * Keeps the transaction that autocommit opens for the next statement from ending with it, until the hold is closed.
     * SQLite commits in autocommit mode when the last statement that writes has finished; a query of the journal mode
     * counts as one, and is left on its row here. Closing it leaves the commit to whichever statement is still open.
     */
    Hold hold() throws SQLException {
        JDBC4PreparedStatement statement = prepared("PRAGMA main.journal_mode");
        int code = statement.pointer.safeRunInt(DB::step);
        if (code != SQLITE_ROW) {
            statement.pointer.safeRunInt(DB::reset);
            throw new SQLException("PRAGMA journal_mode returned no row but code " + code);
        }
        return () -> {
            int closed = statement.pointer.safeRunInt(DB::reset);
            if (closed != SQLITE_OK) {
                connection.getDatabase().throwex(closed);
            }
        };
    }

    /**
     * Lets the connection only read, until {@link #allowWrites}.
     *
     * @return false if the user has already seen to that
     */
    boolean forbidWrites() throws SQLException {
        if (number("PRAGMA query_only") != 0) {
            return false;
        }
        // First: what is interrupted may have been done.
        writesForbidden = true;
        int code = setQueryOnly("ON");
        if (code != SQLITE_DONE) {
            connection.getDatabase().throwex(code);
        }
        return true;
    }

    /** Lets the connection write again. If that is interrupted, it has to be called again before the next write. */
    void allowWrites() throws SQLException {
        if (writesForbidden) {
            int unused = setQueryOnly("OFF");
            writesForbidden = false;
        }
    }

    /** Compiled anew each time, since that is when SQLite does it; the step has other statements compiled anew, too. */
    private int setQueryOnly(String value) throws SQLException {
        try (JDBC4PreparedStatement statement =
                new JDBC4PreparedStatement(connection, "PRAGMA query_only = " + value)) {
            return statement.pointer.safeRunInt(DB::step);
        }
    }

    /** See {@link #hold()}. */
    interface Hold extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }

    private int number(String sql) throws SQLException {
        JDBC4PreparedStatement query = onRow(sql);
        int number = query.pointer.safeRunInt((db, pointer) -> db.column_int(pointer, 0));
        query.pointer.safeRunInt(DB::reset);
        return number;
    }

    private String text(String sql) throws SQLException {
        JDBC4PreparedStatement query = onRow(sql);
        String text = query.pointer.safeRun((db, pointer) -> db.column_text(pointer, 0));
        query.pointer.safeRunInt(DB::reset);
        return text;
    }

    private JDBC4PreparedStatement onRow(String sql) throws SQLException {
        JDBC4PreparedStatement query = prepared(sql);
        int code = query.pointer.safeRunInt(DB::step);
        if (code != SQLITE_ROW) {
            query.pointer.safeRunInt(DB::reset);
            connection.getDatabase().throwex(code);
        }
        return query;
    }

    private void run(String sql) throws SQLException {
        int code = step(sql);
        if (code != SQLITE_DONE) {
            connection.getDatabase().throwex(code);
        }
    }

    private int step(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared(sql);
        int code = statement.pointer.safeRunInt(DB::step);
        // Returns the code of the step again; the message stays readable until the next call.
        statement.pointer.safeRunInt(DB::reset);
        return code;
    }

    private JDBC4PreparedStatement prepared(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared.get(sql);
        // Closing the connection closes it; then preparing it again says so, or works if sqlite-jdbc has failed to
        // close.
        if (statement == null || statement.pointer.isClosed()) {
            statement = new JDBC4PreparedStatement(connection, sql);
            prepared.put(sql, statement);
        }
        return statement;
    }
}
