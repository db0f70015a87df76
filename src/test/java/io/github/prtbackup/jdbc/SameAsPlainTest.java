package io.github.prtbackup.jdbc;

import static io.github.prtbackup.jdbc.Differential.all;
import static io.github.prtbackup.jdbc.Differential.keys;
import static io.github.prtbackup.jdbc.Differential.rows;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever an application does, it sees what plain sqlite-jdbc shows: results, counts, keys, exceptions with their classes,
 * codes and messages, and the same database afterwards.
 */
class SameAsPlainTest {

    @TempDir
    Path directory;

    static Stream<String> statements() {
        return Stream.of(
                "INSERT INTO t (b) VALUES ('x')",
                "INSERT INTO t (b) VALUES ('one')",
                "INSERT OR FAIL INTO t (b) VALUES ('x'), ('y'), ('one'), ('z')",
                "INSERT OR ABORT INTO t (b) VALUES ('x'), ('y'), ('one'), ('z')",
                "INSERT OR ROLLBACK INTO t (b) VALUES ('x'), ('one')",
                "INSERT OR IGNORE INTO t (b) VALUES ('x'), ('one'), ('z')",
                "INSERT OR REPLACE INTO t (b) VALUES ('x'), ('one')",
                "REPLACE INTO t (a, b) VALUES (1, 'uno')",
                "INSERT INTO t (b) VALUES ('forbidden')",
                "INSERT INTO t (b) VALUES ('ignored')",
                "INSERT INTO t (b) VALUES ('ignored') RETURNING a",
                "INSERT INTO t (b) VALUES ('r1'), ('r2') RETURNING a, b",
                "INSERT INTO v VALUES (77, 'through the view')",
                "UPDATE t SET c = c + 1 WHERE a < 3",
                "UPDATE t SET c = 5000",
                "UPDATE OR IGNORE t SET b = 'one'",
                "UPDATE t SET c = 9 WHERE a = 1 RETURNING c",
                "DELETE FROM t",
                "DELETE FROM t WHERE a = 12345",
                "WITH x AS (SELECT 50 AS a) INSERT INTO t (a) SELECT a FROM x",
                "CREATE TABLE fresh (a)",
                "CREATE TABLE t (a)",
                "CREATE TABLE IF NOT EXISTS t (a)",
                "CREATE TABLE fresh AS SELECT * FROM t",
                "CREATE TEMP TABLE temporary AS SELECT * FROM t",
                "CREATE INDEX i ON t (c)",
                "DROP TABLE log",
                "DROP TABLE IF EXISTS nothing",
                "ALTER TABLE t ADD COLUMN d",
                "ANALYZE",
                "REINDEX",
                "VACUUM",
                "PRAGMA user_version = 7",
                "PRAGMA user_version",
                "PRAGMA foreign_keys = ON",
                "PRAGMA incremental_vacuum(3)",
                "PRAGMA optimize",
                "PRAGMA journal_mode = TRUNCATE",
                "PRAGMA wal_checkpoint",
                "SELECT * FROM t",
                "SELECT * FROM nothing",
                "VALUES (1), (2)",
                "EXPLAIN DELETE FROM t",
                "DELETE FROM nothing",
                "complete nonsense",
                "",
                ";",
                "-- only a comment",
                "; INSERT INTO t (b) VALUES ('behind a semicolon')",
                "INSERT INTO t (b) VALUES ('first'); INSERT INTO t (b) VALUES ('second')",
                "INSERT INTO t (b) VALUES ('m1'); INSERT INTO t (b) VALUES ('m1'); INSERT INTO t (b) VALUES ('m2')",
                "INSERT INTO t (b) VALUES ('kept'); nonsense",
                "nonsense; INSERT INTO t (b) VALUES ('never')",
                "CREATE TABLE later (a); INSERT INTO later VALUES (1); DROP TABLE later",
                "BEGIN; INSERT INTO t (b) VALUES ('in'); COMMIT",
                "BEGIN; INSERT INTO t (b) VALUES ('in'); ROLLBACK",
                "BEGIN; INSERT INTO t (b) VALUES ('in'); INSERT INTO t (b) VALUES ('one'); COMMIT",
                "SAVEPOINT s; INSERT INTO t (b) VALUES ('in'); RELEASE s",
                "PRAGMA foreign_keys = ON; INSERT INTO child VALUES (5, 1)",
                "INSERT INTO t (b) VALUES ('v1'); VACUUM; INSERT INTO t (b) VALUES ('v2')",
                "SELECT 1; DELETE FROM t",
                "BEGIN",
                "COMMIT",
                "ROLLBACK",
                "END",
                "SAVEPOINT s",
                "RELEASE s",
                "ROLLBACK TO s",
                "ATTACH ':memory:' AS m",
                "DETACH m",
                "backup to 'target/copied.db'",
                "restore from 'missing-directory/none.db'");
    }

    @ParameterizedTest
    @MethodSource("statements")
    void execute(String sql) throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> all(statement, statement.execute(sql)));
                seen.attempt(() -> keys(statement));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("statements")
    void executeUpdate(String sql) throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate(sql));
                seen.attempt(() -> keys(statement));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("statements")
    void executeQuery(String sql) throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> rows(statement.executeQuery(sql)));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("statements")
    void prepared(String sql) throws Exception {
        requireSame((connection, seen) -> seen.attempt(() -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                seen.attempt(() -> all(statement, statement.execute()));
                seen.attempt(() -> keys(statement));
                seen.attempt(statement::executeUpdate);
                seen.attempt(() -> rows(statement.executeQuery()));
                seen.attempt(() -> {
                    statement.addBatch();
                    statement.addBatch();
                    return Arrays.toString(statement.executeBatch());
                });
                return "closed";
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("statements")
    void inTransaction(String sql) throws Exception {
        requireSame((connection, seen) -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('before')"));
                seen.attempt(() -> all(statement, statement.execute(sql)));
            }
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('after')"));
            }
            seen.attempt(() -> {
                connection.commit();
                return "committed";
            });
            seen.attempt(() -> {
                connection.setAutoCommit(true);
                return "autocommit";
            });
        });
    }

    @ParameterizedTest
    @MethodSource("statements")
    void batch(String sql) throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("INSERT INTO log VALUES ('batch 0')");
                statement.addBatch(sql);
                statement.addBatch("INSERT INTO log VALUES ('batch 2')");
                seen.attempt(() -> Arrays.toString(statement.executeBatch()));
                seen.attempt(() -> Arrays.toString(statement.executeBatch()));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("statements")
    void besideAnOpenCursor(String sql) throws Exception {
        requireSame((connection, seen) -> {
            try (Statement reading = connection.createStatement();
                    ResultSet open = reading.executeQuery("SELECT a FROM t ORDER BY a");
                    Statement statement = connection.createStatement()) {
                open.next();
                seen.attempt(() -> all(statement, statement.execute(sql)));
                seen.attempt(() -> open.next() ? open.getString(1) : "end");
            }
        });
    }

    /** SQLite looks at deferred foreign keys when it commits; only the count of a change that did not last differs. */
    @Test
    void deferredForeignKey() throws Exception {
        requireSame((connection, seen) -> {
            Sql.run(connection, "PRAGMA foreign_keys = ON");
            try (Statement statement = connection.createStatement()) {
                seen.attempt(() -> statement.execute("INSERT INTO child VALUES (5, 99)"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO child VALUES (5, 99)"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO child VALUES (6, 1)"));
                seen.attempt(() -> statement.executeUpdate("DELETE FROM log"));
            }
            seen.add(Sql.column(connection, "SELECT id FROM child"));
            connection.close();
        });
    }

    /** In autocommit each statement meets them when it ends, also in a batch and in a string of several. */
    @Test
    void deferredForeignKeyInBatchesAndStrings() throws Exception {
        requireSame((connection, seen) -> {
            try (Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement("INSERT INTO child VALUES (?, ?)")) {
                seen.attempt(() -> statement.executeUpdate("INSERT INTO child VALUES (1, 1); DELETE FROM log"));
                Sql.run(connection, "PRAGMA foreign_keys = ON");
                statement.addBatch("INSERT INTO parent VALUES (2)");
                statement.addBatch("INSERT INTO child VALUES (5, 99)");
                statement.addBatch("INSERT INTO parent VALUES (99)");
                seen.attempt(() -> Arrays.toString(statement.executeBatch()));
                seen.attempt(
                        () -> statement.executeUpdate(
                                "INSERT INTO parent VALUES (3); INSERT INTO child VALUES (6, 98); INSERT INTO parent VALUES (98)"));
                seen.attempt(() -> statement.executeUpdate("INSERT INTO log VALUES ('x'); DELETE FROM parent"));
                for (int parent : new int[] {1, 97, 2}) {
                    prepared.setInt(1, 10 + parent);
                    prepared.setInt(2, parent);
                    prepared.addBatch();
                }
                seen.attempt(() -> Arrays.toString(prepared.executeBatch()));
                seen.attempt(() -> statement.executeUpdate(
                        "CREATE TABLE late (p INT REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
                                + " INSERT INTO late VALUES (1); INSERT INTO late VALUES (96)"));
                seen.attempt(() -> statement.executeUpdate("CREATE TABLE fail (a UNIQUE ON CONFLICT ROLLBACK);"
                        + " INSERT INTO fail VALUES (1); INSERT INTO fail VALUES (1)"));
                seen.attempt(() -> statement.executeUpdate("CREATE TABLE now (p INT REFERENCES parent)"));
                seen.attempt(() -> statement.executeUpdate(
                        "PRAGMA defer_foreign_keys = ON; INSERT INTO now VALUES (1); INSERT INTO now VALUES (95)"));
            }
            // total_changes() counts what did not last, so there is nothing more to compare.
            connection.close();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomSequences(long seed) throws Exception {
        List<String> all = statements().filter(sql -> !sql.contains("' AS m")).toList();
        requireSame((connection, seen) -> {
            Random random = new Random(seed);
            Savepoint savepoint = null;
            for (int i = 0; i < 60; i++) {
                String sql = all.get(random.nextInt(all.size()));
                switch (random.nextInt(8)) {
                    case 0 ->
                        seen.attempt(() -> {
                            connection.setAutoCommit(!connection.getAutoCommit());
                            return connection.getAutoCommit();
                        });
                    case 1 ->
                        seen.attempt(() -> {
                            connection.commit();
                            return "commit";
                        });
                    case 2 ->
                        seen.attempt(() -> {
                            connection.rollback();
                            return "rollback";
                        });
                    case 3 -> {
                        try (Statement statement = connection.createStatement()) {
                            seen.attempt(() -> statement.executeUpdate(sql));
                        }
                    }
                    case 4 -> {
                        if (!connection.getAutoCommit()) {
                            savepoint = connection.setSavepoint();
                        } else if (savepoint != null) {
                            Savepoint last = savepoint;
                            seen.attempt(() -> {
                                connection.rollback(last);
                                return "rolled back to savepoint";
                            });
                        }
                    }
                    default -> {
                        try (Statement statement = connection.createStatement()) {
                            seen.attempt(() -> all(statement, statement.execute(sql)));
                        }
                    }
                }
            }
        });
    }

    private void requireSame(Differential.Scenario scenario) throws Exception {
        new Differential(directory).requireSame(scenario);
    }
}
