package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoOnlyPreview;
import io.github.prtbackup.UndoOnlyPreview.Commits;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One transaction is taken back, and the later ones stay. */
class UndoOnlyTest {

    @TempDir
    Path home;

    private Path database() {
        return home.resolve("prt.db");
    }

    /** Each string is a transaction. */
    private void write(String... transactions) throws Exception {
        writeWith("full", transactions);
    }

    private void writeWith(String strategy, String... transactions) throws Exception {
        try (Connection connection = Sql.open(database(), "backup.strategy=" + strategy, "foreign_keys=true")) {
            for (String transaction : transactions) {
                connection.setAutoCommit(false);
                Sql.run(connection, transaction);
                connection.commit();
                connection.setAutoCommit(true);
            }
        }
    }

    private void undoOnly(long id) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database())) {
            assertThat(backups.undoOnly(id).undone().backupId()).isEqualTo(id);
        }
    }

    private List<String> conflicts(long id) throws Exception {
        Map<String, List<String>> before = Content.of(database());
        int count = Backups.count(database());
        try (PrtBackup backups = PrtBackup.open(database())) {
            UndoRefusedException refused = catchThrowableOfType(UndoRefusedException.class, () -> backups.undoOnly(id));
            assertThat(refused).isNotNull();
            assertThat(Content.of(database())).isEqualTo(before);
            assertThat(Backups.count(database())).isEqualTo(count);
            return refused.conflicts().stream()
                    .map(conflict -> conflict.table() + ": " + conflict.reason())
                    .toList();
        }
    }

    @Test
    void theStatisticsOfAnalyzeStayAsTheyAre() throws Exception {
        write(
                "CREATE TABLE t (v); CREATE INDEX i ON t (v); INSERT INTO t VALUES (1)",
                "ANALYZE",
                "INSERT INTO t VALUES (2)");
        write("ANALYZE; INSERT INTO t VALUES (3)");
        try (PrtBackup backups = PrtBackup.open(database())) {
            assertThatThrownBy(() -> backups.previewUndoOnly(2))
                    .isInstanceOf(UndoRefusedException.class)
                    .hasMessageContaining("nothing but the statistics of ANALYZE");
            assertThatThrownBy(() -> backups.undoOnly(2))
                    .isInstanceOf(UndoRefusedException.class)
                    .hasMessageContaining("nothing but the statistics of ANALYZE");
            backups.undoOnly(4);
        }
        assertThat(Sql.column(database(), "SELECT v FROM t")).containsExactly("1", "2");
        assertThat(Sql.column(database(), "SELECT count(*) FROM sqlite_stat1")).containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void keepsTheLaterTransactions(String strategy, String journalMode) throws Exception {
        try (Connection plain = Sql.plain(database())) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
        }
        writeWith(
                strategy,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
                "UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'd')",
                "UPDATE t SET v = 'y' WHERE id = 3; INSERT INTO t VALUES (5, 'e')");

        undoOnly(2);

        assertThat(Sql.column(database(), "SELECT id || v FROM t ORDER BY id")).containsExactly("1a", "2b", "3y", "5e");
        assertThat(Backups.operations(database())).hasSize(4).last().isEqualTo("undo of #2");
        try (PrtBackup backups = PrtBackup.open(database())) {
            backups.undo();
        }
        assertThat(Sql.column(database(), "SELECT id || v FROM t ORDER BY id")).containsExactly("1x", "3y", "4d", "5e");
    }

    @Test
    void refusesWhatLaterTransactionsHaveTouched() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (6, 'f')",
                "UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM t WHERE id IN (2, 6); INSERT INTO t VALUES (4, 'd'), (5, 'e')",
                "UPDATE t SET v = 'y' WHERE id = 1; INSERT INTO t VALUES (2, 'new'); DELETE FROM t WHERE id = 4");

        assertThat(conflicts(2))
                .containsExactlyInAnyOrder(
                        "t: the row has been changed since",
                        "t: the row is gone",
                        "t: there is a row again with the key of a deleted one");
    }

    @Test
    void firesNoTrigger() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE log (line);"
                        + "CREATE TRIGGER b BEFORE INSERT ON t BEGIN INSERT INTO log VALUES ('b' || new.id); END;"
                        + "CREATE TRIGGER a AFTER DELETE ON t BEGIN INSERT INTO log VALUES ('a' || old.id); END;"
                        + "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
                "DELETE FROM t WHERE id = 1",
                "INSERT INTO log VALUES ('later')");

        undoOnly(2);

        assertThat(Sql.column(database(), "SELECT line FROM log")).containsExactly("b1", "b2", "later");
        assertThat(Sql.column(database(), "SELECT name FROM sqlite_schema WHERE type = 'trigger'"))
                .containsExactly("b", "a");
        write("DELETE FROM t WHERE id = 1");
        assertThat(Sql.column(database(), "SELECT line FROM log")).last().isEqualTo("a1");
    }

    @Test
    void leavesNoForeignKeyWithoutItsRow() throws Exception {
        write(
                "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE)",
                "INSERT INTO p VALUES (1), (2)",
                "INSERT INTO c VALUES (7, 1)");
        assertThat(conflicts(2)).containsExactly("c: row 7 would refer to a row of p that is not there");

        write("DELETE FROM p WHERE id = 1", "INSERT INTO p VALUES (3)");
        undoOnly(4);

        assertThat(Sql.column(database(), "SELECT id FROM p")).containsExactly("1", "2", "3");
        assertThat(Sql.column(database(), "SELECT id || ' ' || p FROM c")).containsExactly("7 1");
    }

    @Test
    void refusesWhatAUniqueIndexDoesNotAllow() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE); INSERT INTO t VALUES (1, 'a')",
                "DELETE FROM t WHERE id = 1",
                "INSERT INTO t VALUES (2, 'a')");

        assertThat(conflicts(2)).singleElement().asString().contains("UNIQUE constraint failed: t.v");
    }

    @Test
    void takesSchemaChangesBack() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX old ON t(v); INSERT INTO t VALUES (1, 'a')",
                "CREATE TABLE made (n); INSERT INTO made VALUES (1); CREATE VIEW w AS SELECT n FROM made; DROP INDEX old;"
                        + "ALTER TABLE t ADD COLUMN more DEFAULT 5",
                "CREATE TABLE other (n)");
        Map<String, List<String>> before = Content.of(database());

        undoOnly(2);

        assertThat(Sql.column(database(), "SELECT name FROM sqlite_schema ORDER BY 1"))
                .containsExactly("old", "other", "t");
        assertThat(Sql.column(database(), "SELECT * FROM t")).containsExactly("1");
        try (PrtBackup backups = PrtBackup.open(database())) {
            backups.undo();
        }
        assertThat(Content.of(database())).isEqualTo(before);

        write("INSERT INTO made VALUES (2)", "UPDATE t SET v = 'b'", "CREATE INDEX later ON made(n)");
        assertThat(conflicts(2))
                .containsExactlyInAnyOrder(
                        "made: the table has to be replaced as a whole, and the row has been inserted since",
                        "t: the table has to be replaced as a whole, and the row has been updated since",
                        "later: the index has been added since");
    }

    @Test
    void takesRowsOfVirtualTablesBack() throws Exception {
        write(
                "CREATE VIRTUAL TABLE texts USING fts5(body); CREATE VIRTUAL TABLE old USING fts4(body);"
                        + "CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);"
                        + "INSERT INTO texts VALUES ('one'), ('two'); INSERT INTO old VALUES ('one'), ('two');"
                        + "INSERT INTO boxes VALUES (1, 0, 1), (2, 0, 1)",
                "DELETE FROM texts WHERE rowid = 1; UPDATE texts SET body = 'zwei' WHERE rowid = 2;"
                        + "INSERT INTO texts VALUES ('three'); UPDATE old SET body = 'eins' WHERE docid = 1;"
                        + "DELETE FROM boxes WHERE id = 1",
                "INSERT INTO texts(rowid, body) VALUES (9, 'later'); INSERT INTO old VALUES ('later');"
                        + "INSERT INTO boxes VALUES (9, 0, 1)");

        undoOnly(2);

        assertThat(Sql.column(database(), "SELECT rowid || body FROM texts ORDER BY rowid"))
                .containsExactly("1one", "2two", "9later");
        assertThat(Sql.column(database(), "SELECT rowid FROM texts WHERE texts MATCH 'one OR zwei OR later'"))
                .containsExactly("1", "9");
        assertThat(Sql.column(database(), "SELECT body FROM old WHERE old MATCH 'one OR eins'"))
                .containsExactly("one");
        assertThat(Sql.column(database(), "SELECT id FROM boxes ORDER BY 1")).containsExactly("1", "2", "9");
        assertThat(Sql.column(database(), "PRAGMA integrity_check")).containsExactly("ok");

        write("UPDATE texts SET body = 'dos' WHERE rowid = 2", "UPDATE texts SET body = 'tres' WHERE rowid = 2");
        assertThat(conflicts(5)).containsExactly("texts: the row has been changed since");
    }

    @Test
    void takesAnIndexOfAnotherTableBackOnlyAsAWhole() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, body);"
                        + "CREATE VIRTUAL TABLE f USING fts5(body, content='t', content_rowid='id');"
                        + "CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO f(rowid, body) VALUES (new.id, new.body); END;"
                        + "INSERT INTO t VALUES (1, 'one')",
                "INSERT INTO t VALUES (2, 'two')",
                "CREATE TABLE other (n)",
                "INSERT INTO t VALUES (3, 'three')");
        assertThat(conflicts(2)).isNotEmpty().allMatch(conflict -> conflict.startsWith("f_"));
        try (PrtBackup backups = PrtBackup.open(database())) {
            backups.undo();
        }
        undoOnly(2);
        assertThat(Sql.column(database(), "SELECT rowid FROM f WHERE f MATCH 'one OR two'"))
                .containsExactly("1");
        try (Connection connection = Sql.plain(database())) {
            Sql.run(connection, "INSERT INTO f(f, rank) VALUES ('integrity-check', 1)");
        }
    }

    @Test
    void refusesWhereTheTableWasAlteredSince() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v)",
                "INSERT INTO t VALUES (1, 'a')",
                "ALTER TABLE t ADD COLUMN more");
        assertThat(conflicts(2)).containsExactly("t: the table has been altered since");
    }

    @Test
    void givesTheNumbersOfAutoincrementBackIfNobodyHasBeenGivenOneSince() throws Exception {
        write(
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO t(v) VALUES ('a')",
                "INSERT INTO t(v) VALUES ('b')");
        undoOnly(2);
        assertThat(Sql.number(database(), "SELECT seq FROM sqlite_sequence")).isEqualTo(1);

        write("INSERT INTO t(v) VALUES ('c')", "INSERT INTO t(v) VALUES ('d')");
        undoOnly(4);
        assertThat(Sql.column(database(), "SELECT id || v FROM t")).containsExactly("1a", "3d");
        assertThat(Sql.number(database(), "SELECT seq FROM sqlite_sequence")).isEqualTo(3);
    }

    private static void batch(Connection connection) throws SQLException {
        try (PreparedStatement batch = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
            for (int i = 10; i < 15; i++) {
                batch.setInt(1, i);
                batch.addBatch();
            }
            batch.executeBatch();
        }
    }

    /** In autocommit mode each entry is a transaction, as with plain sqlite-jdbc, and nothing tells whose they are. */
    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void aBatchInAutocommitIsSeveral(String strategy, String journalMode) throws Exception {
        try (Connection plain = Sql.plain(database())) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        try (Connection connection = Sql.open(database(), "backup.strategy=" + strategy)) {
            Sql.run(connection, "INSERT INTO t VALUES (0)", "INSERT INTO t VALUES (1)");
            batch(connection);
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            try (PrtBackup backups = PrtBackup.open(database());
                    UndoOnlyPreview preview = backups.previewUndoOnly(3)) {
                assertThat(preview.commits()).isEqualTo(Commits.SEVERAL);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"full, DELETE, ONE", "full, WAL, UNKNOWN", "incremental, DELETE, ONE", "incremental, WAL, ONE"})
    void tellsWhetherSomebodyElseHasWritten(String strategy, String journalMode, Commits expected) throws Exception {
        try (Connection plain = Sql.plain(database())) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        try (Connection connection = Sql.open(database(), "backup.strategy=" + strategy);
                Connection plain = Sql.plain(database())) {
            Sql.run(connection, "INSERT INTO t VALUES (0)", "INSERT INTO t VALUES (1)");
            connection.setAutoCommit(false);
            batch(connection);
            connection.commit();
            connection.setAutoCommit(true);
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            Sql.run(plain, "INSERT INTO t VALUES (3)");
            Sql.run(connection, "INSERT INTO t VALUES (4)");
            try (PrtBackup backups = PrtBackup.open(database())) {
                for (long id : List.of(1L, 2L, 3L)) {
                    try (UndoOnlyPreview preview = backups.previewUndoOnly(id)) {
                        assertThat(preview.commits()).isEqualTo(expected);
                        assertThat(preview.conflicts()).isEmpty();
                    }
                }
                try (UndoOnlyPreview preview = backups.previewUndoOnly(4)) {
                    assertThat(preview.commits()).isEqualTo(expected == Commits.ONE ? Commits.SEVERAL : expected);
                }
                if (expected == Commits.ONE) {
                    assertThatThrownBy(() -> backups.undoOnly(4)).hasMessageContaining("more than one transaction");
                }
            }
        }
    }

    /** SQLite keeps the rest of the line, which no script could repeat. */
    @ParameterizedTest
    @ValueSource(
            strings = {"CREATE TABLE t (x) -- about it\n", "CREATE TABLE t (x) /* about it", "CREATE TABLE t (x)  "})
    void aTableWhoseStatementEndsInACommentIsTheSame(String create) throws Exception {
        write(create, "INSERT INTO t VALUES (1)", "CREATE TABLE later (x)");

        undoOnly(2);

        assertThat(Sql.column(database(), "SELECT x FROM t")).isEmpty();
    }
}
