package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What triggers in {@code temp} write in another file is backed up before, whatever leads to it. */
class TempTriggersTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Any name, and any place of its event.
                "CREATE TEMP TRIGGER replace AFTER UPDATE ON t BEGIN INSERT INTO far VALUES (1); END -> UPDATE t SET b = 2",
                "CREATE TEMP TRIGGER before UPDATE ON t BEGIN INSERT INTO far VALUES (1); END -> UPDATE t SET b = 2",
                "CREATE TEMP TRIGGER IF NOT EXISTS \"INSERT ON x\" /* DELETE */ BEFORE UPDATE OF b ON main.t FOR EACH ROW"
                        + " WHEN new.b > 1 BEGIN INSERT INTO far VALUES (1); END -> UPDATE t SET b = 2",
                "CREATE TEMPORARY TRIGGER 'a b' DELETE ON [t] BEGIN SELECT 1; INSERT INTO far VALUES (1); END"
                        + " -> DELETE FROM main.t",
                // What else a change of rows calls.
                "CREATE TEMP TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO far VALUES (1); END"
                        + " -> INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 3",
                "PRAGMA recursive_triggers = ON;"
                        + "CREATE TEMP TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO far VALUES (1); END"
                        + " -> REPLACE INTO t VALUES (1, 2)",
                "PRAGMA foreign_keys = ON;"
                        + "CREATE TEMP TRIGGER g AFTER DELETE ON child BEGIN INSERT INTO far VALUES (1); END"
                        + " -> DELETE FROM t",
                "CREATE TRIGGER h AFTER UPDATE ON t BEGIN DELETE FROM child; END;"
                        + "CREATE TEMP TRIGGER g AFTER DELETE ON child BEGIN INSERT INTO far VALUES (1); END"
                        + " -> UPDATE t SET b = 2",
                "CREATE TEMP VIEW v AS SELECT a, b FROM t;"
                        + "CREATE TEMP TRIGGER g INSTEAD OF UPDATE ON v BEGIN DELETE FROM child; END;"
                        + "CREATE TEMP TRIGGER h AFTER DELETE ON child BEGIN INSERT INTO far VALUES (1); END"
                        + " -> UPDATE v SET b = 2",
                "CREATE TEMP TABLE near (a);"
                        + "CREATE TEMP TRIGGER g AFTER INSERT ON near BEGIN INSERT INTO far VALUES (new.a); END"
                        + " -> INSERT INTO near VALUES (1)",
                // Not the table that its name means now.
                "CREATE TEMP TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO far VALUES (1); END;"
                        + "CREATE TEMP TABLE t (a, b) -> UPDATE main.t SET b = 2",
            })
    void leadToOtherFiles(String script) throws Exception {
        String[] parts = script.split(" -> ", 2);
        Path main = directory.resolve("main.db");
        Path other = directory.resolve("other.db");
        try (Connection plain = Sql.plain(main)) {
            Sql.run(
                    plain,
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
                    "CREATE TABLE child (a REFERENCES t ON DELETE CASCADE)",
                    "INSERT INTO t VALUES (1, 1)",
                    "INSERT INTO child VALUES (1)");
        }
        try (Connection plain = Sql.plain(other)) {
            Sql.run(plain, "CREATE TABLE far (a)");
        }
        try (Connection connection = Sql.open(main)) {
            Sql.run(connection, "ATTACH '" + other + "' AS other", parts[0]);
            // With changes to be remembered the program of a change is not asked for.
            Sql.run(connection, "INSERT INTO child VALUES (1)");
            assertThat(Backups.count(other)).isZero();

            Sql.run(connection, parts[1]);
            assertThat(Sql.number(connection, "SELECT count(*) FROM far")).isPositive();
        }
        assertThat(Backups.count(other)).isOne();
        Path backup = Backups.export(other, directory).get(0);
        assertThat(Sql.number(backup, "SELECT count(*) FROM far")).isZero();
    }
}
