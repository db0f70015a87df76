package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.BusyHandler;
import org.sqlite.Collation;
import org.sqlite.Function;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** What sqlite-jdbc has beyond JDBC works on our connection as on its own. */
class SqliteJdbcExtrasTest {

    @TempDir
    Path directory;

    private void requireSame(Differential.Scenario scenario) throws Exception {
        new Differential(directory).requireSame(scenario);
    }

    /** Not among them: strings of several statements, which are one transaction here and several without us. */
    static Stream<List<String>> writes() {
        return Stream.of(
                List.of("INSERT INTO t (b) VALUES ('x')"),
                List.of("INSERT INTO t (b) VALUES ('one')"),
                List.of("INSERT INTO t (b) VALUES ('x'), ('y')", "DELETE FROM t WHERE a > 3"),
                List.of("INSERT INTO t (b) VALUES ('forbidden')"),
                List.of("INSERT OR ROLLBACK INTO t (b) VALUES ('one')"),
                List.of("UPDATE t SET c = 1"),
                List.of("UPDATE t SET c = 1 WHERE a = 99"),
                List.of("DELETE FROM log"),
                List.of("CREATE TABLE fresh (a)", "INSERT INTO fresh VALUES (1)", "DROP TABLE fresh"),
                List.of("BEGIN", "INSERT INTO log VALUES (1)", "COMMIT"),
                List.of("BEGIN", "INSERT INTO log VALUES (1)", "ROLLBACK"),
                List.of("BEGIN", "ROLLBACK"),
                List.of("BEGIN", "SELECT 1", "COMMIT"),
                List.of("BEGIN IMMEDIATE", "COMMIT"),
                List.of("SAVEPOINT s", "INSERT INTO log VALUES (1)", "ROLLBACK TO s", "RELEASE s"),
                List.of("SAVEPOINT s", "INSERT INTO log VALUES (1)", "RELEASE s"),
                List.of("INSERT INTO log VALUES (1) RETURNING rowid"),
                List.of("BEGIN", "INSERT INTO log VALUES (1) RETURNING rowid", "COMMIT"),
                List.of("PRAGMA user_version = 5"),
                List.of("DROP TABLE IF EXISTS missing"),
                List.of("VACUUM"),
                List.of("CREATE TEMP TABLE scratch (a)", "INSERT INTO scratch VALUES (1)"),
                List.of("SELECT * FROM missing"),
                List.of("SELECT a FROM t"));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void listenersHearTheSame(List<String> statements) throws Exception {
        requireSame((connection, seen) -> {
            SQLiteConnection sqlite = (SQLiteConnection) connection;
            sqlite.addUpdateListener(
                    (type, database, table, row) -> seen.add(type + " " + database + "." + table + " " + row));
            sqlite.addCommitListener(new SQLiteCommitListener() {
                @Override
                public void onCommit() {
                    seen.add("commit");
                }

                @Override
                public void onRollback() {
                    seen.add("rollback");
                }
            });
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    seen.attempt(sql, () -> Differential.all(statement, statement.execute(sql)));
                }
                for (String sql : statements) {
                    seen.attempt("update " + sql, () -> statement.executeUpdate(sql));
                }
                seen.attempt("savepoint", () -> {
                    connection.setAutoCommit(false);
                    statement.executeUpdate("INSERT INTO log VALUES ('s')");
                    connection.rollback(connection.setSavepoint("x"));
                    connection.commit();
                    statement.executeUpdate("INSERT INTO log VALUES ('t')");
                    connection.rollback();
                    connection.setAutoCommit(true);
                    connection.releaseSavepoint(connection.setSavepoint("y"));
                    return "released";
                });
            }
        });
    }

    @Test
    void preparedBatchesAreHeardByListeners() throws Exception {
        requireSame((connection, seen) -> {
            ((SQLiteConnection) connection).addUpdateListener((type, database, table, row) -> seen.add(table + row));
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO log VALUES (?)")) {
                for (int i = 0; i < 5; i++) {
                    statement.setInt(1, i);
                    statement.addBatch();
                }
                seen.attempt(statement::executeBatch);
                seen.attempt(() -> Differential.keys(statement));
            }
        });
    }

    @Test
    void functions() throws Exception {
        requireSame((connection, seen) -> {
            Function.create(connection, "describe", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    StringBuilder said = new StringBuilder();
                    for (int i = 0; i < args(); i++) {
                        said.append(value_type(i))
                                .append(':')
                                .append(value_text(i))
                                .append(' ');
                        seen.add(value_int(i) + " " + value_long(i) + " " + value_double(i) + " "
                                + Arrays.toString(value_blob(i)));
                    }
                    result(said.toString());
                }
            });
            Function.create(connection, "fail", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    error("it failed");
                }
            });
            Function.create(
                    connection,
                    "pure",
                    new Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            result(3.5);
                        }
                    },
                    0,
                    Function.FLAG_DETERMINISTIC);
            Function.create(connection, "joined", new Joined());
            seen.attempt(() -> Sql.column(connection, "SELECT describe(1, 2.5, 'x', NULL, x'01ff')"));
            seen.attempt(() -> Sql.column(connection, "SELECT fail()"));
            seen.attempt(() -> Sql.column(connection, "SELECT joined(b) FROM t"));
            seen.attempt(() -> Sql.column(connection, "SELECT joined(b) FROM t WHERE 0"));
            seen.attempt(() -> Sql.column(connection, "SELECT joined(b) OVER (ORDER BY a ROWS 1 PRECEDING) FROM t"));
            seen.attempt(() -> Sql.column(connection, "CREATE INDEX by_pure ON t (pure(), c)"));
            seen.attempt(() -> Sql.column(connection, "CREATE INDEX by_describe ON t (describe(c))"));
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log SELECT describe(a) FROM t"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log SELECT fail() FROM t"));
                seen.attempt(() -> statement.executeUpdate("CREATE TRIGGER calls AFTER INSERT ON log"
                        + " BEGIN UPDATE t SET b = describe(new.what) WHERE a = 1; END"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('by trigger')"));
                seen.attempt(() -> statement.executeQuery("INSERT INTO log VALUES ('r') RETURNING describe(what)"));
            }
            Function.destroy(connection, "describe");
            seen.attempt(() -> Sql.column(connection, "SELECT describe(1)"));
            seen.attempt(() -> {
                Sql.run(connection, "INSERT INTO log VALUES (describe(1))");
                return "";
            });
        });
    }

    /** An aggregate that is a window function too. */
    private static final class Joined extends Function.Window {
        private String text = "";

        @Override
        protected void xStep() throws SQLException {
            text += value_text(0) + ";";
        }

        @Override
        protected void xInverse() throws SQLException {
            text = text.substring(text.indexOf(';') + 1);
        }

        @Override
        protected void xValue() throws SQLException {
            result(text);
        }

        @Override
        protected void xFinal() throws SQLException {
            result(text);
        }
    }

    @Test
    void collations() throws Exception {
        requireSame((connection, seen) -> {
            Collation.create(connection, "backwards", new Collation() {
                @Override
                protected int xCompare(String a, String b) {
                    return b.compareTo(a);
                }
            });
            seen.attempt(() -> Sql.column(connection, "SELECT b FROM t ORDER BY b COLLATE backwards"));
            try (Statement statement = connection.createStatement()) {
                seen.attempt(
                        () -> statement.executeUpdate("CREATE TABLE sorted (a TEXT PRIMARY KEY COLLATE backwards)"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO sorted VALUES ('a'), ('c'), ('b')"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO sorted VALUES ('a')"));
                seen.attempt(() -> statement.executeUpdate("REINDEX backwards"));
                seen.attempt(() -> Differential.rows(statement.executeQuery("DELETE FROM sorted RETURNING a")));
            }
            seen.attemptVoid("destroy", () -> Collation.destroy(connection, "backwards"));
            seen.attempt(() -> Sql.column(connection, "SELECT b FROM t ORDER BY b COLLATE backwards"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO sorted VALUES ('z')"));
            seen.attempt(() -> Sql.column(connection, "SELECT count(*) FROM log"));
            Sql.run(connection, "DROP TABLE sorted");
        });
    }

    @Test
    void progressHandlers() throws Exception {
        requireSame((connection, seen) -> {
            AtomicInteger calls = new AtomicInteger();
            ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
                @Override
                protected int progress() {
                    calls.incrementAndGet();
                    return 0;
                }
            });
            seen.attempt(() -> Sql.column(connection, "SELECT sum(a) FROM t"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (1)"));
            seen.add(calls.get() > 10);
            ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
                @Override
                protected int progress() {
                    return 1;
                }
            });
            seen.attempt(() -> Sql.column(connection, "SELECT sum(a) FROM t"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (2)"));
            seen.attemptVoid("batch", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch("INSERT INTO log VALUES (3)");
                    statement.executeBatch();
                }
            });
            ProgressHandler.clearHandler(connection);
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (4)"));
        });
    }

    @Test
    void busyHandlers() throws Exception {
        requireSame((connection, seen) -> {
            try (Connection other = Sql.plain(seen.side.database())) {
                BusyHandler.setHandler(connection, new BusyHandler() {
                    @Override
                    protected int callback(int calls) {
                        seen.add("busy " + calls);
                        return calls < 3 ? 1 : 0;
                    }
                });
                Sql.run(other, "BEGIN IMMEDIATE");
                seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (1)"));
                seen.attemptVoid("begin", () -> Sql.run(connection, "BEGIN IMMEDIATE"));
                seen.attemptVoid("in a transaction", () -> {
                    connection.setAutoCommit(false);
                    Sql.run(connection, "INSERT INTO log VALUES (1)");
                });
                seen.attemptVoid("autocommit", () -> connection.setAutoCommit(true));
                Sql.run(other, "COMMIT");
                seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (2)"));
                BusyHandler.clearHandler(connection);
                Sql.run(other, "BEGIN EXCLUSIVE");
                seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (3)"));
                seen.attempt(() -> Sql.column(connection, "SELECT * FROM log"));
            }
        });
    }

    @Test
    void serialize() throws Exception {
        requireSame((connection, seen) -> {
            SQLiteConnection sqlite = (SQLiteConnection) connection;
            byte[] before = sqlite.serialize("main");
            seen.add(before.length);
            Sql.run(connection, "INSERT INTO log VALUES ('later')");
            seen.add(sqlite.serialize("main").length);
            seen.attempt(() -> sqlite.serialize("missing"));
            seen.attemptVoid("deserialize", () -> sqlite.deserialize("main", before));
            seen.add(Sql.column(connection, "SELECT count(*) FROM log"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES ('in memory')"));
            seen.add(Sql.column(connection, "SELECT count(*) FROM log"));
            seen.attemptVoid("deserialize", () -> sqlite.deserialize("missing", before));
            Sql.run(connection, "ATTACH ':memory:' AS m");
            seen.attemptVoid("deserialize", () -> sqlite.deserialize("m", before));
            seen.attempt(() -> Sql.column(connection, "SELECT b FROM m.t"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO m.log VALUES ('in memory')"));
        });
        // The insert before, and deserialize itself: from then on the connection has no file.
        assertThat(Backups.operations(directory.resolve("ours/same.db")))
                .containsExactly("SQL: INSERT log", "SQL: deserialize");
    }

    @Test
    void limits() throws Exception {
        requireSame((connection, seen) -> {
            SQLiteConnection sqlite = (SQLiteConnection) connection;
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, 40);
            seen.attemptVoid("long", () -> Sql.run(connection, "INSERT INTO log VALUES ('" + "x".repeat(50) + "')"));
            seen.attemptVoid("short", () -> Sql.run(connection, "INSERT INTO log VALUES (1)"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, 1_000_000);
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
            seen.attemptVoid("attach", () -> Sql.run(connection, "ATTACH ':memory:' AS m"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, 3);
            seen.attemptVoid("columns", () -> Sql.run(connection, "CREATE TABLE wide (a, b, c, d)"));
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO t (b) VALUES ('x')"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, 2000);
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_VARIABLE_NUMBER, 1);
            seen.attempt(() -> connection.prepareStatement("INSERT INTO t (b, c) VALUES (?, ?)"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_VDBE_OP, 250);
            seen.attemptVoid("insert", () -> Sql.run(connection, "INSERT INTO log VALUES (7)"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_TRIGGER_DEPTH, 0);
            seen.attemptVoid("trigger", () -> Sql.run(connection, "INSERT INTO t (b) VALUES ('ignored')"));
            sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, 1000);
            seen.attemptVoid("value", () -> Sql.run(connection, "INSERT INTO log VALUES (zeroblob(1001))"));
        });
    }

    /** {@code sql_length} is long enough for the statement, if not for what is put before it. */
    @Test
    void aStatementAsLongAsAllowedRuns() throws Exception {
        requireSame((connection, seen) -> {
            String sql = "INSERT INTO log VALUES ('" + "x".repeat(2000) + "')";
            ((SQLiteConnection) connection).setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, sql.length());
            seen.attemptVoid("insert", () -> Sql.run(connection, sql));
            ((SQLiteConnection) connection).setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, 1_000_000);
        });
    }

    @Test
    void backupToAndRestoreFrom() throws Exception {
        requireSame((connection, seen) -> {
            Path copy = seen.side.folder().resolve("copied file.db");
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate("backup to '" + copy + "'"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('after the copy')"));
                seen.attempt(() -> statement.executeUpdate("backup main to \"" + copy + ".2\""));
                seen.attempt(() -> statement.executeUpdate("backup missing to " + copy + ".3"));
                seen.attempt(() -> statement.executeUpdate("backup to '/missing/directory/x.db'"));
                seen.attempt(() -> Differential.all(statement, statement.execute("restore from '" + copy + "'")));
                seen.add(Sql.column(connection, "SELECT count(*) FROM log"));
                seen.attempt(() -> statement.executeUpdate("restore main from '" + copy + ".2'"));
                seen.add(Sql.column(connection, "SELECT count(*) FROM log"));
                seen.attempt(() -> statement.executeUpdate("restore from '" + copy + ".none'"));
                seen.attempt(() -> statement.executeUpdate("restore missing from '" + copy + "'"));
                seen.add(Sql.column(connection, "SELECT count(*) FROM log"));
                seen.attempt(() -> statement.executeUpdate("RESTORE  from  '" + copy + "';"));
                seen.attempt(() -> statement.executeUpdate("restore '" + copy + "'"));
                seen.attempt(() -> statement.executeUpdate("backup '" + copy + "'"));
                connection.setAutoCommit(false);
                statement.executeUpdate("INSERT INTO log VALUES ('in a transaction')");
                seen.attempt(() -> statement.executeUpdate("backup to '" + copy + ".4'"));
                seen.attempt(() -> statement.executeUpdate("restore from '" + copy + "'"));
                connection.rollback();
                connection.setAutoCommit(true);
            }
            seen.add(Files.exists(copy));
        });
    }

    @Test
    void theLibrarysOwnBackupCalls() throws Exception {
        requireSame((connection, seen) -> {
            SQLiteConnection sqlite = (SQLiteConnection) connection;
            String copy = seen.side.folder().resolve("native.db").toString();
            List<String> steps = new ArrayList<>();
            seen.attempt(() -> sqlite.getDatabase()
                    .backup("main", copy, (remaining, pages) -> steps.add(remaining + "/" + pages), 1, 3, 1));
            seen.add(steps);
            try (Connection read = Sql.plain(Path.of(copy))) {
                seen.add(Sql.column(read, "SELECT b FROM t"));
            }
        });
    }

    @Test
    void threadsShareOneConnection() throws Exception {
        requireSame((connection, seen) -> {
            List<Thread> threads = new ArrayList<>();
            List<Exception> failures = java.util.Collections.synchronizedList(new ArrayList<>());
            for (int t = 0; t < 4; t++) {
                int base = 1000 + 100 * t;
                threads.add(new Thread(() -> {
                    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (a, b) VALUES (?, ?)");
                            PreparedStatement query = connection.prepareStatement("SELECT b FROM t WHERE a = ?")) {
                        for (int i = 0; i < 20; i++) {
                            insert.setInt(1, base + i);
                            insert.setString(2, "thread " + (base + i));
                            assertThat(insert.executeUpdate()).isOne();
                            query.setInt(1, base + i);
                            try (ResultSet row = query.executeQuery()) {
                                assertThat(row.next()).isTrue();
                                assertThat(row.getString(1)).isEqualTo("thread " + (base + i));
                            }
                        }
                    } catch (SQLException | AssertionError e) {
                        failures.add(new IllegalStateException(e));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            seen.add(failures);
            // Who was last differs from run to run.
            Sql.run(connection, "INSERT INTO t (a) VALUES (5000)");
        });
    }

    @Test
    void cancel() throws Exception {
        requireSame((connection, seen) -> {
            Statement canceled = connection.createStatement();
            Function.create(connection, "cancel", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    canceled.cancel();
                    result(1);
                }
            });
            String endless = "WITH RECURSIVE n(i) AS (SELECT cancel() UNION ALL SELECT i + 1 FROM n) ";
            seen.attempt(() -> Differential.rows(canceled.executeQuery(endless + "SELECT count(*) FROM n")));
            seen.attempt(() -> canceled.executeUpdate(endless + "INSERT INTO log SELECT i FROM n"));
            canceled.close();
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('goes on')"));
                seen.attemptVoid("cancel", statement::cancel);
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('after a cancel of nothing')"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('and once more')"));
            }
        });
    }

    @Test
    void queryTimeout() throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement();
                    Connection other = Sql.plain(seen.side.database())) {
                statement.setQueryTimeout(1);
                Sql.run(other, "BEGIN IMMEDIATE");
                long start = System.nanoTime();
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('waits')"));
                long millis = (System.nanoTime() - start) / 1_000_000;
                assertThat(millis).isGreaterThan(900);
                seen.add(statement.getQueryTimeout());
                seen.add(((SQLiteConnection) connection).getBusyTimeout());
            }
        });
    }
}
