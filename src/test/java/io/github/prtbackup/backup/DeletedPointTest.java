package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One incremental backup is deleted like any other. */
class DeletedPointTest {

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        }
        insert(1, 5);
    }

    private void insert(int first, int last) throws Exception {
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            for (int i = first; i <= last; i++) {
                Sql.run(ours, "INSERT INTO t VALUES (" + i + ")");
            }
        }
    }

    private static String rows(long id) {
        return String.valueOf(id - 1);
    }

    @Test
    void anyOfThem() throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            for (long id : List.of(3L, 1L, 5L, 2L, 4L)) {
                assertThat(backups.deleteBackup(id).backupId()).isEqualTo(id);
                assertThat(backups.getBackupHistory())
                        .extracting(BackupInfo::backupId)
                        .doesNotContain(id);
                for (Runnable use : List.<Runnable>of(
                        () -> call(() -> backups.getBackup(id)),
                        () -> call(() -> backups.deleteBackup(id)),
                        () -> call(() -> backups.verifyBackup(id)),
                        () -> call(() -> backups.restoreFromBackup(id)),
                        () -> call(() -> backups.exportBackup(id, directory.resolve("no.db"))))) {
                    assertThatThrownBy(use::run)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("no backup #" + id);
                }
                for (BackupInfo left : backups.getBackupHistory()) {
                    Path file = directory.resolve("after-" + id + "-" + left.backupId());
                    backups.exportBackup(left.backupId(), file);
                    assertThat(Sql.column(file, "SELECT count(*) FROM t")).containsExactly(rows(left.backupId()));
                }
            }
            assertThat(backups.getBackupHistory()).isEmpty();
        }
        insert(6, 7);
        assertThat(Backups.of(database)).extracting(BackupInfo::backupId).containsExactly(6L, 7L);
        List<Path> files = Backups.export(database, directory);
        assertThat(Sql.column(files.get(0), "SELECT count(*) FROM t")).containsExactly("5");
        assertThat(Sql.column(files.get(1), "SELECT count(*) FROM t")).containsExactly("6");
    }

    @Test
    void cleanUpToNothing() throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.cleanupAutoBackups(2)).hasSize(3);
            assertThat(backups.cleanupAutoBackups(0)).hasSize(2);
            assertThat(backups.getBackupHistory()).isEmpty();
        }
        insert(6, 6);
        assertThat(Backups.of(database)).extracting(BackupInfo::backupId).containsExactly(6L);
    }

    /** Another process deletes while this one reads and writes. */
    @Test
    void besideOtherProcesses() throws Exception {
        try (Connection ours = Sql.open(database, "backup.strategy=incremental");
                PrtBackup backups = PrtBackup.of(ours)) {
            Process other = Jvm.start(Deleter.class, List.of(), database, 2, 30);
            int next = 6;
            int exports = 0;
            while (other.isAlive() || next < 40) {
                if (next < 60) {
                    Sql.run(ours, "INSERT INTO t VALUES (" + next++ + ")");
                }
                for (BackupInfo there : backups.getBackupHistory()) {
                    long id = there.backupId();
                    Path file = directory.resolve("exported-" + exports++);
                    try {
                        backups.exportBackup(id, file);
                    } catch (IllegalArgumentException e) {
                        // Deleted since.
                        continue;
                    }
                    assertThat(Sql.column(file, "SELECT count(*) FROM t")).containsExactly(rows(id));
                }
            }
            Jvm.await(other);
            assertThat(backups.getBackupHistory())
                    .extracting(BackupInfo::backupId)
                    .contains(1L)
                    .allMatch(id -> id == 1 || id > 30);
        }
    }

    /** Deletes points as they appear. */
    static final class Deleter {
        public static void main(String[] arguments) throws Exception {
            long id = Long.parseLong(arguments[1]);
            try (PrtBackup backups = PrtBackup.open(Path.of(arguments[0]))) {
                while (id <= Long.parseLong(arguments[2])) {
                    try {
                        backups.deleteBackup(id);
                        id++;
                    } catch (IllegalArgumentException e) {
                        Thread.sleep(1);
                    }
                }
            }
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void call(Call call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
