package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoOnlyPreview;
import io.github.prtbackup.UndoOnlyPreview.Commits;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether somebody else has written, in WAL mode, is said only where SQLite's count of commits went on all the time. */
class UndoOnlyCountTest {

    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database, "journal_mode=WAL")) {
            Sql.run(plain, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        }
    }

    private Connection open() throws Exception {
        return Sql.open(database, "backup.strategy=incremental");
    }

    private Commits commits(long id) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database);
                UndoOnlyPreview preview = backups.previewUndoOnly(id)) {
            return preview.commits();
        }
    }

    private void undoOnly(long id) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.undoOnly(id);
        }
    }

    private List<String> rows() throws Exception {
        return Sql.column(database, "SELECT id || v FROM t ORDER BY id");
    }

    /** Each log is deleted with its only connection, and the next begins to count from 0. */
    @Test
    void aLogThatIsGoneTellsNothing() throws Exception {
        for (String change : List.of(
                "UPDATE t SET v = 'x' WHERE id = 1",
                "UPDATE t SET v = 'y' WHERE id = 2",
                "INSERT INTO t VALUES (3, 'c')",
                "INSERT INTO t VALUES (4, 'd')")) {
            try (Connection connection = open()) {
                Sql.run(connection, change);
            }
        }
        for (long id = 1; id <= 3; id++) {
            assertThat(commits(id)).as("#%s", id).isEqualTo(Commits.UNKNOWN);
        }
        undoOnly(1);
        assertThat(rows()).containsExactly("1a", "2y", "3c", "4d");
        undoOnly(2);
        assertThat(rows()).containsExactly("1a", "2b", "3c", "4d");
        undoOnly(3);
        assertThat(rows()).containsExactly("1a", "2b", "4d");
    }

    /** From 1 in the one log to 2 in the next, and yet there were three. */
    @Test
    void theCountsOfTwoLogsTellNothing() throws Exception {
        try (Connection connection = open()) {
            Sql.run(connection, "INSERT INTO t VALUES (3, 'c')", "INSERT INTO t VALUES (4, 'd')");
        }
        try (Connection connection = open();
                Connection plain = Sql.plain(database)) {
            Sql.run(plain, "INSERT INTO t VALUES (5, 'e')", "INSERT INTO t VALUES (6, 'f')");
            Sql.run(connection, "INSERT INTO t VALUES (7, 'g')");
        }
        assertThat(commits(2)).isEqualTo(Commits.UNKNOWN);
    }

    @Test
    void aLogThatIsStartedAgainGoesOnCounting() throws Exception {
        try (Connection connection = open()) {
            for (int id = 3; id < 6; id++) {
                assertThat(Sql.column(connection, "PRAGMA wal_checkpoint")).containsExactly("0");
                Sql.run(connection, "INSERT INTO t VALUES (" + id + ", 'c')");
            }
            try (Connection plain = Sql.plain(database)) {
                Sql.run(plain, "INSERT INTO t VALUES (8, 'c')");
            }
            Sql.run(connection, "INSERT INTO t VALUES (9, 'c')");
        }
        assertThat(commits(1)).isEqualTo(Commits.ONE);
        assertThat(commits(2)).isEqualTo(Commits.ONE);
        assertThat(commits(3)).isEqualTo(Commits.SEVERAL);
        assertThatThrownBy(() -> undoOnly(3)).hasMessageContaining("more than one transaction");
        undoOnly(2);
        assertThat(rows()).containsExactly("1a", "2b", "3c", "5c", "8c", "9c");
    }

    /** What a deleted backup between two has seen still counts. */
    @Test
    void deletedBackupsAreOnTheWay() throws Exception {
        try (Connection connection = open()) {
            for (int id = 3; id < 7; id++) {
                Sql.run(connection, "INSERT INTO t VALUES (" + id + ", 'c')");
            }
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.deleteBackup(3);
            }
        }
        assertThat(commits(1)).isEqualTo(Commits.ONE);
        assertThat(commits(2)).isEqualTo(Commits.SEVERAL);
    }

    /** The log outlives a process that is killed, the count does not: of two commits it has seen the second. */
    @Test
    void aCountThatBeganAgainInTheSameLogTellsNothing() throws Exception {
        try (Neighbour other = Neighbour.start()) {
            other.connect(database);
            assertThat(other.run("INSERT INTO t VALUES (3, 'c')")).isEmpty();
        }
        Jvm.await(Jvm.start(Killed.class, List.of(), database, "INSERT INTO t VALUES (4, 'd')"));
        try (Connection plain = Sql.plain(database);
                Connection connection = open()) {
            Sql.run(plain, "INSERT INTO t VALUES (5, 'e')");
            Sql.run(connection, "INSERT INTO t VALUES (6, 'f')", "INSERT INTO t VALUES (7, 'g')");
        }
        assertThat(commits(1)).isEqualTo(Commits.UNKNOWN);
        assertThat(commits(2)).isEqualTo(Commits.ONE);
    }

    /** Another process is another witness, but the frames of the same log tell it all. */
    @Test
    void processesThatFollowEachOtherInOneLogAreCounted() throws Exception {
        try (Neighbour keepsTheLog = Neighbour.start()) {
            keepsTheLog.connect(database);
            Jvm.await(Jvm.start(Killed.class, List.of(), database, "INSERT INTO t VALUES (3, 'c')"));
            Jvm.await(Jvm.start(
                    Killed.class,
                    List.of(),
                    database,
                    "INSERT INTO t VALUES (4, 'd')",
                    "INSERT INTO t VALUES (5, 'e')"));
            assertThat(keepsTheLog.run("INSERT INTO t VALUES (6, 'f')")).isEmpty();
            try (Connection connection = open()) {
                Sql.run(connection, "INSERT INTO t VALUES (7, 'g')");
            }
            assertThat(commits(2)).isEqualTo(Commits.ONE);
            assertThat(commits(3)).isEqualTo(Commits.SEVERAL);
        }
    }

    /** Writes, and dies without closing anything. */
    static final class Killed {
        public static void main(String[] arguments) throws Exception {
            Connection connection = Sql.open(Path.of(arguments[0]), "backup.strategy=incremental");
            for (int i = 1; i < arguments.length; i++) {
                Sql.run(connection, arguments[i]);
            }
            Runtime.getRuntime().halt(0);
        }
    }
}
