package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A backup whose transaction has changed nothing gives way to the next one, and counts for no limit. */
class NoOpTransactionsTest {

    private static final int KEEP = 10;
    private static final List<String> STRATEGIES = List.of("full", "incremental");
    private static final List<String> MODES = List.of("delete", "wal");

    @TempDir
    Path home;

    /** Changes nothing. */
    private interface NoOp {
        void run(Connection connection) throws SQLException;
    }

    private static final Map<String, NoOp> NO_OPS = new TreeMap<>(Map.of(
            "optimize", connection -> Sql.run(connection, "PRAGMA optimize"),
            "user_version", connection -> Sql.run(connection, "PRAGMA user_version = 7"),
            "incremental_vacuum", connection -> Sql.run(connection, "PRAGMA incremental_vacuum"),
            "equal", connection -> Sql.run(connection, "UPDATE t SET a = a, b = b"),
            "there and back", connection -> inTransaction(connection, true, "UPDATE t SET b = 1", "UPDATE t SET b = 0"),
            "no row", connection -> Sql.run(connection, "DELETE FROM t WHERE a = -1"),
            "rolled back", connection -> inTransaction(connection, false, "DELETE FROM t", "DROP TABLE t"),
            "failed", NoOpTransactionsTest::fail,
            "rolled back by itself", NoOpTransactionsTest::rollBackByItself,
            "several",
                    connection -> Sql.run(connection, "PRAGMA user_version = 7; UPDATE t SET b = b; PRAGMA optimize")));

    static Stream<Arguments> noOps() {
        return crossed(NO_OPS.keySet().stream().toList());
    }

    static Stream<Arguments> modes() {
        return STRATEGIES.stream().flatMap(strategy -> MODES.stream().map(mode -> Arguments.of(strategy, mode)));
    }

    private static Stream<Arguments> crossed(List<String> names) {
        return modes().flatMap(mode -> names.stream().map(name -> Arguments.of(mode.get()[0], mode.get()[1], name)));
    }

    private static void inTransaction(Connection connection, boolean commits, String... statements)
            throws SQLException {
        connection.setAutoCommit(false);
        Sql.run(connection, statements);
        if (commits) {
            connection.commit();
        } else {
            connection.rollback();
        }
        connection.setAutoCommit(true);
    }

    private static void fail(Connection connection) {
        try {
            Sql.run(connection, "INSERT INTO t VALUES (100, 1), (1, 1)");
        } catch (SQLException expected) {
            return;
        }
        throw new AssertionError("there is a row 1");
    }

    private static void rollBackByItself(Connection connection) throws SQLException {
        Sql.run(connection, "BEGIN");
        try {
            Sql.run(connection, "DELETE FROM t WHERE a = 2", "INSERT OR ROLLBACK INTO t VALUES (1, 1)");
        } catch (SQLException expected) {
            assertThat(Sql.column(connection, "SELECT 1")).containsExactly("1");
            return;
        }
        throw new AssertionError("there is a row 1");
    }

    private Path database(String mode) throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + mode);
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)");
            Sql.run(plain, "INSERT INTO t VALUES (1, 0), (2, 0)", "PRAGMA user_version = 7");
        }
        return database;
    }

    private static Connection open(Path database, String strategy) throws SQLException {
        return Sql.open(database, "backup.strategy=" + strategy, "backup.keep=" + KEEP, "backup.keep-points=" + KEEP);
    }

    private static List<Long> changeAll(Connection connection, Path database) throws Exception {
        for (int i = 0; i < KEEP; i++) {
            Sql.run(connection, "INSERT INTO t (b) VALUES (0)");
        }
        return ids(database);
    }

    private static List<Long> ids(Path database) throws Exception {
        return Backups.of(database).stream().map(BackupInfo::backupId).toList();
    }

    private static long files(Path database) throws Exception {
        return Backups.files(database.resolveSibling("backups")).stream()
                .filter(name -> name.endsWith("_auto.db"))
                .count();
    }

    @ParameterizedTest
    @MethodSource("noOps")
    void pushNothingOut(String strategy, String mode, String name) throws Exception {
        Path database = database(mode);
        List<Long> real;
        try (Connection connection = open(database, strategy)) {
            real = changeAll(connection, database);
            assertThat(real).hasSize(KEEP);
            for (int i = 0; i < 3; i++) {
                NO_OPS.get(name).run(connection);
                assertKept(database, strategy, real, false);
            }
        }
        for (int i = 0; i < 3; i++) {
            try (Connection connection = open(database, strategy)) {
                NO_OPS.get(name).run(connection);
            }
            assertKept(database, strategy, real, true);
        }
        try (Connection connection = open(database, strategy)) {
            Sql.run(connection, "INSERT INTO t (b) VALUES (1)");
            List<Long> left = new ArrayList<>(ids(database));
            assertThat(left).containsAll(real.subList(1, KEEP));
            left.removeAll(real);
            assertThat(left).hasSize(1);
            if (strategy.equals("full")) {
                assertThat(ids(database)).hasSize(KEEP);
                assertThat(files(database)).isEqualTo(KEEP);
            }
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            for (long id : ids(database)) {
                assertThat(backups.verifyBackup(id).problems()).isEmpty();
            }
        }
    }

    private static void assertKept(Path database, String strategy, List<Long> real, boolean isClosed) throws Exception {
        List<Long> left = ids(database);
        assertThat(left).containsAll(real).hasSizeLessThanOrEqualTo(KEEP + 1);
        if (strategy.equals("full")) {
            assertThat(files(database)).isEqualTo(left.size());
            // Whether a transaction has ended that ends itself is asked with the next statement, or the end.
            String metadata = Files.readString(database.resolveSibling("backups/backup_metadata.json"));
            assertThat(metadata.split("\"backup_id\"", -1)).hasSizeGreaterThan(left.size());
            if (isClosed) {
                assertThat(metadata).doesNotContain("\"expiring\"");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aConnectionThatIsClosedInTheMiddle(String strategy, String mode) throws Exception {
        Path database = database(mode);
        List<Long> real;
        try (Connection connection = open(database, strategy)) {
            real = changeAll(connection, database);
        }
        for (int i = 0; i < 3; i++) {
            try (Connection connection = open(database, strategy)) {
                connection.setAutoCommit(false);
                Sql.run(connection, "DELETE FROM t");
            }
            assertKept(database, strategy, real, true);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void changesLeaveAsManyAsEver(String strategy, String mode) throws Exception {
        Path database = database(mode);
        try (Connection connection = open(database, strategy)) {
            for (int i = 0; i < 2 * KEEP; i++) {
                Sql.run(connection, "UPDATE t SET b = b + 1 WHERE a = 1");
                int expected = strategy.equals("full") ? Math.min(i + 1, KEEP) : i + 1;
                assertThat(ids(database)).hasSize(expected);
                assertThat(files(database)).isEqualTo(strategy.equals("full") ? expected : 0);
            }
            for (int i = 0; i < 2; i++) {
                Sql.run(connection, "PRAGMA user_version = " + i);
                assertThat(files(database)).isEqualTo(strategy.equals("full") ? KEEP : 0);
            }
            connection.setAutoCommit(false);
            Sql.run(connection, "PRAGMA user_version = 8");
            connection.commit();
            Sql.run(connection, "PRAGMA user_version = 9");
            connection.rollback();
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("UPDATE t SET b = b");
                statement.addBatch("UPDATE t SET b = b + 1");
                int[] unused = statement.executeBatch();
            }
            if (strategy.equals("full")) {
                assertThat(files(database)).isEqualTo(KEEP);
            }
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("INSERT INTO t (b) VALUES (5) RETURNING a")) {
                assertThat(row.next()).isTrue();
            }
            Sql.run(connection, "VACUUM");
            Sql.run(connection, "UPDATE t SET b = b + 1 WHERE a = 1");
        }
        if (strategy.equals("full")) {
            assertThat(files(database)).isEqualTo(KEEP);
        }
    }

    /** Also when the backup is deleted that they gave way to. */
    @ParameterizedTest
    @MethodSource("modes")
    void whatGaveWayDoesNotComeBack(String strategy, String mode) throws Exception {
        Path database = database(mode);
        try (Connection connection = open(database, strategy)) {
            Sql.run(connection, "INSERT INTO t (b) VALUES (1)");
            for (int i = 0; i < 3; i++) {
                Sql.run(connection, "UPDATE t SET b = b");
            }
            Sql.run(connection, "INSERT INTO t (b) VALUES (2)", "INSERT INTO t (b) VALUES (3)");
        }
        assertThat(ids(database)).containsExactly(1L, 5L, 6L);
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.deleteBackup(5);
            assertThat(ids(database)).containsExactly(1L, 6L);
            assertThat(backups.verifyBackup(6).problems()).isEmpty();
            backups.undo();
            backups.undo();
        }
        // Nothing is left of the state between, so the second goes back over it.
        assertThat(Sql.column(database, "SELECT count(*) FROM t")).containsExactly("2");
    }

    /** Those who have given way count for no limit either when what they gave way to is deleted. */
    @ParameterizedTest
    @MethodSource("modes")
    void whatGaveWayIsFoldedWithTheOthers(String strategy, String mode) throws Exception {
        Path database = database(mode);
        try (Connection connection = open(database, strategy);
                PrtBackup backups = PrtBackup.of(connection)) {
            for (int i = 0; i < 2 * KEEP; i++) {
                Sql.run(connection, "UPDATE t SET b = b", "INSERT INTO t (b) VALUES (1)");
                backups.deleteBackup(ids(database).get(ids(database).size() - 1));
            }
            assertThat(ids(database)).isEmpty();
            Sql.run(connection, "INSERT INTO t (b) VALUES (1)");
            assertThat(ids(database)).hasSize(1);
            assertThat(backups.cleanupAutoBackups(0)).hasSize(1);
        }
        assertThat(ids(database)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void undoTakesBackTheLastChange(String strategy, String mode) throws Exception {
        Path database = database(mode);
        try (Connection connection = open(database, strategy);
                PrtBackup backups = PrtBackup.of(connection)) {
            Sql.run(connection, "INSERT INTO t (b) VALUES (3)", "UPDATE t SET b = 1");
            inTransaction(connection, false, "DELETE FROM t");
            Sql.run(connection, "PRAGMA user_version = 7");
            backups.undo();
            assertThat(Sql.column(connection, "SELECT b FROM t")).containsExactly("0", "0", "3");
            inTransaction(connection, false, "DELETE FROM t");
            Sql.run(connection, "PRAGMA user_version = 7");
            backups.redo();
            assertThat(Sql.column(connection, "SELECT b FROM t")).containsExactly("1", "1", "1");
        }
    }

    /** What a restore took back was a change. */
    @ParameterizedTest
    @MethodSource("modes")
    void aChangeThatWasUndoneIsOne(String strategy, String mode) throws Exception {
        Path database = database(mode);
        try (Connection connection = open(database, strategy);
                PrtBackup backups = PrtBackup.of(connection)) {
            Sql.run(connection, "INSERT INTO t (b) VALUES (1)");
            Sql.run(connection, "DELETE FROM t");
            List<Long> before = ids(database);
            backups.undo();
            Sql.run(connection, "INSERT INTO t (b) VALUES (2)");
            Sql.run(connection, "INSERT INTO t (b) VALUES (3)");
            assertThat(ids(database)).containsAll(before);
            // A manual one never gives way, whatever it holds.
            backups.createBackupWithComment("mine");
            backups.createBackupWithComment("mine");
            backups.autoBackupBeforeOperation("mine");
            int count = ids(database).size();
            Sql.run(connection, "UPDATE t SET b = b");
            Sql.run(connection, "UPDATE t SET b = b");
            assertThat(ids(database)).hasSizeBetween(count, count + 1).containsAll(before);
        }
    }
}
