package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.Explain;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Statements of ours on the user's own connection, one level below JDBC, so that they leave no trace there: no update count, no
 * generated key, no autocommit flag, no first statement executed. What SQLite itself would remember of a statement
 * ({@code changes()}, {@code last_insert_rowid()}) is the caller's to look at.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class OwnStatements {

    static final int SQLITE_OK = 0;
    static final int SQLITE_ERROR = 1;
    static final int SQLITE_BUSY = 5;
    static final int SQLITE_INTERRUPT = 9;
    private static final Set<SQLiteErrorCode> PASSING = Set.of(
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_LOCKED,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_INTERRUPT,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_PROTOCOL);
    static final int SQLITE_TOOBIG = 18;
    static final int SQLITE_ROW = 100;
    static final int SQLITE_DONE = 101;

    /** Touches nothing. {@link #prepare} it where compiling it may be interrupted. */
    static final String CHECK = "SELECT 1";

    private final SQLiteConnection connection;
    private final Map<String, JDBC4PreparedStatement> prepared = new HashMap<>();

    OwnStatements(SQLiteConnection connection) {
        this.connection = connection;
    }

    /** Whether what SQLite says may not be so any more the next time. All else, for one that there is no such table, stays. */
    static boolean mayPass(SQLException e) {
        return PASSING.stream().anyMatch(code -> (e.getErrorCode() & 0xff) == code.code);
    }

    /** Compiles statements that will be needed when that can be interrupted, and must not be. */
    void prepare(List<String> needed) throws SQLException {
        for (String sql : needed) {
            JDBC4PreparedStatement unused = prepared(sql);
        }
    }

    /** Runs a statement up to its first row, and gives it back. Returns SQLite's code, whatever it is. */
    int step(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared(sql);
        int code = statement.pointer.safeRunInt(DB::step);
        // Returns the code of the step again; the message stays readable until the next call.
        statement.pointer.safeRunInt(DB::reset);
        return code;
    }

    /**
     * As {@link #step}, with a limit on the length of values that only short ones meet. The statement is compiled for that and
     * not kept: one that SQLite has to compile again would have to read the schema under the limit.
     */
    int stepWithShortValues(String sql) throws SQLException {
        try (JDBC4PreparedStatement statement = compileOwn(sql)) {
            int code = Limits.withShortestValues(connection, () -> statement.pointer.safeRunInt(DB::step));
            statement.pointer.safeRunInt(DB::reset);
            return code;
        }
    }

    /** Runs a statement that has no rows. */
    void run(String sql) throws SQLException {
        require(SQLITE_DONE, step(sql));
    }

    /** Throws SQLite's own exception for a code, with its own message, unless the code is the expected one. */
    void require(int expected, int code) throws SQLException {
        if (code != expected) {
            throw failure(code);
        }
    }

    /** Throws SQLite's exception if the user has interrupted the connection, and something on its row still remembers that. */
    void checkInterrupt() throws SQLException {
        require(SQLITE_ROW, step(CHECK));
    }

    /** SQLite's own exception for a code. Of an interrupt it says no more than that, whatever of ours it has met. */
    SQLException failure(int code) {
        if ((code & 0xff) == SQLITE_INTERRUPT) {
            return RawTransaction.interrupted();
        }
        try {
            connection.getDatabase().throwex(code);
            return new SQLException("SQLite says " + code);
        } catch (SQLException e) {
            return e;
        }
    }

    /** A statement on its first row. As long as it is, an interrupt of the connection is not forgotten. */
    interface OnRow extends AutoCloseable {
        /** Goes on. Returns SQLite's code. */
        int step() throws SQLException;

        /** Gives the statement back. Nothing can interrupt that. */
        @Override
        void close() throws SQLException;
    }

    /** Runs a statement up to its first row, and leaves it there. */
    OnRow open(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared(sql);
        int code = statement.pointer.safeRunInt(DB::step);
        if (code != SQLITE_ROW) {
            statement.pointer.safeRunInt(DB::reset);
            require(SQLITE_ROW, code);
        }
        return new OnRow() {
            @Override
            public int step() throws SQLException {
                return statement.pointer.safeRunInt(DB::step);
            }

            @Override
            public void close() throws SQLException {
                require(SQLITE_OK, statement.pointer.safeRunInt(DB::reset));
            }
        };
    }

    /** The first column of the first row. */
    int number(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared(sql);
        int code = statement.pointer.safeRunInt(DB::step);
        int number = code == SQLITE_ROW ? statement.pointer.safeRunInt((db, pointer) -> db.column_int(pointer, 0)) : 0;
        statement.pointer.safeRunInt(DB::reset);
        require(SQLITE_ROW, code);
        return number;
    }

    /** One row, read by its columns from 0. */
    interface Columns {
        /** A column as a number. */
        int number(int column) throws SQLException;

        /** A column as text; null where it is. */
        String text(int column) throws SQLException;
    }

    /** Hears of rows. */
    interface Rows {
        /** The next one. */
        void row(Columns columns) throws SQLException;
    }

    /** Runs a query of ours that is not kept, and passes its rows on. */
    void each(String sql, Rows rows) throws SQLException {
        try (JDBC4PreparedStatement statement = compileOwn(sql)) {
            pass(statement, rows);
        }
    }

    /** Asks for programs of what the user runs. */
    Explain.Connection explain() {
        return (sql, instruction) -> {
            try (JDBC4PreparedStatement statement = new JDBC4PreparedStatement(connection, sql)) {
                pass(
                        statement,
                        row -> instruction.is(row.text(1), row.number(2), row.number(3), row.text(5), row.number(6)));
            }
        };
    }

    private void pass(JDBC4PreparedStatement statement, Rows rows) throws SQLException {
        Columns columns = new Columns() {
            @Override
            public int number(int column) throws SQLException {
                return statement.pointer.safeRunInt((db, pointer) -> db.column_int(pointer, column));
            }

            @Override
            public String text(int column) throws SQLException {
                return statement.pointer.safeRun((db, pointer) -> db.column_text(pointer, column));
            }
        };
        int code = statement.pointer.safeRunInt(DB::step);
        while (code == SQLITE_ROW) {
            rows.row(columns);
            code = statement.pointer.safeRunInt(DB::step);
        }
        require(SQLITE_DONE, code);
    }

    /** Compiles a statement and does not run it. SQLite's own exception comes if it can't be. */
    void compile(String sql) throws SQLException {
        new JDBC4PreparedStatement(connection, sql).close();
    }

    private JDBC4PreparedStatement prepared(String sql) throws SQLException {
        JDBC4PreparedStatement statement = prepared.get(sql);
        // Closing the connection closes it; then preparing it again says so, or works if sqlite-jdbc has failed to
        // close.
        if (statement == null || statement.pointer.isClosed()) {
            statement = compileOwn(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    /** Compiles a statement of ours. Limits that it meets are looked at only then, as nobody else has them. */
    private JDBC4PreparedStatement compileOwn(String sql) throws SQLException {
        try {
            return new JDBC4PreparedStatement(connection, sql);
        } catch (SQLException e) {
            return Limits.lifted(connection, () -> new JDBC4PreparedStatement(connection, sql));
        }
    }
}
