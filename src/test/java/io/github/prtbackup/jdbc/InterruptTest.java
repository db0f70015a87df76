package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.Function;
import org.sqlite.ProgressHandler;

/**
 * A statement is interrupted at any moment, also in what we do before and after it. What is answered, what others see at once,
 * whether they may write, and what is there in the end is something that plain sqlite-jdbc does, too.
 */
class InterruptTest {

    private static final int MOST_CALLBACKS = 400;
    private static final int EACH_UP_TO = 50;

    /** What an application does while it is interrupted. */
    @FunctionalInterface
    private interface Form {
        void run(Connection connection) throws SQLException;
    }

    private static final Map<String, Form> FORMS = new TreeMap<>(Map.ofEntries(
            Map.entry("statement", connection -> Sql.run(connection, "INSERT INTO l VALUES (2, 'x')")),
            Map.entry("execute", connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("INSERT INTO l VALUES (2, 'x')");
                }
            }),
            Map.entry("prepared", connection -> {
                try (PreparedStatement statement = connection.prepareStatement("INSERT INTO l VALUES (?, 'x')")) {
                    statement.setInt(1, 2);
                    statement.executeUpdate();
                }
            }),
            Map.entry("batch", connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch("INSERT INTO l VALUES (2, 'x')");
                    statement.addBatch("INSERT INTO l VALUES (3, 'y')");
                    statement.executeBatch();
                }
            }),
            Map.entry("prepared batch", connection -> {
                try (PreparedStatement statement = connection.prepareStatement("INSERT INTO l VALUES (?, 'x')")) {
                    for (int id = 2; id < 5; id++) {
                        statement.setInt(1, id);
                        statement.addBatch();
                    }
                    statement.executeBatch();
                }
            }),
            Map.entry(
                    "string",
                    connection ->
                            Sql.run(connection, "INSERT INTO l VALUES (2, 'x'); UPDATE l SET b = 'z' WHERE id = 2")),
            Map.entry("returning", connection -> {
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("INSERT INTO l VALUES (2, 'x') RETURNING id")) {
                    rows.next();
                }
            }),
            Map.entry("definition", connection -> Sql.run(connection, "CREATE TABLE made AS SELECT * FROM l")),
            Map.entry("removal", connection -> Sql.run(connection, "DROP TABLE gone")),
            Map.entry("full text", connection -> Sql.run(connection, "INSERT INTO ft VALUES ('one two three')")),
            Map.entry("JDBC transaction", connection -> {
                connection.setAutoCommit(false);
                Sql.run(connection, "INSERT INTO l VALUES (2, 'x')");
                Sql.run(connection, "INSERT INTO l VALUES (3, 'y')");
                connection.commit();
                connection.setAutoCommit(true);
            }),
            Map.entry("SQL transaction", connection -> {
                Sql.run(connection, "BEGIN");
                Sql.run(connection, "INSERT INTO l VALUES (2, 'x')");
                Sql.run(connection, "INSERT INTO l VALUES (3, 'y')");
                Sql.run(connection, "COMMIT");
            }),
            Map.entry("savepoint", connection -> {
                connection.setAutoCommit(false);
                Sql.run(connection, "INSERT INTO l VALUES (2, 'x')");
                Savepoint savepoint = connection.setSavepoint();
                Sql.run(connection, "INSERT INTO l VALUES (3, 'y')");
                connection.rollback(savepoint);
                connection.commit();
                connection.setAutoCommit(true);
            })));

    @TempDir
    Path directory;

    static Stream<Arguments> atEachCallback() {
        return FORMS.keySet().stream()
                .flatMap(form -> Stream.of(Arguments.of(form, "DELETE"), Arguments.of(form, "WAL")));
    }

    @ParameterizedTest
    @MethodSource
    void atEachCallback(String form, String journalMode) throws Exception {
        Set<String> plain = outcomes(form, null, journalMode, 1);
        assertThat(plain).hasSizeGreaterThan(1);
        for (String strategy : List.of("incremental", "full")) {
            // Most callbacks of ours are those of one check of the whole database.
            int stride = Integer.getInteger("prtbackup.interrupt.stride", 9);
            assertThat(plain).as(strategy).containsAll(outcomes(form, strategy, journalMode, stride));
        }
    }

    /** All that happens where the n-th callback of the progress handler interrupts, for each n, or each few of many. */
    private Set<String> outcomes(String form, String strategy, String journalMode, int stride) throws Exception {
        Path template = directory.resolve("template.db");
        if (!Files.exists(template)) {
            try (Connection connection = Sql.plain(template)) {
                Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
                Sql.run(
                        connection,
                        "CREATE TABLE l (id INTEGER PRIMARY KEY, b)",
                        "CREATE TABLE gone (a)",
                        "CREATE VIRTUAL TABLE ft USING fts5 (a)",
                        "INSERT INTO l VALUES (1, 'before')");
            }
        }
        Set<String> outcomes = new TreeSet<>();
        for (int n = 1; n <= MOST_CALLBACKS; n += n < EACH_UP_TO ? 1 : stride) {
            Path database = Files.createDirectories(directory.resolve(strategy + "-" + n))
                    .resolve("d.db");
            Files.copy(template, database);
            Interrupted interrupted = new Interrupted(n);
            outcomes.add(outcome(form, database, strategy, interrupted));
            if (!interrupted.happened) {
                return outcomes;
            }
        }
        throw new AssertionError("more callbacks than expected");
    }

    private static final class Interrupted extends ProgressHandler {
        private final int at;
        private int calls;
        private boolean happened;

        Interrupted(int at) {
            this.at = at;
        }

        @Override
        protected int progress() {
            boolean now = ++calls == at;
            happened |= now;
            return now ? 1 : 0;
        }
    }

    private static String outcome(String form, Path database, String strategy, ProgressHandler handler)
            throws SQLException {
        List<String> seen = new ArrayList<>();
        try (Connection connection = strategy == null
                        ? Sql.plain(database, "synchronous=OFF")
                        : Sql.open(database, "synchronous=OFF", "backup.strategy=" + strategy);
                Connection other = Sql.plain(database, "busy_timeout=0")) {
            ProgressHandler.setHandler(connection, 1, handler);
            try {
                FORMS.get(form).run(connection);
                seen.add("done");
            } catch (SQLException e) {
                seen.add(e.getClass().getSimpleName() + " " + e.getMessage());
            }
            ProgressHandler.clearHandler(connection);
            seen.add(content(other));
            seen.add(attempt(other, "INSERT INTO l VALUES (100, 'other')"));
            seen.add(attempt(connection, "INSERT INTO l VALUES (50, 'after')"));
            seen.add(content(other));
            if (!connection.getAutoCommit()) {
                seen.add(attempt(connection, null));
                seen.add(content(other));
            }
        }
        seen.add(Sql.column(database, "SELECT group_concat(id) FROM l").toString());
        return String.join(" | ", seen);
    }

    private static String content(Connection other) {
        try {
            return Sql.column(other, "SELECT group_concat(id || b) FROM l")
                    + Sql.column(other, "SELECT group_concat(name) FROM sqlite_schema WHERE name NOT LIKE '%ft%'")
                            .toString()
                    + Sql.number(other, "SELECT count(*) FROM ft");
        } catch (SQLException e) {
            return e.getMessage();
        }
    }

    /** Runs a statement, or commits. */
    private static String attempt(Connection connection, String sql) {
        try {
            if (sql == null) {
                connection.commit();
            } else {
                Sql.run(connection, sql);
            }
            return "done";
        } catch (SQLException e) {
            return e.getMessage();
        }
    }

    /** What was reported done is there, also with a cancel every moment. */
    @ParameterizedTest
    @Timeout(120)
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void cancelledAtRandom(String strategy, String journalMode) throws Exception {
        Path database = directory.resolve("cancelled.db");
        Set<Integer> done = new HashSet<>();
        int refused = 0;
        try (Connection connection = Sql.open(
                        database,
                        "synchronous=OFF",
                        "journal_mode=" + journalMode,
                        "backup.keep=2",
                        "backup.strategy=" + strategy);
                Connection other = Sql.plain(database, "busy_timeout=0");
                Statement statement = connection.createStatement()) {
            Sql.run(connection, "CREATE TABLE l (id INTEGER PRIMARY KEY, b)");
            Random random = new Random(7);
            Thread canceller = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    LockSupport.parkNanos(20_000 + random.nextInt(400_000));
                    try {
                        statement.cancel();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            canceller.start();
            try {
                for (int id = 1; id <= 600; id++) {
                    try {
                        insert(connection, id);
                        done.add(id);
                    } catch (SQLException e) {
                        assertThat(e.getMessage()).contains("SQLITE_INTERRUPT");
                        refused++;
                    }
                }
            } finally {
                canceller.interrupt();
                canceller.join();
            }
            assertThat(ids(other)).containsAll(done);
            Sql.run(other, "INSERT INTO l VALUES (1000, 'other')");
        }
        assertThat(Sql.column(database, "SELECT id FROM l").stream().map(Integer::valueOf))
                .containsAll(done)
                .hasSizeLessThanOrEqualTo(done.size() + refused + 1);
    }

    /** Also where it comes from within the first statement of all, when nothing of ours was compiled before. */
    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void theConnectionGoesOn(String strategy, String journalMode) throws Exception {
        Path database = directory.resolve("goes-on.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE l (id)");
        }
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy);
                Connection other = Sql.plain(database, "busy_timeout=0")) {
            try (Statement statement = connection.createStatement()) {
                Function.create(connection, "cancelled", new Function() {
                    @Override
                    protected void xFunc() throws SQLException {
                        statement.cancel();
                        result(1);
                    }
                });
                assertThatThrownBy(() -> statement.executeUpdate(
                                "WITH n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                                        + " INSERT INTO l SELECT cancelled() FROM n"))
                        .hasMessageContaining("SQLITE_INTERRUPT");
            }
            Sql.run(other, "INSERT INTO l VALUES (2)");
            Sql.run(connection, "INSERT INTO l VALUES (3)");
            assertThat(Sql.column(other, "SELECT id FROM l")).containsExactly("2", "3");
        }
    }

    /** SQLite has taken the transaction back, and told only who was reading its last row. */
    @ParameterizedTest
    @CsvSource({"full", "incremental"})
    void aSavepointAfterALostTransactionBeginsAnother(String strategy) throws Exception {
        Path database = directory.resolve("lost.db");
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy);
                Connection other = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE l (id)", "BEGIN", "INSERT INTO l VALUES (1)");
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("INSERT INTO l VALUES (2), (3), (4) RETURNING id")) {
                rows.next();
                statement.cancel();
                assertThatThrownBy(rows::next).hasMessageContaining("SQLITE_INTERRUPT");
            }
            Sql.run(other, "INSERT INTO l VALUES (99)");
            int before = Backups.count(database);
            Sql.run(connection, "SAVEPOINT s", "DELETE FROM l", "RELEASE s");
            assertThat(Backups.count(database)).isEqualTo(before + 1);
        }
    }

    private static void insert(Connection connection, int id) throws SQLException {
        String sql = "INSERT INTO l VALUES (" + id + ", 'x')";
        switch (id % 4) {
            case 0 -> {
                try (PreparedStatement prepared = connection.prepareStatement(sql)) {
                    prepared.executeUpdate();
                }
            }
            case 1 -> Sql.column(connection, sql + " RETURNING id");
            case 2 -> {
                try (Statement own = connection.createStatement()) {
                    own.addBatch(sql);
                    own.executeBatch();
                }
            }
            default -> Sql.run(connection, sql);
        }
    }

    private static List<Integer> ids(Connection connection) throws SQLException {
        return Sql.column(connection, "SELECT id FROM l").stream()
                .map(Integer::valueOf)
                .toList();
    }
}
