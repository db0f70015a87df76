package io.github.prtbackup.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Short ways to run SQL. */
public final class Sql {

    private Sql() {}

    /** A connection of this driver, with parameters such as {@code backup.keep=100}. */
    public static Connection open(Path database, String... parameters) throws SQLException {
        return DriverManager.getConnection("jdbc:prtbackup:sqlite:" + address(database, parameters));
    }

    /** A connection of plain sqlite-jdbc. */
    public static Connection plain(Path database, String... parameters) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + address(database, parameters));
    }

    private static String address(Path database, String... parameters) {
        return database + (parameters.length == 0 ? "" : "?" + String.join("&", parameters));
    }

    /** Runs statements, each by {@code executeUpdate}. */
    public static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    /** The first column of all rows, as text. */
    public static List<String> column(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** The first column of all rows of a database file, read with plain sqlite-jdbc. */
    public static List<String> column(Path database, String query) throws SQLException {
        try (Connection connection = plain(database)) {
            return column(connection, query);
        }
    }

    /** A number read from a database file with plain sqlite-jdbc. */
    public static long number(Path database, String query) throws SQLException {
        return Long.parseLong(column(database, query).get(0));
    }

    /** A number. */
    public static long number(Connection connection, String query) throws SQLException {
        return Long.parseLong(column(connection, query).get(0));
    }
}
