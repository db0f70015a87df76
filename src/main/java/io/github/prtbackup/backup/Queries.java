package io.github.prtbackup.backup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;
import org.sqlite.jdbc4.JDBC4Statement;

/** Small questions to SQLite, asked past the guard: plain statements, also on the user's connection. */
public final class Queries {

    private static final int SQLITE_ROW = 100;
    private static final int SQLITE_DONE = 101;

    private Queries() {}

    /** The name in double quotes, whatever it holds. */
    public static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The text as a literal. */
    public static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** The PRAGMA of one database of a connection. */
    public static String pragma(String schema, String name) {
        return "PRAGMA " + quote(schema) + "." + name;
    }

    /** The size of one database of a connection, as the connection sees it, in bytes. */
    static long size(SQLiteConnection on, String schema) throws SQLException {
        return number(on, pragma(schema, "page_count")) * number(on, pragma(schema, "page_size"));
    }

    private static long number(SQLiteConnection on, String sql) throws SQLException {
        return Long.parseLong(first(on, sql));
    }

    /**
     * The first column of the first row as text; null if there is no row. Asked one level below JDBC, where a user's connection
     * notices nothing of it: neither that its first statement was executed, nor that a transaction has to be upgraded.
     */
    public static String first(SQLiteConnection on, String sql) throws SQLException {
        try (JDBC4PreparedStatement statement = new JDBC4PreparedStatement(on, sql)) {
            int code = statement.pointer.safeRunInt(DB::step);
            if (code == SQLITE_ROW) {
                return statement.pointer.safeRun((db, pointer) -> db.column_text(pointer, 0));
            }
            if (code != SQLITE_DONE) {
                on.getDatabase().throwex(code);
            }
            return null;
        }
    }

    /** All rows of a small result, as text. */
    public static List<List<String>> rows(SQLiteConnection on, String sql) throws SQLException {
        List<List<String>> result = new ArrayList<>();
        try (JDBC4Statement statement = new JDBC4Statement(on);
                ResultSet rows = statement.executeQuery(sql)) {
            int count = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= count; i++) {
                    row.add(rows.getString(i));
                }
                result.add(row);
            }
        }
        return result;
    }
}
