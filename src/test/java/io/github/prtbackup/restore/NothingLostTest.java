package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;

/**
 * Writers in other processes commit rows while the database is restored again and again, by two processes at once. Every
 * row whose commit was acknowledged must be in the database at the end, or in a safety backup: each restore keeps exactly
 * what it takes away.
 */
class NothingLostTest {

    private static final int RESTORES = 8;
    private static final String ROWS = "SELECT id FROM t";

    @TempDir
    Path directory;

    /** The pages that a writer touches decide what the log looks like: page 1, pages written twice, a log that starts again. */
    @ParameterizedTest
    @CsvSource({
        "DELETE, jdbc:sqlite, ''",
        "DELETE, jdbc:prtbackup, patient",
        "WAL, jdbc:sqlite, ''",
        "WAL, jdbc:prtbackup, patient",
        "WAL, jdbc:sqlite, PRAGMA wal_autocheckpoint = 1",
        "WAL, jdbc:sqlite, PRAGMA cache_size = 1",
        "WAL, jdbc:sqlite, checkpoints"
    })
    void everyCommittedRowIsKept(String journalMode, String driver, String habit) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    connection,
                    "CREATE TABLE t (id TEXT)",
                    "CREATE TABLE padding (v)",
                    "INSERT INTO padding VALUES (zeroblob(100000))");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.createBackupWithComment("without rows");
        }
        Path end = directory.resolve("end");
        List<Process> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            writers.add(Jvm.start(Writer.class, List.of(), database, driver, habit, "w" + i + "-", end));
        }
        Process otherRestores = Jvm.start(Restorer.class, List.of(), database);
        Restorer.restore(database);
        Jvm.await(otherRestores);
        Files.createFile(end);
        Set<String> acknowledged = new HashSet<>();
        for (Process writer : writers) {
            acknowledged.addAll(Jvm.await(writer).lines().toList());
        }

        Set<String> kept = new HashSet<>(Sql.column(database, ROWS));
        for (BackupInfo backup : Backups.of(database)) {
            if (!backup.isAuto()) {
                assertThat(Sql.column(backup.backupPath(), "PRAGMA integrity_check"))
                        .containsExactly("ok");
                kept.addAll(Sql.column(backup.backupPath(), ROWS));
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(RESTORES);
        assertThat(kept).containsAll(acknowledged);
        assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(Backups.files(directory.resolve("backups"))).noneMatch(name -> name.startsWith(".tmp"));
    }

    /** Commits rows of two kinds, one that grows the table and one that fills pages, until a file appears. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            String habit = arguments[2];
            String name = arguments[3];
            Path end = Path.of(arguments[4]);
            Random random = new Random(name.hashCode());
            boolean checkpoints = habit.equals("checkpoints");
            String url = arguments[1] + ":" + database + "?busy_timeout=60000";
            try (Connection connection = DriverManager.getConnection(url)) {
                if (!habit.equals("patient") && !checkpoints) {
                    // Who does not wait is quick to find a gap; a checkpoint waits with the write lock in its hands.
                    Sql.run(connection, habit, "PRAGMA busy_timeout = 0");
                }
                for (int i = 0; !Files.exists(end); i++) {
                    if (commit(connection, name + i, random)) {
                        System.out.println(name + i);
                    }
                    if (checkpoints && i % 3 == 0) {
                        Sql.column(connection, "PRAGMA wal_checkpoint(" + (i % 2 == 0 ? "TRUNCATE" : "RESTART") + ")");
                    }
                    Thread.sleep(random.nextInt(3));
                }
            }
        }

        private static boolean commit(Connection connection, String id, Random random) throws SQLException {
            try {
                Sql.run(connection, "BEGIN IMMEDIATE", "INSERT INTO t VALUES ('" + id + "')");
                if (random.nextInt(3) == 0) {
                    Sql.run(connection, "UPDATE padding SET v = randomblob(100000)");
                    Sql.run(connection, "UPDATE padding SET v = zeroblob(100000)");
                }
                Sql.run(connection, "COMMIT");
                return true;
            } catch (SQLException e) {
                if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
                    throw e;
                }
                try {
                    Sql.run(connection, "ROLLBACK");
                } catch (SQLException none) {
                    // It was BEGIN that failed.
                }
                return false;
            }
        }
    }

    /** Restores the first backup again and again. */
    static final class Restorer {

        private Restorer() {}

        public static void main(String[] arguments) throws Exception {
            restore(Path.of(arguments[0]));
        }

        static void restore(Path database) throws Exception {
            Properties properties = new Properties();
            properties.setProperty("busy_timeout", "60000");
            try (PrtBackup backups = PrtBackup.open(database, properties)) {
                for (int i = 0; i < RESTORES; i++) {
                    backups.restoreFromBackup(1);
                    Thread.sleep(20);
                }
            }
        }
    }
}
