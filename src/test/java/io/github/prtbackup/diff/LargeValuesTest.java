package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A value may be longer than a statement. */
class LargeValuesTest {
    /** Each in a transaction; and what brings all kinds of rows. */
    private static final List<String> CHANGES = List.of(
            "DELETE FROM t WHERE id = 1",
            "UPDATE t SET x = 'small' WHERE id = 1",
            "UPDATE t SET y = 1 WHERE id = 1",
            "INSERT INTO t SELECT 3, x, u || 'more', y FROM t WHERE id = 1",
            "UPDATE t SET u = u || 'more'",
            "UPDATE t SET id = 7 WHERE id = 1",
            "DELETE FROM w",
            "UPDATE w SET v = 'small'",
            "UPDATE w SET k = substr(k, 2)",
            "DELETE FROM n WHERE rowid = 1",
            "DROP TABLE t",
            "DROP TABLE w",
            "ALTER TABLE n ADD COLUMN more DEFAULT 1");

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource({
        "incremental, UTF-8, randomblob(1010000)",
        "incremental, UTF-16le, hex(randomblob(130000))",
        "full, UTF-16be, CAST(randomblob(500002) AS TEXT)",
        "full, UTF-8, '''É'' || hex(randomblob(255000)) || char(0, 65533, 128512, 39)'",
    })
    void aTransactionWithThemIsTakenBackAlone(String strategy, String encoding, String value) throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection connection =
                Sql.open(database, "encoding='" + encoding + "'", "backup.strategy=" + strategy, "backup.keep=1000")) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, x, u UNIQUE, y)",
                    "CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID",
                    "CREATE TABLE n (x)",
                    "CREATE TABLE other (x)",
                    "INSERT INTO t VALUES (1, " + value + ", " + value + ", 0), (2, " + value + ", 'u', 0)",
                    "INSERT INTO w SELECT x, x FROM t",
                    "INSERT INTO n SELECT x FROM t");
        }
        for (String change : CHANGES) {
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=1000");
                    PrtBackup backups = PrtBackup.open(database)) {
                Map<String, List<String>> before = Content.of(database);
                Sql.run(connection, change);
                long id = backups.getBackupHistory().get(0).backupId();
                Sql.run(connection, "INSERT INTO other VALUES (1)");

                backups.undoOnly(id);

                Sql.run(connection, "DELETE FROM other");
                assertThat(Content.of(database)).as(change).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zeroblob(1500000)", "hex(zeroblob(750000))", "'it''s' || hex(zeroblob(750000)) || ''''"})
    void aScriptHasThemAsLiterals(String value) throws Exception {
        Compared compared =
                Compared.of(home, List.of("CREATE TABLE t (x)"), List.of("INSERT INTO t VALUES (" + value + ")"));
        long longest;
        StringBuilder script = new StringBuilder();
        try (DatabaseDiff diff = compared.diff()) {
            longest = diff.writeScript(script);
        }

        assertThat(longest)
                .isEqualTo(script.toString()
                        .lines()
                        .mapToLong(String::length)
                        .max()
                        .orElseThrow());
        try (Connection connection = Sql.plain(compared.before(), "limit_sql_length=1000000000")) {
            Sql.run(connection, script.toString());
        }
        assertThat(Content.of(compared.before())).isEqualTo(Content.of(compared.after()));
    }

    @Test
    void aStatementIsMeasuredInTheBytesThatSqliteGets() throws Exception {
        Compared compared = Compared.of(home, List.of("CREATE TABLE t (x)"), List.of("INSERT INTO t VALUES ('aé€😀')"));
        try (DatabaseDiff diff = compared.diff()) {
            assertThat(diff.writeScript(new StringBuilder()))
                    .isEqualTo("INSERT INTO \"t\" (rowid, \"x\") VALUES (1, '');".length() + 10);
        }
    }
}
