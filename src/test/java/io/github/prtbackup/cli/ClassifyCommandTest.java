package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyCommandTest {

    @TempDir
    Path home;

    @Test
    void saysOneWordForEachLine() {
        assertThat(Cli.withInput("""
                                "SELECT 1"
                                "DELETE FROM t"
                                "BEGIN"
                                "SELECT 1; DELETE FROM t"
                                ""
                                "SELECT 'a\\nb' -- \\u00fc"
                                """, "classify").succeeds().out())
                .isEqualTo("READ\nWRITE\nTRANSACTION\nWRITE\nREAD\nREAD\n");
    }

    @Test
    void answersInJson() {
        assertThat(Cli.withInput("\"SELECT 1\"\n\"DELETE FROM t\"\n", "classify", "--json")
                        .succeeds()
                        .out())
                .isEqualTo("\"READ\"\n\"WRITE\"\n");
    }

    @Test
    void readsNothingFromNothing() {
        assertThat(Cli.withInput("", "classify").succeeds().out()).isEmpty();
    }

    @Test
    void namesTheLineThatIsNoJsonString() {
        for (String line :
                List.of("SELECT 1", "\"SELECT 1", "\"a\" \"b\"", "42", "null", "{\"sql\": \"SELECT 1\"}", "")) {
            Cli.Result result = Cli.withInput("\"SELECT 1\"\n\"VALUES (1)\"\n" + line + "\n\"SELECT 2\"\n", "classify");

            assertThat(result.fails().err()).as(line).contains("line 3");
            assertThat(result.out()).isEqualTo("READ\nREAD\n");
        }
    }

    @Test
    void takesABigInputAndAWideLine() {
        String many = String.join("\n", Collections.nCopies(50_000, "\"SELECT 1\"")) + "\n";
        String wide = "\"SELECT '" + "x".repeat(30_000_000) + "'\"\n";

        assertThat(Cli.withInput(many + wide, "classify").succeeds().out().lines())
                .hasSize(50_001)
                .containsOnly("READ");
    }

    @Test
    void aSchemaDecidesWhatTheTextCannot() throws Exception {
        Path database = home.resolve("p?r t#%20.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database.toUri());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t (x)");
        }
        byte[] before = Files.readAllBytes(database);
        List<String> lines = new ArrayList<>(List.of(
                "\"INSERT INTO sqlite_temp_master VALUES (1)\"",
                "\"CREATE TABLE u (x)\"",
                "\"INSERT INTO t VALUES (1)\"",
                "\"INSERT INTO nowhere VALUES (1)\"",
                "\"SELECT * FROM t\"",
                "\"COMMIT\"",
                "\"VACUUM\""));

        assertThat(Cli.withInput(String.join("\n", lines), "classify", "--database", database)
                        .succeeds()
                        .out())
                .isEqualTo("WRITE\nWRITE\nWRITE\nWRITE\nREAD\nTRANSACTION\nWRITE\n");
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
    }

    @Test
    void wantsADatabaseThatIsThere() throws Exception {
        Path missing = home.resolve("missing.db");
        Path text =
                Files.writeString(home.resolve("text.db"), "This is no database, however long it gets. ".repeat(99));

        assertThat(Cli.withInput("\"SELECT 1\"\n", "classify", "--database", missing)
                        .fails()
                        .err())
                .contains("no such database");
        assertThat(missing).doesNotExist();
        Cli.withInput("\"SELECT 1\"\n", "classify", "--database", text).fails();
    }
}
