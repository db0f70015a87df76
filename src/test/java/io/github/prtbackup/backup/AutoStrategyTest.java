package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/** {@code backup.strategy=auto}: full copies of what is small, changed pages of what is large, and one history. */
class AutoStrategyTest {

    private static final String GROW = "INSERT INTO t (b) VALUES (randomblob(300000))";
    private static final String SHRINK = "DELETE FROM t WHERE length(b) > 1000";

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'x')");
        }
    }

    @Test
    void itGoesByTheDatabaseAndNotByItsFile() throws Exception {
        try (Connection ours = open("journal_mode=WAL")) {
            Sql.column(ours, "PRAGMA wal_autocheckpoint = 0");
            Sql.run(ours, GROW, "UPDATE t SET b = 'y' WHERE a = 1");
            assertThat(Files.size(database)).isLessThan(200_000);
            assertThat(Backups.newest(database).backupPath().toString()).endsWith(".base");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void itSwitchesThereAndBackAndThereAgain(String journalMode) throws Exception {
        List<byte[]> expected = new ArrayList<>();
        List<Boolean> incremental = new ArrayList<>();
        try (Connection ours = open("journal_mode=" + journalMode, "backup.keep=100")) {
            for (String sql : List.of(
                    "UPDATE t SET b = 'y'",
                    GROW,
                    "UPDATE t SET b = 'z' WHERE a = 1",
                    GROW,
                    SHRINK,
                    "VACUUM",
                    GROW,
                    GROW)) {
                // In WAL mode the file does not grow before a checkpoint.
                Sql.column(ours, "PRAGMA wal_checkpoint(TRUNCATE)");
                expected.add(image());
                incremental.add(Files.size(database) > 200_000);
                Sql.run(ours, sql);
            }
        }
        List<BackupInfo> backups = Backups.of(database);
        backups = backups.subList(backups.size() - expected.size(), backups.size());
        assertThat(incremental).containsExactly(false, false, true, true, true, true, false, true);
        assertThat(backups)
                .extracting(backup -> backup.backupPath().toString().endsWith(".base"))
                .isEqualTo(incremental);
        try (PrtBackup all = PrtBackup.open(database)) {
            for (int i = 0; i < expected.size(); i++) {
                long id = backups.get(i).backupId();
                Path file = directory.resolve("exported-" + id);
                all.exportBackup(id, file);
                assertThat(all.verifyBackup(id).problems()).isEmpty();
                if (incremental.get(i)) {
                    assertThat(Files.readAllBytes(file)).as("#%d", id).isEqualTo(expected.get(i));
                }
            }
            long point = backups.get(3).backupId();
            List<String> rows = Sql.column(directory.resolve("exported-" + point), "SELECT hex(b) FROM t");
            all.restoreFromBackup(point);
            assertThat(Sql.column(database, "SELECT hex(b) FROM t")).isEqualTo(rows);
            all.restoreFromBackup(backups.get(0).backupId());
            assertThat(Sql.column(database, "SELECT b FROM t")).containsExactly("x");
        }
    }

    @Test
    void eachKindHasItsOwnLimit() throws Exception {
        try (Connection ours = open("backup.keep=3", "backup.keep-points=100")) {
            for (int i = 0; i < 6; i++) {
                Sql.run(ours, "UPDATE t SET b = " + i);
            }
            Sql.run(ours, GROW);
            for (int i = 0; i < 6; i++) {
                Sql.run(ours, "UPDATE t SET b = " + i + " WHERE a = 1");
            }
            try (PrtBackup backups = PrtBackup.of(ours)) {
                assertThat(backups.createBackupWithComment("by hand")
                                .backupPath()
                                .toString())
                        .endsWith(".db");
            }
        }
        List<String> kinds = Backups.of(database).stream()
                .map(backup -> backup.backupPath().toString())
                .map(path -> path.endsWith(".base") ? "point" : path.endsWith("_auto.db") ? "full" : "manual")
                .toList();
        assertThat(kinds)
                .containsExactly(
                        "full", "full", "full", "point", "point", "point", "point", "point", "point", "manual");
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.cleanupAutoBackups(7)).hasSize(2);
            assertThat(backups.cleanupAutoBackups(4)).hasSize(3);
            assertThat(Backups.of(database)).hasSize(5);
        }
    }

    /** Others go on writing while it is looked what there is. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void cleanUpSparesWhatOthersMakeMeanwhile(String strategy) throws Exception {
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (PrtBackup backups = PrtBackup.open(database)) {
            Future<Integer> made = writer.submit(() -> {
                try (Connection ours = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=1000")) {
                    for (int i = 0; i < 60; i++) {
                        Sql.run(ours, "UPDATE t SET b = " + i + " WHERE a = 1");
                    }
                    return 60;
                }
            });
            while (!made.isDone()) {
                assertThat(backups.cleanupAutoBackups(1000)).isEmpty();
            }
            assertThat(Backups.of(database)).hasSize(made.get());
        } finally {
            writer.shutdownNow();
        }
    }

    @Test
    void theIntervalCountsBothKinds() throws Exception {
        try (Connection ours = open("backup.min-interval=1h")) {
            Sql.run(ours, GROW, "UPDATE t SET b = 1 WHERE a = 1");
        }
        assertThat(Backups.count(database)).isOne();
        Path other = directory.resolve("other.db");
        Files.copy(database, other);
        try (Connection ours = Sql.open(other, "backup.full-max-size=200KB", "backup.min-interval=1h")) {
            Sql.run(ours, SHRINK, "VACUUM", "UPDATE t SET b = 1");
        }
        assertThat(Backups.count(other)).isOne();
    }

    @Test
    void byDefaultASmallDatabaseIsCopied() throws Exception {
        try (Connection ours = Sql.open(database)) {
            Sql.run(ours, GROW, GROW);
        }
        assertThat(Backups.of(database))
                .allSatisfy(backup -> assertThat(backup.backupPath().toString()).endsWith("_auto.db"));
    }

    private Connection open(String... parameters) throws SQLException {
        List<String> all = new ArrayList<>(List.of(parameters));
        all.add("backup.full-max-size=200KB");
        return Sql.open(database, all.toArray(new String[0]));
    }

    private byte[] image() throws SQLException {
        try (SQLiteConnection plain = (SQLiteConnection) Sql.plain(database)) {
            return plain.serialize("main");
        }
    }
}
