package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code diff} prints, in all its forms. */
class DiffCommandTest {

    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void fill() throws Exception {
        database = home.resolve("prt.db");
        change("CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
        change("INSERT INTO contacts VALUES (1, 'Ada', NULL), (2, 'Alan', 'a@x'), (3, 'Kurt', 'k@x')");
        Cli.run("create", database).succeeds();
        change(
                "UPDATE contacts SET email = 'ada@x' WHERE id = 1",
                "DELETE FROM contacts WHERE id = 2",
                "INSERT INTO contacts VALUES (4, 'Grace', x'00ff')",
                "CREATE INDEX by_name ON contacts(name)",
                "PRAGMA user_version = 2");
    }

    private void change(String... statements) throws Exception {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, statements);
        }
    }

    @Test
    void printsATable() {
        assertThat(Cli.run("diff", database, 1, "now").succeeds().out()).isEqualTo("""
                        From #1 to now:
                          added index by_name on contacts
                          user_version: 0 → 2
                          TABLE     INSERTED  UPDATED  DELETED  COLUMNS
                          contacts         1        1        1  email
                        """);
    }

    @Test
    void goesBackAsWell() {
        assertThat(Cli.run("diff", database, "now", 1).succeeds().out())
                .contains("From now to #1:", "dropped index by_name", "user_version: 2 → 0");
    }

    @Test
    void saysThatNothingDiffers() {
        assertThat(Cli.run("diff", database, "now", "now").succeeds().out())
                .isEqualTo("No difference from now to now.\n");
    }

    @Test
    void printsRows() {
        assertThat(Cli.run("diff", database, 1, "now", "--rows").succeeds().out())
                .endsWith("""

                        contacts
                          ~ id=1: email NULL → 'ada@x'
                          - id=2, name='Alan', email='a@x'
                          + id=4, name='Grace', email=X'00ff'
                        """);
    }

    @Test
    void printsNoMoreRowsThanTheLimit() {
        assertThat(Cli.run("diff", database, 1, "now", "--rows", "--limit", 1)
                        .succeeds()
                        .out())
                .contains("~ id=1")
                .doesNotContain("id=2")
                .endsWith("  … and 2 rows more; --limit 0 shows all\n");
        assertThat(Cli.run("diff", database, 1, "now", "--rows", "--limit", 0)
                        .succeeds()
                        .out())
                .contains("id=4");
    }

    @Test
    void printsJson() {
        JsonNode diff = Cli.run("diff", database, 1, "now", "--json", "--rows")
                .succeeds()
                .json();

        assertThat(names(diff)).containsExactly("from", "to", "schema", "settings", "tables", "not_compared");
        assertThat(diff.get("not_compared")).isEmpty();
        assertThat(diff.get("from").get("backup_id").asLong()).isEqualTo(1);
        assertThat(diff.get("to").isNull()).isTrue();
        assertThat(diff.get("schema").get(0).toString())
                .isEqualTo("{\"change\":\"added\",\"type\":\"index\",\"name\":\"by_name\",\"table\":\"contacts\","
                        + "\"before\":null,\"after\":\"CREATE INDEX by_name ON contacts(name)\"}");
        JsonNode table = diff.get("tables").get(0);
        assertThat(names(table))
                .containsExactly(
                        "name",
                        "key",
                        "inserted",
                        "updated",
                        "deleted",
                        "changed",
                        "internal",
                        "rows",
                        "rows_left_out");
        assertThat(table.get("key").toString()).isEqualTo("[\"id\"]");
        assertThat(table.get("rows").get(0).toString())
                .isEqualTo("{\"change\":\"updated\",\"before\":{\"id\":1,\"name\":\"Ada\",\"email\":null},"
                        + "\"after\":{\"id\":1,\"name\":\"Ada\",\"email\":\"ada@x\"},\"changed\":[\"email\"]}");
        assertThat(table.get("rows").get(2).get("after").get("email").toString())
                .isEqualTo("{\"blob\":\"00ff\"}");
        assertThat(table.get("rows_left_out").asLong()).isZero();
    }

    @Test
    void jsonHasNoRowsThatNobodyAskedFor() {
        JsonNode diff = Cli.run("diff", database, 1, "now", "--json").succeeds().json();

        assertThat(diff.get("tables").get(0).has("rows")).isFalse();
    }

    @Test
    void printsAScript() throws Exception {
        String script = Cli.run("diff", database, "now", 1, "--sql").succeeds().out();
        change(script);

        assertThat(Sql.column(database, "SELECT name FROM contacts ORDER BY id"))
                .containsExactly("Ada", "Alan", "Kurt");
        assertThat(Cli.run("diff", database, "now", 1).succeeds().out()).startsWith("No difference");
        assertThat(Cli.run("diff", database, "now", 1, "--sql").succeeds().out())
                .isEmpty();
    }

    @Test
    void sendsNoControlCharacterToATerminal() throws Exception {
        change("CREATE TABLE \"\u001b[31mred\" (a)", "INSERT INTO \"\u001b[31mred\" VALUES (char(27) || '[32m')");
        for (String option : List.of("--rows", "--json", "--sql")) {
            assertThat(Cli.onTerminal("", "diff", database, 1, "now", option).out())
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void namesTheBackupThatIsNotThere() {
        assertThat(Cli.run("diff", database, 1, 77).fails().err()).contains("#77", "[1]");
    }

    @Test
    void failsWhereThereIsNoDatabaseNow() throws Exception {
        Files.delete(database);

        assertThat(Cli.run("diff", database, 1, "now").fails().err()).contains("no such database");
        assertThat(Cli.run("diff", database, 1, 1).succeeds().out()).startsWith("No difference");
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
