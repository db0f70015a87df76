package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as undone, where more than the database itself has a say in it. */
class UndoTest {

    @TempDir
    Path home;

    private static void write(Path database, String... statements) throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, statements);
        }
    }

    private static List<Long> ids(List<BackupInfo> backups) {
        return backups.stream().map(BackupInfo::backupId).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void databasesOfOneDirectoryHaveNothingToDoWithEachOther(String strategy) throws Exception {
        Path shared = home.resolve("shared");
        Properties properties = new Properties();
        properties.setProperty("backup.dir", shared.toString());
        List<Path> databases = List.of(
                Files.createDirectory(home.resolve("a")).resolve("prt.db"),
                Files.createDirectory(home.resolve("b")).resolve("prt.db"));
        for (String sql : List.of("CREATE TABLE t (n)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)")) {
            for (Path database : databases) {
                try (Connection connection =
                        Sql.open(database, "backup.dir=" + shared, "backup.strategy=" + strategy)) {
                    Sql.run(connection, sql);
                }
            }
        }
        try (PrtBackup a = PrtBackup.open(databases.get(0), properties);
                PrtBackup b = PrtBackup.open(databases.get(1), properties)) {
            a.undo();
            a.undo();
            b.undo();
            assertThat(ids(a.undoable())).containsExactly(1L);
            assertThat(ids(b.undoable())).containsExactly(4L, 2L);
            assertThat(ids(a.redoable())).containsExactly(8L, 7L);
            a.redo();
            assertThat(Sql.column(databases.get(0), "SELECT n FROM t")).containsExactly("1");
            assertThat(Sql.column(databases.get(1), "SELECT n FROM t")).containsExactly("1");
            assertThatThrownBy(() -> a.undo(4)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isKnownStillWhereTheProjectWasMoved() throws Exception {
        Path database = Files.createDirectory(home.resolve("before")).resolve("prt.db");
        write(database, "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.undo();
        }
        Files.move(home.resolve("before"), home.resolve("after"));
        Path moved = home.resolve("after/prt.db");
        try (PrtBackup backups = PrtBackup.open(moved)) {
            backups.undo();
            assertThat(Sql.column(moved, "SELECT n FROM t")).isEmpty();
            backups.redo();
            backups.redo();
            assertThat(Sql.column(moved, "SELECT n FROM t")).containsExactly("1", "2");
        }
    }

    @Test
    void survivesTheLossOfTheMetadataAsLongAsThereIsTheCopy() throws Exception {
        Path database = home.resolve("prt.db");
        write(database, "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.undo();
        }
        Files.writeString(home.resolve("backups/backup_metadata.json"), "{");
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(ids(backups.undoable())).containsExactly(2L, 1L);
            backups.redo();
        }
        assertThat(Sql.column(database, "SELECT n FROM t")).containsExactly("1", "2");
    }

    @Test
    void bringsALostDatabaseBack() throws Exception {
        Path database = home.resolve("prt.db");
        write(database, "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        Files.delete(database);
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.undo().safetyBackup()).isEmpty();
            assertThat(Sql.column(database, "SELECT n FROM t")).containsExactly("1");
            assertThat(ids(backups.undoable())).containsExactly(2L, 1L);
            assertThatThrownBy(backups::redo).isInstanceOf(UndoRefusedException.class);
            write(database, "INSERT INTO t VALUES (3)");
            assertThat(ids(backups.undoable())).containsExactly(4L, 2L, 1L);
            backups.undo();
            backups.undo();
        }
        assertThat(Sql.column(database, "SELECT n FROM t")).isEmpty();
    }

    @Test
    void refusesToUndoAndRedoWhatIsNotThere() throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThatThrownBy(backups::undo).hasMessageContaining("there is no automatic backup of it");
            assertThatThrownBy(backups::redo).hasMessageContaining("nothing to redo");
            BackupInfo manual = backups.createBackupWithComment("mine");
            assertThatThrownBy(() -> backups.undo(manual.backupId())).hasMessageContaining("restore it instead");
            assertThatThrownBy(() -> backups.undoOnly(manual.backupId())).hasMessageContaining("restore it instead");
            assertThatThrownBy(() -> backups.undo(77)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void redoIsRefusedWhereItsBackupIsGone() throws Exception {
        Path database = home.resolve("prt.db");
        write(database, "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)");
        try (PrtBackup backups = PrtBackup.open(database)) {
            long safety = backups.undo().safetyBackup().orElseThrow().backupId();
            backups.cleanupAutoBackups(0);
            assertThatThrownBy(backups::redo).hasMessageContaining("what would be redone is backup #" + safety);
            backups.deleteBackup(safety);
            assertThatThrownBy(backups::redo).hasMessageContaining("is gone");
        }
    }
}
