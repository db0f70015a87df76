package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver must know of a statement besides whether it writes. */
class StatementPropertiesTest {

    private static SqlStatement parse(String sql) {
        return Classifier.parse(sql).first();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VACUUM", "PRAGMA synchronous = 1", "DETACH aux", "VACUUM INTO 'copy.db'"})
    void sqliteRefusesTheseInsideATransaction(String sql, @TempDir Path dir) throws SQLException {
        String statement = sql.replace("copy.db", dir.resolve("copy.db").toString());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("a.db"));
                Statement on = connection.createStatement()) {
            on.executeUpdate("ATTACH '" + dir.resolve("b.db") + "' AS aux");
            on.executeUpdate("BEGIN; CREATE TABLE t (a); CREATE TABLE aux.t (a)");
            assertThat(catchThrowable(() -> on.executeUpdate(statement))).isInstanceOf(SQLException.class);
            on.executeUpdate("COMMIT");
            on.executeUpdate(statement);
        }
        assertThat(parse(sql).needsAutocommit()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA foreign_keys = ON",
                "PRAGMA wal_checkpoint",
                "restore from x",
                "backup to x",
                "VACUUM aux"
            })
    void theseDoSomethingElseThere(String sql) {
        assertThat(parse(sql).needsAutocommit()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA user_version = 1",
                "PRAGMA foreign_keys",
                "PRAGMA journal_mode",
                "REINDEX",
                "ANALYZE",
                "ATTACH 'x' AS x",
                "SELECT 1",
                "DELETE FROM t",
                "PRAGMA optimize",
                "MERGE"
            })
    void theseDoNot(String sql) {
        assertThat(parse(sql).needsAutocommit()).isFalse();
        assertThat(parse(sql).standsAlone()).isFalse();
    }

    @Test
    void onlyWritesStandAlone() {
        assertThat(parse("VACUUM").standsAlone()).isTrue();
        assertThat(parse("PRAGMA journal_mode = delete").standsAlone()).isTrue();
        assertThat(parse("restore from x").standsAlone()).isTrue();
        assertThat(parse("VACUUM INTO 'x'").standsAlone()).isFalse();
        assertThat(parse("DETACH x").standsAlone()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE FROM t | false
            DELETE FROM t RETURNING a | true
            INSERT INTO t VALUES ('returning', "returning") | false
            INSERT INTO t VALUES (1) /* returning */ | false
            WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x reTurning * | true
            PRAGMA user_version = 1 | false
            PRAGMA journal_mode = wal | true
            SELECT optimize(t) FROM t | true
            CREATE TABLE t (a) | false
            VACUUM | false
            MERGE | true
            """)
    void knowsWhichWritesLeaveACursorOpen(String sql, boolean rows) {
        assertThat(parse(sql).mayReturnRows()).isEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE t (a) | true
            CREATE TEMP TABLE t (a) | true
            DROP VIEW v | true
            ALTER TABLE t RENAME TO u | true
            ATTACH 'x' AS x | true
            DETACH x | true
            restore from x | true
            MERGE | true
            DELETE FROM t | false
            SELECT 1 | false
            VACUUM | false
            PRAGMA temp_store = 2 | true
            PRAGMA temp_store | false
            PRAGMA user_version = 1 | false
            BEGIN | false
            """)
    void knowsWhichChangeTheMeaningOfNames(String sql, boolean changes) {
        assertThat(parse(sql).changesNames()).isEqualTo(changes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            UPDATE contacts SET name = 'secret' WHERE id = 5 | UPDATE contacts
            update or ignore "my contacts" set name = 1 | UPDATE my contacts
            INSERT INTO contact_tags (contact_id, tag) VALUES (?, ?) | INSERT contact_tags
            INSERT OR IGNORE INTO aux.tags VALUES ('secret') | INSERT aux.tags
            INSERT INTO archive SELECT * FROM contacts c JOIN tags t USING (id) | INSERT archive, contacts, tags
            DELETE FROM [contacts] WHERE id IN (SELECT id FROM CONTACTS) | DELETE contacts
            WITH old AS (SELECT 1) DELETE FROM contacts WHERE a GLOB 'secret' | DELETE contacts
            REPLACE INTO contacts VALUES (1) RETURNING 'secret' | REPLACE contacts
            CREATE TABLE IF NOT EXISTS notes (a DEFAULT 'secret') | CREATE TABLE notes
            create unique index main.i on notes (a) | CREATE UNIQUE INDEX main.i
            CREATE VIRTUAL TABLE search USING fts5 (a) | CREATE VIRTUAL TABLE search
            DROP TRIGGER IF EXISTS t | DROP TRIGGER t
            ALTER TABLE notes RENAME TO n | ALTER TABLE notes
            PRAGMA user_version = 77 | PRAGMA user_version
            PRAGMA aux.USER_VERSION(77) | PRAGMA aux.USER_VERSION
            VACUUM | VACUUM
            REINDEX notes | REINDEX notes
            ANALYZE | ANALYZE
            restore from secret.db | RESTORE
            'secret' | statement
            """)
    void summarizesWithoutValues(String sql, String summary) {
        assertThat(parse(sql).summary()).isEqualTo(summary);
    }

    @Test
    void summariesAreShortLines() {
        assertThat(parse("DELETE FROM \"" + "x".repeat(1000) + "\"").summary())
                .hasSize(80)
                .endsWith("…");
        assertThat(parse("DELETE FROM \"a\nb\"").summary()).isEqualTo("DELETE a b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", textBlock = """
            DELETE FROM t /*action='add_tag'*/ | add_tag
            DELETE FROM t; /*action='add_tag'*/ | add_tag
            /* controller='c',action='add%20tag%2Fx' */ DELETE FROM t | add tag/x
            DELETE FROM t /*db_driver='x',action='it\\'s',route='%2F'*/ | it's
            DELETE FROM t /*action='a+b'*/ | a+b
            DELETE FROM t /*action='100%'*/ | 100%
            DELETE FROM t /*action=''*/ | -
            DELETE FROM t /*transaction='no'*/ | -
            DELETE FROM t WHERE a = '/*action=''x''*/' | -
            DELETE FROM t -- action='x' | -
            DELETE FROM t /*action='x | -
            DELETE FROM t | -
            """)
    void readsTheActionOfAnSqlcommenterComment(String sql, String action) {
        assertThat(parse(sql).action()).isEqualTo(action);
    }
}
