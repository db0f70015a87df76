package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.sqlite.SQLiteException;

/** Runs the same calls on a connection of plain sqlite-jdbc and on one of ours, and compares all that is seen. */
final class Differential {

    static final String SCHEMA = """
            CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c INT CHECK (c < 1000));
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INT REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE log (what TEXT);
            CREATE VIEW v AS SELECT a, b FROM t;
            CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a, b) VALUES (new.a, new.b); END;
            CREATE TRIGGER forbid BEFORE INSERT ON t WHEN new.b = 'forbidden' BEGIN SELECT RAISE(ROLLBACK, 'no'); END;
            CREATE TRIGGER ignored BEFORE INSERT ON t WHEN new.b = 'ignored'
              BEGIN INSERT INTO log VALUES ('ignored'); SELECT RAISE(IGNORE); END;
            INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
            INSERT INTO parent VALUES (1);
            """;

    private final Path directory;

    Differential(Path directory) {
        this.directory = directory;
    }

    /** One thing an application does; what it sees goes into the protocol. */
    @FunctionalInterface
    interface Scenario {
        void run(Connection connection, Protocol seen) throws Exception;
    }

    /** One call. */
    @FunctionalInterface
    interface Attempt {
        Object run() throws Exception;
    }

    /** One call without a result. */
    @FunctionalInterface
    interface VoidAttempt {
        void run() throws Exception;
    }

    /** One driver, and the files that it works on. */
    record Side(boolean ours, Path folder) {

        /** The database, which exists and has the {@linkplain #SCHEMA schema}. */
        Path database() {
            return folder.resolve("same.db");
        }

        /** A connection to the database. */
        Connection connect(String... parameters) throws SQLException {
            return ours ? Sql.open(database(), parameters) : Sql.plain(database(), parameters);
        }

        /** The URL of what follows {@code jdbc:sqlite:}. */
        String url(Object address) {
            return (ours ? "jdbc:prtbackup:sqlite:" : "jdbc:sqlite:") + address;
        }
    }

    /** What was seen. */
    static final class Protocol {
        final Side side;
        private final List<String> lines = new ArrayList<>();

        Protocol(Side side) {
            this.side = side;
        }

        void add(Object line) {
            // Listeners are called by threads of their own.
            synchronized (lines) {
                lines.add(describe(line));
            }
        }

        void attempt(Attempt attempt) {
            attempt("", attempt);
        }

        void attempt(String name, Attempt attempt) {
            String said = name.isEmpty() ? "" : name + " -> ";
            try {
                add(said + describe(attempt.run()));
            } catch (Exception e) {
                // Also what is not for SQL: sqlite-jdbc's own NullPointerException of statements that were never
                // prepared.
                add(said + describe(e));
            }
        }

        void attemptVoid(String name, VoidAttempt attempt) {
            attempt(name, () -> {
                attempt.run();
                return "done";
            });
        }
    }

    void requireSame(Scenario scenario) throws Exception {
        requireSameSides(seen -> {
            try (Connection connection = seen.side.connect()) {
                scenario.run(connection, seen);
                if (!connection.isClosed()) {
                    seen.add(Sql.column(
                            connection, "SELECT changes() || ' ' || total_changes() || ' ' || last_insert_rowid()"));
                }
            }
        });
    }

    /** A scenario that opens its connections itself. */
    @FunctionalInterface
    interface SideScenario {
        void run(Protocol seen) throws Exception;
    }

    void requireSameSides(SideScenario scenario) throws Exception {
        List<String> plain = protocol("plain", false, scenario);
        List<String> ours = protocol("ours", true, scenario);
        int same = 0;
        while (same < plain.size() && same < ours.size() && plain.get(same).equals(ours.get(same))) {
            same++;
        }
        assertThat(ours.subList(same, Math.min(ours.size(), same + 5)))
                .as("after " + String.join("\n", plain.subList(Math.max(0, same - 15), same)))
                .containsExactlyElementsOf(plain.subList(same, Math.min(plain.size(), same + 5)));
    }

    private List<String> protocol(String name, boolean ours, SideScenario scenario) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name));
        Side side = new Side(ours, folder);
        Path database = side.database();
        if (!Files.exists(database)) {
            try (Connection connection = Sql.plain(database)) {
                Sql.run(connection, SCHEMA);
            }
        }
        Protocol seen = new Protocol(side);
        seen.attemptVoid("end", () -> scenario.run(seen));
        for (String table : Sql.column(
                database,
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY 1")) {
            String rows = "SELECT count(*) || ' ' || max(rowid) FROM \"" + table + "\"";
            seen.add(table + Sql.column(database, rows));
        }
        if (Sql.number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 't'") == 1) {
            seen.add(
                    Sql.column(database, "SELECT a || ',' || ifnull(b, '') || ',' || ifnull(c, '') FROM t ORDER BY a"));
        }
        seen.add(Sql.column(database, "PRAGMA user_version"));
        return seen.lines.stream()
                .map(line -> line.replace(folder.toString(), "…")
                        .replace("jdbc:prtbackup:sqlite:", "jdbc:sqlite:")
                        .replace(BackupConnection.class.getName(), "org.sqlite.jdbc4.JDBC4Connection")
                        .replace(BackupPreparedStatement.class.getName(), "org.sqlite.jdbc4.JDBC4PreparedStatement")
                        .replace(BackupStatement.class.getName(), "org.sqlite.jdbc4.JDBC4Statement")
                        // The name that VACUUM makes up.
                        .replaceAll("vacuum_[0-9a-f]{16}", "vacuum_…")
                        .replaceAll("(?<=[a-z0-9])@[0-9a-f]{4,8}\\b", "@…"))
                .toList();
    }

    /** A value so that equal ones, and only these, are told alike. */
    static String describe(Object value) {
        try {
            if (value instanceof Exception e) {
                return exception(e);
            } else if (value instanceof ResultSet rows) {
                return rows(rows);
            } else if (value instanceof byte[] bytes) {
                return "0x" + HexFormat.of().formatHex(bytes);
            } else if (value instanceof int[] numbers) {
                return Arrays.toString(numbers);
            } else if (value instanceof long[] numbers) {
                return Arrays.toString(numbers);
            } else if (value instanceof Object[] objects) {
                return Arrays.deepToString(objects);
            } else if (value instanceof InputStream stream) {
                return "stream " + HexFormat.of().formatHex(stream.readAllBytes());
            } else if (value instanceof Reader reader) {
                return "reader " + text(reader);
            } else if (value instanceof Clob clob) {
                return "clob " + clob.length() + " " + text(clob.getCharacterStream());
            }
            return String.valueOf(value);
        } catch (SQLException | IOException e) {
            return exception(e);
        }
    }

    private static String text(Reader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = reader.read(); next >= 0; next = reader.read()) {
            text.append((char) next);
        }
        return text.toString();
    }

    private static String exception(Exception e) {
        if (e instanceof NullPointerException || e instanceof ArrayIndexOutOfBoundsException) {
            // The JVM's message names the expression, or is missing once the method is compiled.
            return e.getClass().toString();
        }
        if (!(e instanceof SQLException sql)) {
            return e.getClass().getName() + " " + e.getMessage();
        }
        String code = e instanceof SQLiteException s ? s.getResultCode().toString() : "";
        String counts = e instanceof BatchUpdateException b ? Arrays.toString(b.getUpdateCounts()) : "";
        String cause = e.getCause() instanceof SQLException c ? " <- " + exception(c) : "";
        String next = sql.getNextException() == null ? "" : " next " + exception(sql.getNextException());
        return e.getClass().getName() + " " + sql.getErrorCode() + " " + sql.getSQLState() + " " + code + counts + " "
                + e.getMessage() + cause + next;
    }

    static String warnings(SQLWarning first) {
        List<String> all = new ArrayList<>();
        for (SQLWarning next = first; next != null; next = next.getNextWarning()) {
            all.add(exception(next));
        }
        return all.toString();
    }

    /** Everything after the execution of a statement. */
    static Object all(Statement statement, boolean rows) throws SQLException {
        StringBuilder seen = new StringBuilder();
        seen.append(rows).append(' ').append(statement.getUpdateCount());
        if (rows) {
            try (ResultSet result = statement.getResultSet()) {
                seen.append(result == null ? "null" : rows(result));
            }
        }
        return seen.append(statement.getMoreResults())
                .append(' ')
                .append(statement.getUpdateCount())
                .append(warnings(statement.getWarnings()))
                .toString();
    }

    /** All rows, with the names and types of their columns; closes the result. */
    static String rows(ResultSet result) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (result) {
            ResultSetMetaData columns = result.getMetaData();
            StringBuilder head = new StringBuilder();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                head.append(columns.getColumnLabel(i)).append('|');
            }
            rows.add(head.toString());
            while (result.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.append(result.getString(i)).append('|');
                }
                rows.add(row.toString());
            }
        }
        return rows.toString();
    }

    static Object keys(Statement statement) throws SQLException {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            return keys.next() ? keys.getString(1) : "no key";
        }
    }
}
