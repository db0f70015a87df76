package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Habits of published code that are none of the best, and work with plain sqlite-jdbc. */
class HabitsTest {

    @TempDir
    Path directory;

    private void requireSame(Differential.Scenario scenario) throws Exception {
        new Differential(directory).requireSame(scenario);
    }

    /** Garbage, as far as the application is concerned. To SQLite it is a write that has not ended. */
    @ParameterizedTest
    @ValueSource(strings = {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "PRAGMA wal_checkpoint"})
    @SuppressWarnings("MustBeClosedChecker")
    void aPragmaThatIsNeverClosed(String pragma) throws Exception {
        requireSame((connection, seen) -> {
            boolean unused = connection.createStatement().execute(pragma);
            for (String sql :
                    new String[] {"CREATE TABLE made (a)", "INSERT INTO made VALUES (1)", "INSERT INTO log VALUES ('x')"
                    }) {
                try (Statement statement = connection.createStatement()) {
                    seen.attempt(sql, () -> statement.executeUpdate(sql));
                }
                seen.attempt("prepared " + sql, () -> {
                    try (PreparedStatement statement = connection.prepareStatement(sql)) {
                        return statement.executeUpdate();
                    }
                });
            }
            try (Connection other = Sql.plain(seen.side.database(), "busy_timeout=0")) {
                seen.attempt("seen by others", () -> Sql.column(other, "SELECT name FROM sqlite_schema"));
            }
            connection.close();
            seen.attempt(
                    "in the end", () -> Sql.column(seen.side.database(), "SELECT name FROM sqlite_schema ORDER BY 1"));
        });
    }

    /** What such a statement keeps open is one transaction. Its backup is of what was there before it. */
    @Test
    void aTransactionThatAnUnclosedPragmaKeepsOpenHasOneBackup() throws Exception {
        Path database = directory.resolve("kept.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
            try (Statement leaked = connection.createStatement()) {
                leaked.execute("PRAGMA journal_mode");
                int before = Backups.count(database);
                Sql.run(connection, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
                assertThat(Backups.count(database)).isEqualTo(before + 1);
                assertThat(Sql.number(Backups.newest(database).backupPath(), "SELECT count(*) FROM t"))
                        .isOne();
            }
            Sql.run(connection, "INSERT INTO t VALUES (4)");
            assertThat(Sql.number(Backups.newest(database).backupPath(), "SELECT count(*) FROM t"))
                    .isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void updateElseInsertByChanges(String strategy, String journalMode) throws Exception {
        Path database = directory.resolve("upsert.db");
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "journal_mode=" + journalMode);
                Statement statement = connection.createStatement()) {
            Sql.run(connection, "CREATE TABLE t (k, v)", "INSERT INTO t VALUES ('a', 1)");
            for (int i = 0; i < 3; i++) {
                assertThat(statement.executeUpdate("UPDATE t SET v = 2 WHERE k = 'a'"))
                        .isOne();
                assertThat(statement.executeUpdate("INSERT INTO t SELECT 'a', 2 WHERE changes() = 0"))
                        .isZero();
            }
            assertThat(statement.executeUpdate("UPDATE t SET v = 2 WHERE k = 'b'"))
                    .isZero();
            assertThat(statement.executeUpdate("INSERT INTO t SELECT 'b', 2 WHERE changes() = 0"))
                    .isOne();
            assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }

    /** SQLite checkpoints the log when a statement is done, so one of ours has to be, behind the end of the transaction. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void theLogDoesNotGrowForEver(String strategy) throws Exception {
        Path database = directory.resolve("log.db");
        try (Connection connection =
                        Sql.open(database, "backup.strategy=" + strategy, "journal_mode=WAL", "synchronous=OFF");
                Statement statement = connection.createStatement()) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
            for (int i = 0; i < 400; i++) {
                statement.executeUpdate("UPDATE t SET a = randomblob(30000)");
            }
            // A thousand pages, and what the last transaction has added.
            assertThat(database.resolveSibling("log.db-wal").toFile().length()).isLessThan(5_000_000);
        }
    }

    @Test
    void theSameNameForAnotherFileInOneCall() throws Exception {
        for (String name : new String[] {"a", "b"}) {
            try (Connection plain = Sql.plain(directory.resolve(name + ".db"))) {
                Sql.run(plain, "CREATE TABLE t (x)", "INSERT INTO t VALUES (0)");
            }
        }
        try (Connection connection = DriverManager.getConnection("jdbc:prtbackup:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("ATTACH '" + directory.resolve("a.db") + "' AS x; INSERT INTO x.t VALUES (1);"
                    + " DETACH x; ATTACH '" + directory.resolve("b.db") + "' AS x; INSERT INTO x.t VALUES (1)");
        }
        for (String name : new String[] {"a", "b"}) {
            Path database = directory.resolve(name + ".db");
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(Backups.count(database)).isOne();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, full",
        "DELETE, incremental",
        "TRUNCATE, incremental",
        "PERSIST, incremental",
        "WAL, incremental"
    })
    void theSameFileUnderTwoNames(String journalMode, String strategy) throws Exception {
        Path database = directory.resolve("twice.db");
        try (Connection connection = Sql.open(
                        database, "busy_timeout=300", "journal_mode=" + journalMode, "backup.strategy=" + strategy);
                Statement statement = connection.createStatement()) {
            Sql.run(connection, "CREATE TABLE t (a)", "ATTACH '" + database + "' AS me");
            int before = Backups.count(database);
            assertThat(statement.executeUpdate("INSERT INTO me.t VALUES (1)")).isOne();
            assertThat(statement.executeUpdate("INSERT INTO main.t VALUES (2)")).isOne();
            assertThat(statement.executeUpdate("UPDATE t SET a = 3")).isEqualTo(2);
            assertThat(statement.executeUpdate("DELETE FROM me.t WHERE a = 9")).isZero();
            assertThat(Backups.count(database)).isEqualTo(before + 4);
        }
    }

    @Test
    void aMemoryDatabaseBesideTheFile() throws Exception {
        requireSame((connection, seen) -> {
            Sql.run(connection, "ATTACH ':memory:' AS m", "CREATE TABLE m.only (a)", "CREATE TEMP TABLE tt (a)");
            connection.setAutoCommit(false);
            for (String sql : new String[] {
                "INSERT INTO log VALUES ('x')", "INSERT INTO only VALUES (1)", "INSERT INTO tt VALUES (1)"
            }) {
                seen.attempt(sql, () -> {
                    try (Statement statement = connection.createStatement()) {
                        return statement.executeUpdate(sql);
                    }
                });
            }
            connection.commit();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pragmasOfTheUrlInTheirOrder(boolean enabled) throws Exception {
        new Differential(directory).requireSameSides(seen -> {
            for (int i = 0; i < 2; i++) {
                String url = seen.side.url(directory.resolve(seen.side.ours() ? "o" : "p") + ".db")
                        + "?locking_mode=EXCLUSIVE&journal_mode=WAL"
                        + (seen.side.ours() ? "&backup.enabled=" + enabled : "");
                Path database = directory.resolve((seen.side.ours() ? "o" : "p") + ".db");
                try (Connection connection = DriverManager.getConnection(url);
                        Connection other = Sql.plain(database, "busy_timeout=0")) {
                    Sql.run(connection, "CREATE TABLE IF NOT EXISTS t (a)", "INSERT INTO t VALUES (1)");
                    seen.attempt("other", () -> Sql.number(other, "SELECT count(*) FROM t"));
                    seen.add(Sql.column(connection, "PRAGMA locking_mode = NORMAL"));
                    seen.add(Sql.number(connection, "SELECT count(*) FROM t"));
                    seen.attempt("other", () -> Sql.number(other, "SELECT count(*) FROM t"));
                }
            }
        });
    }

    @Test
    void explicitReadOnly() throws Exception {
        new Differential(directory).requireSameSides(seen -> {
            Properties properties = new Properties();
            properties.setProperty("jdbc.explicit_readonly", "true");
            for (boolean readOnly : new boolean[] {true, false}) {
                for (String sql : new String[] {
                    "INSERT INTO log VALUES (1)", "CREATE TABLE IF NOT EXISTS log (a)", "INSERT INTO missing VALUES (1)"
                }) {
                    try (Connection connection =
                                    DriverManager.getConnection(seen.side.url(seen.side.database()), properties);
                            Statement statement = connection.createStatement()) {
                        seen.attemptVoid("read-only", () -> connection.setReadOnly(readOnly));
                        connection.setAutoCommit(false);
                        seen.attempt(sql, () -> statement.executeUpdate(sql));
                        seen.attempt(sql, () -> statement.execute(sql));
                        seen.attempt(() -> Sql.column(connection, "PRAGMA query_only"));
                        seen.attempt(sql, () -> {
                            try (PreparedStatement prepared = connection.prepareStatement(sql)) {
                                return prepared.executeUpdate();
                            }
                        });
                        seen.attemptVoid("commit", connection::commit);
                        seen.attemptVoid("read-only", () -> connection.setReadOnly(!readOnly));
                        seen.attempt(sql, () -> statement.executeUpdate(sql));
                        seen.attemptVoid("rollback", connection::rollback);
                    }
                }
            }
        });
    }

    /** The entries before the one that fails stay, as each is a transaction. */
    @Test
    void batchesInAutocommit() throws Exception {
        requireSame((connection, seen) -> {
            try (PreparedStatement prepared = connection.prepareStatement("INSERT INTO t (b, c) VALUES (?, ?)");
                    Connection other = Sql.plain(seen.side.database())) {
                for (int i = 0; i < 5; i++) {
                    prepared.setString(1, "batch " + i);
                    prepared.setInt(2, i == 3 ? 5000 : i);
                    prepared.addBatch();
                }
                seen.attempt(() -> Arrays.toString(prepared.executeBatch()));
                seen.add(Sql.column(other, "SELECT b FROM t ORDER BY a"));
                prepared.setString(1, "again");
                prepared.setInt(2, 1);
                seen.attempt(prepared::executeUpdate);
            }
            try (PreparedStatement query = connection.prepareStatement("UPDATE t SET c = c RETURNING a")) {
                query.addBatch();
                query.addBatch();
                seen.attempt(() -> Arrays.toString(query.executeBatch()));
                try (ResultSet rows = query.executeQuery()) {
                    seen.add(rows.next());
                }
            } catch (SQLException e) {
                seen.add(e.getMessage());
            }
        });
    }
}
