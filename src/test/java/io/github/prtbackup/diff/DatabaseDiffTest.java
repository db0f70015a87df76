package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Collation;

/** What is a difference, what is none, and that the script knows its way round everything that could be in it. */
class DatabaseDiffTest {

    @TempDir
    Path home;

    private Compared compare(List<String> made, String... changed) throws Exception {
        return Compared.of(home, made, List.of(changed));
    }

    @Test
    void equalFilesDoNotDiffer() throws Exception {
        Compared compared = compare(List.of("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"));

        assertThat(compared.tables()).isEmpty();
        assertThat(compared.script()).isEmpty();
    }

    @Test
    void aRowThatWasDeletedAndCameBackIsNoDifference() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2), (3)"),
                "DELETE FROM t WHERE a = 1",
                "INSERT INTO t VALUES (1)",
                "VACUUM");

        assertThat(compared.tables()).isEmpty();
    }

    @Test
    void rowsWithoutKeyAreAMultiset() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, 'y')"),
                "DELETE FROM t WHERE rowid = 1",
                "INSERT INTO t VALUES (2, 'y'), (NULL, NULL)");

        assertThat(compared.tables()).containsExactly("t +2 ~0 -1 []");
        compared.script();
    }

    @Test
    void aValueThatChangesItsTypeOnlyIsADifference() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
                        "INSERT INTO t VALUES (1, 1), (2, 1), (3, '1'), (4, '')"),
                "UPDATE t SET a = 1.0 WHERE id = 1",
                "UPDATE t SET a = '1' WHERE id = 2",
                "UPDATE t SET a = x'31' WHERE id = 3",
                "UPDATE t SET a = NULL WHERE id = 4");

        assertThat(compared.rows("t"))
                .containsExactly(
                        "[1, 1] → [1, 1.0]", "[2, 1] → [2, '1']", "[3, '1'] → [3, X'31']", "[4, ''] → [4, NULL]");
        compared.script();
    }

    @Test
    void unusualValuesComeThroughTheScriptExactly() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a)"),
                "INSERT INTO t(a) VALUES (9e999), (-9e999), (-0.0), (5e-324), (1.7976931348623157e308), (1.0/3), (0.1+0.2),"
                        + " (9223372036854775807), (-9223372036854775808), (9007199254740993), (9223372036854775807.0),"
                        + " (2.2250738585072011e-308), (1e22), (1e23), (123456789012345.6)",
                "INSERT INTO t(a) VALUES ('a' || char(0) || 'b'), (CAST(x'ff00c328' AS TEXT)), (''), (x''), (char(10,13)),"
                        + " (char(65279)), ('it''s'), (zeroblob(300000)), (char(8238) || 'x')");

        assertThat(compared.script())
                .contains("9e999", "CAST(X'ff00c328' AS TEXT)")
                .doesNotContain("\r", "\u202e", "\0");
    }

    @Test
    void swappedUniqueValuesViolateNothing() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE, rank INT)",
                        "CREATE UNIQUE INDEX by_rank ON t(-rank) WHERE rank > 0",
                        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)"),
                "UPDATE t SET name = id, rank = -1",
                "UPDATE t SET name = char(99 - id), rank = 4 - id",
                "UPDATE t SET name = 'C' WHERE id = 3");

        compared.script();
    }

    @Test
    void keysThatDifferByCaseOnlyAreTwoRows() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID",
                        "INSERT INTO t VALUES ('a', 1), ('b', 2)"),
                "UPDATE t SET k = 'A' WHERE k = 'a'");

        assertThat(compared.tables()).containsExactly("t +1 ~0 -1 []");
        compared.script();
    }

    @Test
    void nullsInAKeyAreNoObstacle() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (a, b, c, PRIMARY KEY (a, b))",
                        "INSERT INTO t VALUES (NULL, 1, 1), (NULL, 1, 2)"),
                "INSERT INTO t VALUES (NULL, 1, 3)",
                "UPDATE t SET c = 9 WHERE c = 1");

        compared.script();
    }

    @Test
    void aChangedRowidOfAKeyIsARowThatGoesAndOneThatComes() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"),
                "UPDATE t SET id = 3 WHERE id = 1");

        assertThat(compared.tables()).containsExactly("t +1 ~0 -1 []");
        compared.script();
    }

    @Test
    void noTriggerFiresAndNoForeignKeyCascades() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name UNIQUE)",
                        "CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent(name) ON DELETE CASCADE ON UPDATE CASCADE)",
                        "CREATE TABLE log (what)",
                        "CREATE TRIGGER noted AFTER DELETE ON parent BEGIN INSERT INTO log VALUES (old.name); END",
                        "CREATE TRIGGER refused BEFORE INSERT ON child BEGIN SELECT RAISE(ABORT, 'no'); END",
                        "INSERT INTO parent VALUES (1, 'a'), (2, 'b')"),
                "DROP TRIGGER refused",
                "INSERT INTO child VALUES (1, 'a'), (2, 'b')",
                "CREATE TRIGGER refused BEFORE INSERT ON child BEGIN SELECT RAISE(ABORT, 'no'); END",
                "DROP TRIGGER noted",
                "UPDATE parent SET name = 'c' WHERE id = 1",
                "DELETE FROM parent WHERE id = 2",
                "CREATE TRIGGER noted AFTER DELETE ON parent BEGIN INSERT INTO log VALUES (old.name); END");

        compared.script();
        assertThat(Sql.number(compared.before(), "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"))
                .isEqualTo(2);
    }

    @Test
    void schemaChangesAreNamedWithTheirStatements() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)", "CREATE VIEW v AS SELECT a FROM t", "CREATE INDEX i ON t(a)"),
                "DROP VIEW v",
                "CREATE VIEW v AS SELECT a, 1 FROM t",
                "DROP INDEX i",
                "CREATE TABLE u (x INTEGER PRIMARY KEY)");

        try (DatabaseDiff diff = compared.diff()) {
            assertThat(diff.schema())
                    .extracting(change -> change.kind() + " " + change.type() + " " + change.name())
                    .containsExactly("CHANGED view v", "ADDED table u", "DROPPED index i");
            assertThat(diff.schema().get(0).before()).contains("CREATE VIEW v AS SELECT a FROM t");
            assertThat(diff.schema().get(1).before()).isEmpty();
            assertThat(diff.schema().get(2).table()).isEqualTo("t");
        }
        compared.script();
    }

    @Test
    void anAddedColumnWithItsDefaultIsNoChangeOfRows() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"),
                "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 5",
                "UPDATE t SET b = 'other' WHERE id = 2",
                "ALTER TABLE t DROP COLUMN a");

        assertThat(compared.tables()).containsExactly("t +0 ~1 -0 [b]");
        compared.script();
    }

    @Test
    void aVirtualTableIsShownOnceAndWithoutItsShadows() throws Exception {
        Compared compared = compare(
                List.of("CREATE VIRTUAL TABLE docs USING fts5(body)", "INSERT INTO docs VALUES ('one'), ('two')"),
                "UPDATE docs SET body = 'three' WHERE rowid = 2",
                "CREATE VIRTUAL TABLE more USING fts5(body)",
                "INSERT INTO more VALUES ('four')");

        assertThat(compared.tables()).containsExactly("docs +0 ~1 -0 [body] internal", "more +1 ~0 -0 []");
        try (DatabaseDiff diff = compared.diff()) {
            assertThat(diff.schema()).extracting(SchemaChange::name).containsExactly("more");
        }
        compared.script();
        assertThat(Sql.column(
                        compared.before(), "SELECT body FROM docs WHERE docs MATCH 'three OR one' ORDER BY rowid"))
                .containsExactly("one", "three");
    }

    @Test
    void aVirtualTableOfAnUnknownModuleIsComparedByWhatIsKnown() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (a)",
                        "PRAGMA writable_schema = ON",
                        "INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING unheard_of(x)')"),
                "INSERT INTO t VALUES (1)");

        assertThat(compared.tables()).containsExactly("t +1 ~0 -0 []");
        try (DatabaseDiff diff = compared.diff()) {
            StringBuilder script = new StringBuilder();
            diff.writeScript(script);
            assertThat(script).contains("INSERT INTO \"t\"").doesNotContain("odd");
        }
    }

    @Test
    void theNumbersOfAutoincrementAreSettings() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)"),
                "INSERT INTO t VALUES (41)",
                "DELETE FROM t",
                "PRAGMA user_version = 3");

        try (DatabaseDiff diff = compared.diff()) {
            assertThat(diff.settings())
                    .containsExactly(
                            new SettingChange("user_version", "0", "3"),
                            new SettingChange("sqlite_sequence.t", "", "41"));
        }
        compared.script();
    }

    @Test
    void theFormatOfTheFileIsASettingThatTheScriptChanges() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)"), "PRAGMA page_size = 8192", "PRAGMA auto_vacuum = FULL", "VACUUM");

        try (DatabaseDiff diff = compared.diff()) {
            assertThat(diff.settings())
                    .containsExactly(
                            new SettingChange("page_size", "4096", "8192"), new SettingChange("auto_vacuum", "0", "1"));
        }
        compared.script();
    }

    @Test
    void anEmptyDatabaseBecomesAnyOther() throws Exception {
        Path empty = Files.createFile(home.resolve("empty.db"));
        Path full = home.resolve("full.db");
        try (Connection connection = Sql.plain(full)) {
            Sql.run(connection, "PRAGMA encoding = 'UTF-16be'", "CREATE TABLE t (a)", "INSERT INTO t VALUES ('ä')");
        }
        try (DatabaseDiff diff = Comparer.compareFiles(empty, full, false)) {
            StringBuilder script = new StringBuilder();
            diff.writeScript(script);
            try (Connection connection = Sql.plain(empty)) {
                Sql.run(connection, script.toString());
            }
        }
        assertThat(Content.of(empty)).isEqualTo(Content.of(full));
        assertThat(Sql.column(empty, "PRAGMA encoding")).containsExactly("UTF-16be");
        try (DatabaseDiff back = Comparer.compareFiles(full, Files.createFile(home.resolve("new.db")), false)) {
            assertThat(back.tables()).extracting(Compared::inWords).containsExactly("t +0 ~0 -1 []");
        }
    }

    @Test
    void anotherTextEncodingIsToldAndNotScripted() throws Exception {
        Path one = home.resolve("one.db");
        Path other = home.resolve("other.db");
        try (Connection connection = Sql.plain(one)) {
            Sql.run(connection, "CREATE TABLE t (a PRIMARY KEY)", "INSERT INTO t VALUES ('x')");
        }
        try (Connection connection = Sql.plain(other)) {
            Sql.run(
                    connection,
                    "PRAGMA encoding = 'UTF-16le'",
                    "CREATE TABLE t (a PRIMARY KEY)",
                    "INSERT INTO t VALUES ('x')");
        }
        try (DatabaseDiff diff = Comparer.compareFiles(one, other, false)) {
            assertThat(diff.settings()).contains(new SettingChange("encoding", "UTF-8", "UTF-16le"));
            assertThat(diff.tables()).extracting(Compared::inWords).containsExactly("t +1 ~0 -1 []");
            assertThatThrownBy(() -> diff.writeScript(new StringBuilder()))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("UTF-16LE");
        }
    }

    @Test
    void aCollationThatOnlyTheApplicationHasIsNotNeeded() throws Exception {
        Path before = home.resolve("before.db");
        Path after = home.resolve("after.db");
        for (Path file : List.of(before, after)) {
            try (Connection connection = Sql.plain(file)) {
                Collation.create(connection, "backwards", new Backwards());
                Sql.run(
                        connection,
                        "CREATE TABLE t (k TEXT COLLATE backwards PRIMARY KEY, v) WITHOUT ROWID",
                        "CREATE TABLE u (k TEXT COLLATE backwards PRIMARY KEY, v COLLATE backwards UNIQUE)",
                        "INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)",
                        "INSERT INTO u SELECT * FROM t");
                if (file.equals(after)) {
                    Sql.run(connection, "DELETE FROM t WHERE k = 'a'", "UPDATE u SET v = 9 WHERE k = 'c'");
                }
            }
        }
        try (DatabaseDiff diff = Comparer.compareFiles(before, after, false)) {
            assertThat(diff.tables()).extracting(Compared::inWords).containsExactly("t +0 ~0 -1 []", "u +0 ~1 -0 [v]");
        }
    }

    private static final class Backwards extends Collation {
        @Override
        protected int xCompare(String left, String right) {
            return right.compareTo(left);
        }
    }

    @Test
    void readsWhatAnotherProcessCannotSeeYet() throws Exception {
        Path database = home.resolve("live.db");
        try (Connection connection = Sql.open(database);
                PrtBackup backups = PrtBackup.open(database)) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
            try (DatabaseDiff diff = backups.diff(Version.of(2), Version.NOW)) {
                // The result stays what it was when it was made.
                Sql.run(connection, "INSERT INTO t VALUES (2)");
                assertThat(diff.tables()).extracting(Compared::inWords).containsExactly("t +1 ~0 -0 []");
                try (RowChanges rows = diff.rows("t")) {
                    assertThat(rows.next().after().orElseThrow().value("a").integer())
                            .isEqualTo(1);
                    assertThat(rows.next()).isNull();
                }
                assertThatThrownBy(() -> diff.rows("u")).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(Backups.files(home.resolve("backups")))
                    .noneMatch(name -> name.contains("tmp") || name.contains("pending"));
            assertThatThrownBy(() -> backups.diff(Version.of(77), Version.NOW))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("#77");
        }
    }

    @Test
    void aStatementThatEndsInACommentIsEndedBehindIt() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)", "CREATE VIEW v AS SELECT 1"),
                "DROP VIEW v",
                "CREATE VIEW v AS SELECT 2 -- two\n;",
                "CREATE VIEW x AS SELECT '/*', \"a--\" FROM t -- /* three",
                "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END -- five");

        compared.script();
    }

    @Test
    void aKeyIsFoundWithoutTakingATextForANumber() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (k PRIMARY KEY, v) WITHOUT ROWID",
                        "INSERT INTO t VALUES ('9007199254740991', 1), (9007199254740991.0, 2), ('1', 3), (1, 4)"),
                "DELETE FROM t WHERE v IN (2, 4)");

        assertThat(compared.tables()).containsExactly("t +0 ~0 -2 []");
        compared.script();
    }

    @Test
    void theDefaultOfAnyTypeInAStrictTableKeepsItsType() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT", "INSERT INTO t VALUES (1), (2)"),
                "ALTER TABLE t ADD COLUMN a ANY DEFAULT '1'");

        assertThat(compared.tables()).isEmpty();
        compared.script();
    }

    @Test
    void theNumbersOfAnAutoincrementThatIsGoneAreKept() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)"),
                "CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT)",
                "INSERT INTO sqlite_sequence VALUES ('other', 7)",
                "DROP TABLE u",
                "CREATE TABLE v (is_autoincrement INT)");

        compared.script();
    }

    @Test
    void textWithAnOddNumberOfBytesComesThrough() throws Exception {
        Compared compared = compare(
                List.of("PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (id INTEGER PRIMARY KEY, a)"),
                "INSERT INTO t(a) VALUES (CAST(x'410042' AS TEXT)), (CAST(x'00d8' AS TEXT)), (CAST(x'00' AS TEXT))");

        compared.script();
    }

    @Test
    void aRowWithANullInItsKeyHasNoKey() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE t (a, b, c, PRIMARY KEY (a, b))",
                        "INSERT INTO t VALUES (NULL, 1, 1), (NULL, 1, 2), (NULL, 1, 3), (1, NULL, 4), (1, 1, 5)"),
                "DELETE FROM t WHERE c = 1",
                "INSERT INTO t VALUES (1, NULL, 0)",
                "UPDATE t SET c = 6 WHERE c = 5");

        assertThat(compared.tables()).containsExactly("t +1 ~1 -1 [c]");
        compared.script();
    }

    @Test
    void theScriptLeavesTheConnectionCheckingConstraints() throws Exception {
        Compared compared = compare(List.of("CREATE TABLE t (a CHECK (a > 0))"), "INSERT INTO t VALUES (1)");

        assertThat(compared.script()).endsWith("PRAGMA ignore_check_constraints = OFF;\n");
    }

    @Test
    void aFullTextIndexOverATableFindsTheSameRows() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE notes (body)",
                        "CREATE VIRTUAL TABLE found USING fts5(body, content='notes')",
                        "INSERT INTO notes VALUES ('one'), ('two'), ('three')",
                        "INSERT INTO found(found) VALUES ('rebuild')"),
                "INSERT INTO notes(rowid, body) VALUES (70, 'seventy')",
                "DELETE FROM notes WHERE body = 'one'",
                "INSERT INTO found(found) VALUES ('rebuild')");

        compared.script();
        assertThat(Sql.column(compared.before(), "SELECT body FROM found WHERE found MATCH 'seventy'"))
                .containsExactly("seventy");
    }

    @Test
    void aFullTextIndexThatNamesRowsWhichAreGoneIsNoDamage() throws Exception {
        Compared compared = compare(
                List.of(
                        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body)",
                        "CREATE VIRTUAL TABLE found USING fts5(body, content='notes', content_rowid='id')",
                        "INSERT INTO notes VALUES (1, 'one'), (2, 'two')",
                        "INSERT INTO found(found) VALUES ('rebuild')"),
                "DELETE FROM notes WHERE id = 2",
                "INSERT INTO found(rowid, body) VALUES (9, 'nowhere')");

        assertThat(compared.tables()).contains("notes +0 ~0 -1 []");
    }

    @Test
    void aCommentThatGetsItsEndFromTheScriptIsNoDifference() throws Exception {
        Compared compared = compare(
                List.of("CREATE TABLE t (a)"),
                "CREATE VIEW v AS SELECT 3 /* not closed",
                "CREATE INDEX i ON t(a) -- with a line end of its own",
                "INSERT INTO t VALUES (1)");
        StringBuilder script = new StringBuilder();
        try (DatabaseDiff diff = compared.diff()) {
            diff.writeScript(script);
        }
        try (Connection connection = Sql.plain(compared.before())) {
            Sql.run(connection, script.toString());
        }

        assertThat(compared.tables()).isEmpty();
        try (DatabaseDiff rest = compared.diff()) {
            assertThat(rest.isEmpty()).isTrue();
        }
    }

    @Test
    void aVirtualTableMadeAnewTakesItsRowsFromPagesThatAreTheSame() throws Exception {
        Path database = home.resolve("live.db");
        try (Connection connection = Sql.open(database, "backup.strategy=incremental");
                PrtBackup backups = PrtBackup.open(database)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (a)",
                    "CREATE VIRTUAL TABLE docs USING fts5(body)",
                    "INSERT INTO t VALUES (1)");
            connection.setAutoCommit(false);
            Sql.run(connection, "DROP TABLE docs", "CREATE VIRTUAL TABLE docs USING fts5(body, prefix=2)");
            connection.commit();
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            connection.rollback();
            long last = backups.getBackupHistory().get(0).backupId();
            Path before = home.resolve("before.db");
            backups.exportBackup(last - 1, before);
            Path after = home.resolve("after.db");
            backups.exportBackup(last, after);
            StringBuilder script = new StringBuilder();
            try (DatabaseDiff diff = backups.diff(Version.of(last - 1), Version.of(last))) {
                assertThat(diff.schema()).extracting(SchemaChange::name).containsExactly("docs");
                diff.writeScript(script);
            }
            try (Connection patched = Sql.plain(before)) {
                Sql.run(patched, script.toString());
            }
            assertThat(Content.of(before)).isEqualTo(Content.of(after));
        }
    }

    @Test
    void theFirstTableDecidesOnTheEncodingOfADatabaseThatHasAPage() throws Exception {
        Compared compared = Compared.of(home, List.of("PRAGMA user_version = 1"), List.of("PRAGMA user_version = 2"));
        try (Connection connection = Sql.plain(compared.after())) {
            Sql.run(connection, "PRAGMA encoding = 'UTF-16be'", "CREATE TABLE t (a)", "INSERT INTO t VALUES ('ä')");
        }

        compared.script();
        assertThat(Sql.column(compared.before(), "PRAGMA encoding")).containsExactly("UTF-16be");
    }

    @Test
    void pointsArePutTogetherOnlyWhereAPartIsNotProvedToBeEnough() throws Exception {
        Path database = home.resolve("live.db");
        try (Connection connection = Sql.open(database, "backup.strategy=incremental");
                PrtBackup backups = PrtBackup.open(database)) {
            Sql.run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
            Sql.run(connection, "INSERT INTO t VALUES (1, zeroblob(50000)), (2, 'x')");
            Sql.run(connection, "UPDATE t SET a = 'y' WHERE id = 2");
            // In place, in a page that the row overflows into: its leaf stays as it was.
            Sql.run(
                    connection,
                    "UPDATE t SET a = CAST(substr(a, 1, 40000) || x'01' || substr(a, 40002) AS BLOB)"
                            + " WHERE id = 1");
            Sql.run(connection, "VACUUM");
            Sql.run(connection, "DELETE FROM t WHERE id = 2");
            Sql.run(connection, "DELETE FROM t");
            List<Long> together = new ArrayList<>();
            backups.setProgressListener((done, total) -> together.add(done));

            assertThat(update(backups, 3, 4)).isEqualTo("t +0 ~1 -0 [a]");
            assertThat(update(backups, 6, 7)).isEqualTo("t +0 ~0 -1 []");
            assertThat(together).isEmpty();
            assertThat(update(backups, 4, 5)).isEqualTo("t +0 ~1 -0 [a]");
            assertThat(together).isNotEmpty();
        }
    }

    private static String update(PrtBackup backups, long from, long to) throws Exception {
        try (DatabaseDiff diff = backups.diff(Version.of(from), Version.of(to))) {
            return diff.tables().stream().map(Compared::inWords).findFirst().orElse("nothing");
        }
    }
}
