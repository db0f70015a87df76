package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.HistoryQuery;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code list} and {@code show} tell of transactions, in both forms that their backups are stored in. */
class HistoryCommandsTest {

    @TempDir
    Path home;

    private Path database;

    /** Six transactions: #1 to #6 are the states before them, #7 is manual. */
    private void work(String strategy) throws Exception {
        database = home.resolve(strategy + ".db");
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=100")) {
            Sql.run(connection, "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT)");
            Sql.run(connection, "CREATE TABLE \"no tes\" (id INTEGER PRIMARY KEY, text)");
            Sql.run(connection, "INSERT INTO contacts (name) VALUES ('Ada'), ('Grace'), ('Edgar')");
            connection.setClientInfo("backup.operation", "tidy_up");
            Sql.run(connection, "UPDATE main.contacts SET name = upper(name) WHERE id > 1");
            connection.setClientInfo("backup.operation", "both");
            connection.setAutoCommit(false);
            Sql.run(connection, "INSERT INTO \"no tes\" VALUES (1, 'first')", "DELETE FROM contacts WHERE id = 1");
            connection.commit();
            connection.setAutoCommit(true);
            connection.setClientInfo("backup.operation", null);
            Sql.run(connection, "WITH old AS (SELECT 1) DELETE FROM Contacts WHERE 0");
        }
        Cli.run("create", database, "--comment", "mine").succeeds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void listTellsOperationsAndTables(String strategy) throws Exception {
        work(strategy);

        List<String> told = new ArrayList<>();
        list().forEach(backup -> told.add(
                backup.get("backup_id") + " " + backup.path("operation").asText("-") + " " + backup.path("tables")));
        assertThat(told)
                .containsExactly(
                        "7 - ",
                        "6 SQL: DELETE Contacts [\"Contacts\"]",
                        "5 both [\"no tes\"]",
                        "4 tidy_up [\"contacts\"]",
                        "3 SQL: INSERT contacts [\"contacts\"]",
                        "2 SQL: CREATE TABLE no tes [\"no tes\"]",
                        "1 SQL: CREATE TABLE contacts [\"contacts\"]");
        List<String> lines = Cli.run("list", database).succeeds().out().lines().toList();
        assertThat(lines.get(0)).matches("ID  TIME +KIND +SIZE  TABLES    COMMENT");
        assertThat(lines.get(3)).endsWith("  no tes    Auto-backup before: both");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void changesAreThoseThatHappened(String strategy) throws Exception {
        work(strategy);

        List<String> told = new ArrayList<>();
        list("--changes").forEach(backup -> told.add(backup.get("changes").toString()));
        assertThat(told)
                .containsExactly(
                        "{\"tables\":[],\"inserted\":0,\"updated\":0,\"deleted\":0,\"schema\":0}",
                        "{\"tables\":[],\"inserted\":0,\"updated\":0,\"deleted\":0,\"schema\":0}",
                        "{\"tables\":[\"contacts\",\"no tes\"],\"inserted\":1,\"updated\":0,\"deleted\":1,\"schema\":0}",
                        "{\"tables\":[\"contacts\"],\"inserted\":0,\"updated\":2,\"deleted\":0,\"schema\":0}",
                        "{\"tables\":[\"contacts\"],\"inserted\":3,\"updated\":0,\"deleted\":0,\"schema\":0}",
                        "{\"tables\":[\"no tes\"],\"inserted\":0,\"updated\":0,\"deleted\":0,\"schema\":1}",
                        "{\"tables\":[\"contacts\"],\"inserted\":0,\"updated\":0,\"deleted\":0,\"schema\":1}");
        List<String> lines =
                Cli.run("list", database, "--changes").succeeds().out().lines().toList();
        assertThat(lines.get(3)).endsWith("  contacts, no tes  +1 -1   Auto-backup before: both");
        assertThat(Cli.run("show", database, 5, "--changes").succeeds().out())
                .contains("\nOperation both\n")
                .contains("\nTables    no tes (named by its first write)\n")
                .contains("\nChanged   +1 -1 in contacts, no tes\n");
        assertThat(show(5, "--changes").get("changes").get("deleted").asLong()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--auto, 6 5 4 3 2 1",
        "--manual, 7",
        "--operation tidy_up, 4",
        "--operation TIDY*, 4",
        "--operation SQL:*, 6 3 2 1",
        "--operation tidy, ''",
        "--table CONTACTS, 6 4 3 1",
        "--table CONTACTS --changes, 5 4 3 1",
        "--table 'no tes', 5 2",
        "--table con, ''",
        "--table contacts --operation SQL:*, 6 3 1",
        "--since 1h, 7 6 5 4 3 2 1",
        "--since 2000-01-01 --until 2000-12-31, ''",
        "--until 2000-01-01T10:00, ''",
    })
    void filtersAreMetAllTogether(String options, String expected) throws Exception {
        work("full");

        List<String> words = new ArrayList<>();
        for (String word : options.replace("'no tes'", "no_tes").split(" ", -1)) {
            words.add(word.replace("no_tes", "no tes"));
        }
        List<String> ids = new ArrayList<>();
        list(words.toArray()).forEach(backup -> ids.add(backup.get("backup_id").asText()));
        assertThat(String.join(" ", ids)).isEqualTo(expected);
    }

    @Test
    void timesIncludeTheirEnds() throws Exception {
        work("incremental");

        for (BackupInfo backup : Backups.of(database)) {
            LocalDateTime time = backup.timestamp();
            assertThat(HistoryQuery.ALL.withSince(time).withUntil(time).matches(backup))
                    .isTrue();
            assertThat(HistoryQuery.ALL.withSince(time.plusSeconds(1)).matches(backup))
                    .isFalse();
            assertThat(HistoryQuery.ALL.withUntil(time.minusSeconds(1)).matches(backup))
                    .isFalse();
        }
        String today = Backups.newest(database).timestamp().toLocalDate().toString();
        assertThat(list("--until", today)).isNotEmpty();
        assertThat(list("--since", today + "T00:00")).isNotEmpty();
    }

    /** What a view, another database or a string of statements writes is not what its first statement names. */
    @Test
    void noTableIsNamedWhereItIsNotKnown() throws Exception {
        database = home.resolve("prt.db");
        Path other = home.resolve("other.db");
        try (Connection connection = Sql.open(database);
                Connection second = Sql.plain(other)) {
            Sql.run(second, "CREATE TABLE b (x)");
            Sql.run(connection, "ATTACH '" + other + "' AS o", "CREATE TABLE a (x)");
            Sql.run(connection, "CREATE TEMP TABLE a2 (x)");
            Sql.run(connection, "INSERT INTO a VALUES (1); INSERT INTO o.b VALUES (1)");
            Sql.run(connection, "CREATE INDEX i ON a (x)");
            Sql.run(connection, "DROP INDEX i");
            Sql.run(connection, "VACUUM");
            Sql.run(connection, "PRAGMA user_version = 7");
        }

        List<String> tables = Backups.of(database).stream()
                .map(backup -> backup.tables().toString())
                .toList();
        assertThat(tables).containsExactly("[a]", "[]", "[a]", "[]", "[]", "[]");
    }

    /** Damage in one file is told, and the others are still listed. */
    @Test
    void whatCannotBeComparedIsSaid() throws Exception {
        work("full");
        Path third = Path.of(list().get(4).get("backup_path").asText());
        Files.write(third, new byte[100], StandardOpenOption.TRUNCATE_EXISTING);

        Cli.Result result = Cli.run("list", database, "--changes", "--json");
        assertThat(result.status()).isZero();
        assertThat(result.err()).contains("warning: what changed after backup #3 is not known");
        assertThat(result.json().get("backups").get(4).get("changes").isNull()).isTrue();
        assertThat(result.json().get("backups").get(0).get("changes").isNull()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void whatBecameOfGarbageIsNotKnown(String strategy) throws Exception {
        work(strategy);
        Files.write(database, new byte[20_000]);

        assertUnknown(7, "The database is damaged");
        assertThat(Cli.run("list", database, "--changes").out().lines().toList().get(1))
                .matches(" *7 .* \\? +mine");
        // Kept as it is, and so the next of #7.
        Cli.run("restore", database, 7, "--yes").succeeds();
        assertUnknown(7, "is damaged");
        assertUnknown(8, "is damaged");
        assertThat(Cli.run("show", database, 6, "--changes").succeeds().out()).contains("\nChanged   none\n");
    }

    private void assertUnknown(long id, String why) {
        String warning = "prtbackup: warning: what changed after backup #" + id + " is not known: ";
        Cli.Result shown = Cli.run("show", database, id, "--changes");
        assertThat(shown.status()).isZero();
        assertThat(shown.err()).startsWith(warning).contains(why).hasLineCount(1);
        assertThat(shown.out()).contains("\nChanged   ?\n").contains("\nComment ");
        Cli.Result json = Cli.run("show", database, id, "--changes", "--json");
        assertThat(json.status()).isZero();
        assertThat(json.err()).startsWith(warning).hasLineCount(1);
        assertThat(json.json().get("changes").isNull()).isTrue();
        assertThat(json.json().get("backup_id").asLong()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--auto --manual",
                "--since yesterday",
                "--until 2025-13-01",
                "--since 2025-01-02 --until 2025-01-01",
                "--since 5"
            })
    void badFiltersAreWrongUsage(String options) {
        List<Object> words = new ArrayList<>(List.of("list", home.resolve("x.db")));
        words.addAll(List.of(options.split(" ", -1)));
        Cli.run(words.toArray()).isWrongUsage();
    }

    @Test
    void theApiAnswersTheSame() throws Exception {
        work("incremental");

        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.getBackupHistory(
                            HistoryQuery.ALL.withTable("contacts").withAutomatic(true)))
                    .extracting(BackupInfo::backupId)
                    .containsExactly(6L, 4L, 3L, 1L);
            try (var changes = backups.changesAfter(4)) {
                assertThat(changes.tables())
                        .singleElement()
                        .satisfies(table -> assertThat(table.updated()).isEqualTo(2));
            }
        }
    }

    private JsonNode list(Object... options) {
        List<Object> words = new ArrayList<>(List.of("list", database, "--json"));
        words.addAll(List.of(options));
        return Cli.run(words.toArray()).succeeds().json().get("backups");
    }

    private JsonNode show(long id, String option) {
        return Cli.run("show", database, id, "--json", option).succeeds().json();
    }
}
