package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On POSIX a process loses all its locks on a file when it closes any descriptor of it. Whatever is done with backups in a
 * process, another process finds the locks of its connections where they were.
 */
class LocksTest {

    private static final String INSERT = "INSERT INTO t VALUES ('other process')";

    private static Neighbour neighbour;

    @TempDir
    Path directory;

    @BeforeAll
    static void startNeighbour() throws IOException {
        neighbour = Neighbour.start();
    }

    @AfterAll
    static void stopNeighbour() {
        neighbour.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void aWriteLockIsStillHeld(String journalMode) throws Exception {
        Path database = create("prt.db", journalMode);
        neighbour.connect(database);
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "BEGIN IMMEDIATE");
            doEverything(database, () -> assertThat(neighbour.run(INSERT)).isEqualTo("SQLITE_BUSY"));
            Sql.run(connection, "INSERT INTO t VALUES ('here')");
            assertThat(neighbour.run(INSERT)).isEqualTo("SQLITE_BUSY");
            Sql.run(connection, "COMMIT");
            assertThat(neighbour.run(INSERT)).isEmpty();
        }
    }

    @Test
    void aReadLockIsStillHeldInDeleteMode() throws Exception {
        Path database = create("prt.db", "DELETE");
        neighbour.connect(database);
        try (Connection connection = Sql.open(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
            assertThat(rows.next()).isTrue();
            doEverything(database, () -> assertThat(neighbour.run(INSERT)).isEqualTo("SQLITE_BUSY"));
        }
        assertThat(neighbour.run(INSERT)).isEmpty();
    }

    /** In WAL mode a lost shared lock lets the other process delete the log on leaving, and with it later commits. */
    @Test
    void anIdleConnectionKeepsItsLogInWalMode() throws Exception {
        Path database = create("prt.db", "WAL");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO t VALUES ('here')");
            doEverything(database, () -> {
                neighbour.connect(database);
                neighbour.disconnect();
                assertThat(directory.resolve("prt.db-wal")).exists();
            });
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.restoreFromBackup(2);
            }
            neighbour.connect(database);
            neighbour.disconnect();
            Sql.run(connection, "INSERT INTO t VALUES ('after')");
        }
        assertThat(Sql.column(database, "SELECT v FROM t")).containsExactly("first", "second", "here", "after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void locksOfOtherDatabasesAreStillHeld(String journalMode) throws Exception {
        Path locked = create("locked.db", journalMode);
        Path database = create("prt.db", journalMode);
        neighbour.connect(locked);
        try (Connection connection = Sql.open(locked)) {
            Sql.run(connection, "BEGIN IMMEDIATE");
            Check held = () -> assertThat(neighbour.run(INSERT)).isEqualTo("SQLITE_BUSY");
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.createBackupWithComment("");
                backups.restoreFromBackup(1);
                held.run();
                Files.writeString(database, "no database at all");
                backups.restoreFromBackup(1);
                held.run();
                Files.delete(database);
                backups.restoreFromBackup(1);
                held.run();
            }
            Sql.run(connection, "INSERT INTO t VALUES ('here')", "COMMIT");
        }
        assertThat(Sql.column(locked, "SELECT v FROM t")).containsExactly("first", "second", "here");
    }

    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    private void doEverything(Path database, Check held) throws Exception {
        held.run();
        Properties impatient = new Properties();
        impatient.setProperty("busy_timeout", "50");
        try (PrtBackup backups = PrtBackup.open(database, impatient)) {
            long id = backups.createBackupWithComment("by hand").backupId();
            held.run();
            backups.autoBackupBeforeOperation("something");
            held.run();
            assertThat(backups.getBackupHistory()).isNotEmpty();
            assertThat(backups.verifyBackup(id).problems()).isEmpty();
            held.run();
            backups.exportBackup(id, directory.resolve("exported.db"));
            held.run();
            assertThatThrownBy(() -> backups.restoreFromBackup(99)).isInstanceOf(IllegalArgumentException.class);
            Path file = backups.getBackup(id).backupPath();
            byte[] good = Files.readAllBytes(file);
            Files.write(file, new byte[good.length]);
            assertThatThrownBy(() -> backups.restoreFromBackup(id)).isInstanceOf(DamagedBackupException.class);
            held.run();
            Files.write(file, good);
            if (isLocked(database)) {
                assertThatThrownBy(() -> backups.restoreFromBackup(id)).isInstanceOf(SQLException.class);
            }
            held.run();
            backups.cleanupAutoBackups(0);
            held.run();
        }
    }

    private static boolean isLocked(Path database) throws SQLException {
        try (Connection connection = Sql.plain(database, "busy_timeout=0")) {
            Sql.run(connection, "BEGIN EXCLUSIVE");
            Sql.run(connection, "ROLLBACK");
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    private Path create(String name, String journalMode) throws SQLException {
        Path database = directory.resolve(name);
        try (Connection connection = Sql.plain(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('first'), ('second')");
        }
        return database;
    }
}
