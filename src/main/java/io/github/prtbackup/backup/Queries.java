package io.github.prtbackup.backup;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Statement;

/** Small questions to SQLite, asked past the guard: plain statements, also on the user's connection. */
public final class Queries {

    private Queries() {}

    /** The name in double quotes, whatever it holds. */
    public static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
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

    /** The first column of the first row as text; null if there is no row. */
    public static String first(SQLiteConnection on, String sql) throws SQLException {
        try (JDBC4Statement statement = new JDBC4Statement(on);
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
