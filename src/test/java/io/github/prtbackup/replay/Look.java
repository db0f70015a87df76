package io.github.prtbackup.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Schema and content as text, seen from a connection. */
final class Look {
    private static final List<String> PRAGMAS =
            List.of("user_version", "page_size", "auto_vacuum", "journal_mode", "encoding", "integrity_check");

    private Look() {}

    /** What another connection sees in the main file, and whether it may write there. */
    static String ofOther(Path file) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=0");
                Statement statement = connection.createStatement()) {
            StringBuilder seen = new StringBuilder();
            attempt(seen, () -> content(connection, "main"));
            attempt(seen, () -> {
                statement.executeUpdate("BEGIN IMMEDIATE");
                statement.executeUpdate("ROLLBACK");
                return "may write";
            });
            return seen.toString();
        } catch (SQLException e) {
            return Said.exception(e);
        }
    }

    /** What a connection sees of all its databases. */
    static String ofOwn(Connection connection) {
        StringBuilder seen = new StringBuilder();
        attempt(seen, () -> "autocommit " + connection.getAutoCommit());
        List<String> databases = new ArrayList<>();
        attempt(seen, () -> {
            databases.addAll(column(connection, "SELECT name FROM pragma_database_list ORDER BY seq"));
            return databases.toString();
        });
        for (String database : databases) {
            attempt(seen, () -> content(connection, database));
        }
        return seen.toString();
    }

    /** What is in the database files of a folder, and which files there are besides the backups. */
    static String ofFiles(Path folder) {
        StringBuilder seen = new StringBuilder();
        List<String> names = new ArrayList<>();
        attempt(seen, () -> {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(Files::isRegularFile)
                        .map(file -> file.getFileName().toString())
                        .filter(name -> name.matches("[a-z0-9]+\\.db(-journal|-wal|-shm)?"))
                        .sorted()
                        .forEach(names::add);
            } catch (IOException e) {
                throw new SQLException(e);
            }
            return names.toString();
        });
        for (String name : names) {
            if (name.endsWith(".db")) {
                attempt(seen, () -> file(folder.resolve(name)));
            }
        }
        return seen.toString();
    }

    private static String file(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            StringBuilder seen = new StringBuilder();
            for (String pragma : PRAGMAS) {
                attempt(seen, () -> pragma + column(connection, "PRAGMA " + pragma));
            }
            attempt(seen, () -> content(connection, "main"));
            return seen.toString();
        }
    }

    private static String content(Connection connection, String database) throws SQLException {
        StringBuilder seen = new StringBuilder();
        String schema = '"' + database.replace("\"", "\"\"") + '"' + '.';
        try (Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery("SELECT type, name, tbl_name, sql FROM " + schema + "sqlite_schema")) {
                while (rows.next()) {
                    seen.append('\n').append(Said.row(rows, 4));
                    if ("table".equals(rows.getString(1))) {
                        tables.add(rows.getString(2));
                    }
                }
            }
            for (String table : tables) {
                String name = schema + '"' + table.replace("\"", "\"\"") + '"';
                seen.append('\n').append(table);
                try {
                    seen.append(Said.rows(statement.executeQuery("SELECT rowid, * FROM " + name)));
                } catch (SQLException e) {
                    attempt(seen, () -> Said.rows(statement.executeQuery("SELECT * FROM " + name)));
                }
            }
        }
        return seen.toString();
    }

    private static List<String> column(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    @FunctionalInterface
    private interface Attempt {
        String run() throws SQLException;
    }

    private static void attempt(StringBuilder seen, Attempt attempt) {
        try {
            seen.append('\n').append(attempt.run());
        } catch (SQLException | RuntimeException e) {
            seen.append('\n').append(Said.exception(e));
        }
    }
}
