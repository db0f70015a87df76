package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Images;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/** Random transactions, each with a copy of the database before it; every point of the timeline must be that copy. */
class IncrementalHistoryTest {

    private static final int STEPS = 120;

    @TempDir
    Path directory;

    /** What a killed process leaves, and what SQLite does not look at in these modes. */
    @ParameterizedTest
    @ValueSource(strings = {"execute", "executeQuery", "vfs"})
    void anOldWalIndexIsNotBelieved(String way) throws Exception {
        Path first = directory.resolve("first.db");
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(first)) {
            Sql.column(plain, "PRAGMA journal_mode = WAL");
            Sql.run(plain, "CREATE TABLE t (a)", "INSERT INTO t VALUES (0)");
            for (String suffix : List.of("", "-wal", "-shm")) {
                Files.copy(directory.resolve("first.db" + suffix), directory.resolve("prt.db" + suffix));
            }
        }
        String url = "jdbc:prtbackup:sqlite:file:" + database + "?backup.strategy=incremental"
                + (way.equals("vfs") ? "&vfs=unix-excl" : "");
        try (Connection ours = DriverManager.getConnection(url);
                Statement statement = ours.createStatement()) {
            switch (way) {
                case "execute" -> statement.execute("PRAGMA locking_mode = EXCLUSIVE");
                case "executeQuery" ->
                    statement.executeQuery("PRAGMA locking_mode = EXCLUSIVE").close();
                default -> {
                    // The index is in the memory of this process.
                }
            }
            for (int i = 1; i < 5; i++) {
                statement.executeUpdate("UPDATE t SET a = " + i);
            }
        }
        List<String> found = new ArrayList<>();
        for (Path file : Backups.export(database, directory)) {
            found.addAll(Sql.column(file, "SELECT a FROM t"));
        }
        assertThat(found).containsExactly("0", "1", "2", "3");
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, 4096, 1",
        "WAL, 4096, 2",
        "TRUNCATE, 1024, 3",
        "PERSIST, 512, 4",
        "WAL, 65536, 5",
        "DELETE, 8192, 6"
    })
    void everyPointIsTheDatabaseAsItWas(String journalMode, int pageSize, long seed) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA page_size = " + pageSize);
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    plain,
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
                    "CREATE TABLE u (a, b)",
                    "CREATE INDEX i ON u (b)");
        }
        List<byte[]> expected = new ArrayList<>();
        Random random = new Random(seed);
        Connection ours = open(database);
        try {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0 -> foreign(database, "INSERT INTO t (b) VALUES (hex(randomblob(300)))");
                    case 1 -> foreign(database, "PRAGMA wal_checkpoint(TRUNCATE)");
                    case 2 -> {
                        ours.close();
                        ours = open(database);
                    }
                    default -> {
                        byte[] before = image(database);
                        if (write(ours, random)) {
                            expected.add(before);
                        }
                    }
                }
            }
        } finally {
            ours.close();
        }
        List<byte[]> staying = Images.staying(expected);
        List<BackupInfo> points = Backups.of(database);
        assertThat(points).hasSize(staying.size());
        List<Path> files = Backups.export(database, directory);
        for (int i = 0; i < staying.size(); i++) {
            assertThat(Files.readAllBytes(files.get(i))).as("point %d", i).isEqualTo(staying.get(i));
        }
    }

    /** Full-text indexes write while the transaction commits, when the journal has been read already. */
    @ParameterizedTest
    @CsvSource({"DELETE, fts5", "TRUNCATE, fts5", "PERSIST, fts4", "WAL, fts5", "DELETE, fts4", "DELETE, fts3"})
    void fullTextIndexesAreAsTheyWere(String journalMode, String module) throws Exception {
        Path database = directory.resolve("prt.db");
        List<byte[]> expected = new ArrayList<>();
        try (Connection ours = open(database)) {
            Sql.column(ours, "PRAGMA journal_mode = " + journalMode);
            Sql.run(ours, "CREATE VIRTUAL TABLE f USING " + module + "(body)");
            Sql.run(
                    ours,
                    module.equals("fts5")
                            ? "INSERT INTO f(f, rank) VALUES ('automerge', 2)"
                            : "INSERT INTO f(f) VALUES ('automerge=2')");
            for (int i = 0; i < 20; i++) {
                expected.add(image(database));
                Sql.run(
                        ours,
                        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 900)"
                                + " INSERT INTO f(body) SELECT hex(randomblob(3)) FROM c");
            }
        }
        List<Path> files = Backups.export(database, directory);
        files = files.subList(files.size() - expected.size(), files.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Files.readAllBytes(files.get(i))).as("point %d", i).isEqualTo(expected.get(i));
        }
    }

    /** Whoever locks everybody out also locks out what looks for a table to lock. */
    @ParameterizedTest
    @CsvSource({"DELETE, BEGIN EXCLUSIVE", "WAL, BEGIN EXCLUSIVE", "DELETE, PRAGMA locking_mode = EXCLUSIVE"})
    void incrementalAutoVacuumGoesWithExclusiveLocks(String journalMode, String lock) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA auto_vacuum = INCREMENTAL", "CREATE TABLE t (a)");
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
        }
        try (Connection ours = open(database)) {
            if (lock.startsWith("PRAGMA")) {
                Sql.column(ours, lock);
                Sql.run(ours, "BEGIN", "INSERT INTO t VALUES (0)", "COMMIT", "BEGIN");
            } else {
                Sql.run(ours, lock);
            }
            Sql.run(ours, "INSERT INTO t VALUES (1)", "COMMIT");
        }
        assertThat(Sql.column(database, "SELECT a FROM t")).contains("1");
        assertThat(Backups.count(database)).isPositive();
    }

    /** Returns whether it was a write transaction. */
    private static boolean write(Connection ours, Random random) throws SQLException {
        switch (random.nextInt(9)) {
            case 0 -> Sql.run(ours, "DELETE FROM t WHERE a % 3 = " + random.nextInt(3));
            case 1 -> Sql.run(ours, "UPDATE u SET b = hex(randomblob(50)) WHERE a % 5 = " + random.nextInt(5));
            case 2 -> Sql.column(ours, "INSERT INTO t (b) VALUES (randomblob(2000)) RETURNING a");
            case 3 -> {
                ours.setAutoCommit(false);
                Sql.run(ours, "INSERT INTO t (b) VALUES (zeroblob(" + random.nextInt(20000) + "))");
                Sql.run(ours, "INSERT INTO u SELECT a, hex(randomblob(30)) FROM t LIMIT 40");
                if (random.nextBoolean()) {
                    ours.commit();
                } else {
                    ours.rollback();
                }
                ours.setAutoCommit(true);
            }
            case 4 -> Sql.run(ours, "VACUUM");
            case 5 -> Sql.run(ours, "SAVEPOINT s", "INSERT INTO u VALUES (1, 2)", "RELEASE s");
            case 6 -> Sql.run(ours, "BEGIN", "CREATE TABLE w (x)", "INSERT INTO w VALUES (1)", "DROP TABLE w", "END");
            case 7 -> {
                Sql.column(ours, "SELECT count(*) FROM t");
                return false;
            }
            default -> Sql.run(ours, "INSERT INTO u VALUES (random(), hex(randomblob(40)))");
        }
        return true;
    }

    private static Connection open(Path database) throws SQLException {
        return Sql.open(database, "backup.strategy=incremental");
    }

    private static void foreign(Path database, String sql) throws SQLException {
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, sql + (sql.startsWith("INSERT") ? " RETURNING 1" : ""));
        }
    }

    private static byte[] image(Path database) throws SQLException {
        try (SQLiteConnection plain = (SQLiteConnection) Sql.plain(database)) {
            return plain.serialize("main");
        }
    }

    @Test
    void pointsAreBackupsLikeAnyOther() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        }
        try (Connection ours = open(database);
                PrtBackup backups = PrtBackup.of(ours)) {
            for (int i = 1; i <= 5; i++) {
                ours.setClientInfo("backup.operation", "step_" + i);
                Sql.run(ours, "INSERT INTO t VALUES (" + i + ")");
            }
            BackupInfo manual = backups.createBackupWithComment("by hand");
            List<BackupInfo> history = backups.getBackupHistory();
            assertThat(history).extracting(BackupInfo::backupId).containsExactly(6L, 5L, 4L, 3L, 2L, 1L);
            assertThat(history.get(0)).isEqualTo(manual);
            assertThat(history.get(1).comment()).isEqualTo("Auto-backup before: step_5");
            assertThat(history)
                    .allSatisfy(backup -> assertThat(
                                    backups.verifyBackup(backup.backupId()).problems())
                            .isEmpty());
            backups.restoreFromBackup(3);
            assertThat(Sql.column(ours, "SELECT a FROM t")).containsExactly("1", "2");
            assertThat(backups.getBackupHistory().get(0).comment()).isEqualTo("Safety backup before restore of #3");
            Sql.run(ours, "INSERT INTO t VALUES (100)");
            backups.restoreFromBackup(8);
            assertThat(Sql.column(ours, "SELECT a FROM t")).containsExactly("1", "2");
        }
    }

    @Test
    void minIntervalCountsPointsToo() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (a)");
        }
        try (Connection ours = Sql.open(database, "backup.strategy=incremental", "backup.min-interval=1h")) {
            Sql.run(ours, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        }
        try (Connection again = Sql.open(database, "backup.strategy=incremental", "backup.min-interval=1h")) {
            Sql.run(again, "INSERT INTO t VALUES (3)");
        }
        assertThat(Backups.count(database)).isOne();
    }

    @Test
    void diskUseFollowsTheChange() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE big (c)");
            Sql.run(plain, "INSERT INTO big VALUES (randomblob(5000000))", "INSERT INTO t VALUES (1, 0)");
        }
        try (Connection ours = open(database)) {
            for (int i = 0; i < 100; i++) {
                Sql.run(ours, "UPDATE t SET b = b + 1");
            }
        }
        long stored = 0;
        for (String file : Backups.files(directory.resolve("backups"))) {
            stored += Files.size(directory.resolve("backups").resolve(file));
        }
        assertThat(Backups.count(database)).isEqualTo(100);
        assertThat(stored).isLessThan(Files.size(database) + 100 * 4 * 4096);
    }
}
