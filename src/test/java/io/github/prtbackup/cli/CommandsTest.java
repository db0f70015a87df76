package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on a real database, by what it prints, its status and what it leaves on the disk. */
class CommandsTest {
    private static final String ESCAPE = "\u001b";

    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void fill() throws SQLException {
        database = home.resolve("prt.db");
        sql("CREATE TABLE contacts (name TEXT)", "INSERT INTO contacts VALUES ('Ada')");
    }

    @Nested
    class Create {

        @Test
        void printsTheBackup() {
            assertThat(create("first").out()).matches("Backup #1: .*prt\\.db\\.backup_.*\\.db, 8\\.0 KB\n");
        }

        @Test
        void printsTheBackupAsJson() {
            JsonNode backup = Cli.run("create", database, "--comment", "Before the move", "--json")
                    .succeeds()
                    .json();

            assertThat(names(backup))
                    .containsExactly(
                            "backup_id",
                            "timestamp",
                            "backup_path",
                            "comment",
                            "is_auto",
                            "size_bytes",
                            "original_path",
                            "sha256");
            assertThat(backup.get("backup_id").isIntegralNumber()).isTrue();
            assertThat(backup.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d");
            assertThat(Path.of(backup.get("backup_path").asText())).isAbsolute().exists();
            assertThat(backup.get("comment").asText()).isEqualTo("Before the move");
            assertThat(backup.get("is_auto").booleanValue()).isFalse();
            assertThat(backup.get("size_bytes").longValue()).isEqualTo(8192);
            assertThat(Path.of(backup.get("original_path").asText())).isEqualTo(database);
            assertThat(backup.get("sha256").asText()).matches("[0-9a-f]{64}");
        }

        @Test
        void makesNoDatabaseThatIsNotThere() {
            Path missing = home.resolve("missing.db");

            assertThat(Cli.run("create", missing).fails().err()).contains("no such database", missing.toString());
            assertThat(missing).doesNotExist();
            assertThat(home.resolve("backups")).doesNotExist();
        }

        @Test
        void refusesADirectory() {
            assertThat(Cli.run("create", home).fails().err()).contains("directory");
        }

        @Test
        void refusesAFileThatIsNoDatabase() throws Exception {
            Path text = Files.writeString(
                    home.resolve("text.db"), "This is no database, however long it gets. ".repeat(99));

            assertThat(Cli.run("create", text).fails().err()).doesNotContain("\tat ");
            assertThat(Cli.run("create", text, "--debug").err()).contains("\tat ");
        }

        @Test
        void usesTheDirectoryItIsGiven() {
            Path elsewhere = home.resolve("else where");
            Cli.run("create", database, "--backup-dir", elsewhere).succeeds();

            assertThat(elsewhere.resolve("backup_metadata.json")).exists();
            assertThat(home.resolve("backups")).doesNotExist();
            assertThat(list("--backup-dir", elsewhere)).hasSize(1);
            assertThat(list()).isEmpty();
        }

        @Test
        void takesADatabaseWithAnOddName() throws SQLException {
            database = home.resolve("@a b?c#d%20'e.db");
            sql("CREATE TABLE t (x)");
            create("odd");

            assertThat(list())
                    .singleElement()
                    .satisfies(backup ->
                            assertThat(backup.get("original_path").asText()).isEqualTo(database.toString()));
        }
    }

    @Nested
    class ListAndShow {

        @Test
        void listIsAnAlignedTableNewestFirst() throws Exception {
            automatic("add_tag");
            create("mine");

            List<String> lines =
                    Cli.run("list", database).succeeds().out().lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0)).matches("ID  TIME +KIND + SIZE  COMMENT");
            assertThat(lines.get(1)).matches(" 2  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  manual  8\\.0 KB  mine");
            assertThat(lines.get(2)).endsWith("  auto    8.0 KB  Auto-backup before: add_tag");
        }

        @Test
        void listOfNothing() {
            assertThat(Cli.run("list", database).succeeds().out()).isEqualTo("No backups of " + database + ".\n");
            assertThat(list()).isEmpty();
        }

        @Test
        void listLeavesNoTrace() throws Exception {
            Path missing = home.resolve("missing.db");

            assertThat(Cli.run("list", missing).fails().err()).contains("no such database");
            assertThat(Cli.run("show", missing, 1).fails().err()).contains("no such database");
            Cli.run("list", database).succeeds();
            Cli.run("show", database, 1).fails();
            try (var files = Files.list(home)) {
                assertThat(files).containsExactly(database);
            }
        }

        @Test
        void theHistoryOutlivesTheDatabase() throws Exception {
            create("all that is left");
            Files.delete(database);

            assertThat(list()).hasSize(1);
            Cli.run("show", database, 1).succeeds();
            Cli.run("verify", database).succeeds();
            Cli.run("export", database, 1, home.resolve("found.db")).succeeds();
            Cli.run("delete", database, 1, "--yes").succeeds();
            assertThat(database).doesNotExist();
        }

        @Test
        void commentsAreCutOnATerminalOnly() {
            String comment = "wide ".repeat(40).strip();
            create(comment);

            assertThat(Cli.run("list", database).out()).contains(comment);
            assertThat(Cli.onTerminal("", "list", database).out().lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60))
                    .last()
                    .asString()
                    .endsWith("…");
        }

        @Test
        void noControlCharacterOfACommentIsPrinted() {
            String comment = "a" + ESCAPE + "[31mred\r\nb\u0007\u009b2J\u202e";
            create(comment);

            String shown = "a\\u001b[31mred\\u000d\\u000ab\\u0007\\u009b2J\\u202e";
            assertThat(Cli.run("list", database).succeeds().out()).endsWith("  " + shown + "\n");
            assertThat(Cli.run("show", database, 1).succeeds().out()).contains("\nComment   " + shown + "\n");
            Cli.Result json = Cli.run("show", database, 1, "--json").succeeds();
            assertThat(json.out()).doesNotContain(ESCAPE, "\r", "\u0007", "\u009b", "\u202e");
            assertThat(json.json().get("comment").asText()).isEqualTo(comment);
        }

        @Test
        void showTellsAll() {
            create("mine");

            JsonNode backup = show(1);
            assertThat(backup).isEqualTo(list().get(0));
            assertThat(Cli.run("show", database, 1).succeeds().out().lines())
                    .containsExactly(
                            "Backup    #1",
                            "Time      " + backup.get("timestamp").asText().replace('T', ' '),
                            "Kind      manual",
                            "Comment   mine",
                            "Size      8.0 KB (8192 bytes)",
                            "File      " + backup.get("backup_path").asText(),
                            "Database  " + database,
                            "SHA-256   " + backup.get("sha256").asText());
        }

        @Test
        void anUnknownIdIsNamedWithThoseThereAre() {
            create("one");
            create("two");

            assertThat(Cli.run("show", database, 77).fails().err()).contains("77", "1", "2");
        }
    }

    @Nested
    class Restore {

        @Test
        void bringsTheDataBack() throws SQLException {
            create("good");
            sql("DELETE FROM contacts");

            JsonNode result = Cli.run("restore", database, 1, "--yes", "--json")
                    .succeeds()
                    .json();
            assertThat(names(result)).containsExactly("restored", "safety_backup");
            assertThat(result.get("restored").get("backup_id").asLong()).isEqualTo(1);
            assertThat(result.get("safety_backup").get("comment").asText())
                    .isEqualTo("Safety backup before restore of #1");
            assertThat(contacts()).containsExactly("Ada");

            assertThat(Cli.run("restore", database, 2, "--yes").succeeds().out())
                    .contains("from backup #2", "The state before is backup #3.");
            assertThat(contacts()).isEmpty();
        }

        @Test
        void bringsALostDatabaseBack() throws Exception {
            create("good");
            Files.delete(database);

            JsonNode result = Cli.run("restore", database, 1, "--yes", "--json")
                    .succeeds()
                    .json();
            assertThat(result.has("safety_backup")).isTrue();
            assertThat(result.get("safety_backup").isNull()).isTrue();
            assertThat(contacts()).containsExactly("Ada");
        }

        @Test
        void needsYesWhereNobodyCanAnswer() throws SQLException {
            create("good");
            sql("DELETE FROM contacts");

            assertThat(Cli.run("restore", database, 1).isWrongUsage().err()).contains("--yes");
            assertThat(contacts()).isEmpty();
        }

        @Test
        void asksOnATerminal() throws SQLException {
            create("good");
            sql("DELETE FROM contacts");

            for (String answer : List.of("n\n", "\n", "", "yo\n")) {
                Cli.Result refused = Cli.onTerminal(answer, "restore", database, 1);
                assertThat(refused.status()).isEqualTo(1);
                assertThat(refused.err())
                        .matches(
                                "(?s)Restore .* from backup #1 of .* \\(good\\)\\? \\[y/N] prtbackup: nothing was done\n");
            }
            assertThat(contacts()).isEmpty();
            assertThat(Cli.onTerminal("Yes\n", "restore", database, 1).status()).isEqualTo(0);
            assertThat(contacts()).containsExactly("Ada");
        }

        @Test
        void refusesADamagedBackup() throws Exception {
            create("good");
            damage(1);
            sql("DELETE FROM contacts");

            Cli.run("restore", database, 1, "--yes").fails();
            assertThat(contacts()).isEmpty();
            assertThat(list()).hasSize(1);
        }

        @Test
        void refusesABackupWhoseFileIsGone() throws Exception {
            create("good");
            create("bad");
            Path gone = Path.of(show(2).get("backup_path").asText());
            Files.delete(gone);

            assertThat(Cli.run("restore", database, 2, "--yes").fails().err()).contains("#2", gone.toString());
            assertThat(contacts()).containsExactly("Ada");
        }

        @Test
        void namesTheUnknownId() {
            create("good");

            assertThat(Cli.run("restore", database, 9, "--yes").fails().err()).contains("9", "1");
        }
    }

    @Nested
    class Verify {

        @Test
        void findsNothingWrong() {
            create("one");
            create("two");

            JsonNode results = Cli.run("verify", database, "--json").succeeds().json();
            assertThat(names(results)).containsExactly("results", "problems", "notes");
            assertThat(results.get("results")).hasSize(2).allSatisfy(result -> {
                assertThat(names(result)).containsExactly("backup_id", "ok", "checked", "problems", "left_out");
                assertThat(result.get("left_out")).isEmpty();
                assertThat(result.get("ok").booleanValue()).isTrue();
                assertThat(result.get("checked")).isNotEmpty();
                assertThat(result.get("problems")).isEmpty();
            });
            assertThat(Cli.run("verify", database).succeeds().out())
                    .contains("#1 ok (")
                    .contains("#2 ok (")
                    .endsWith("Both backups are good.\n");
        }

        @Test
        void namesWhatIsWrong() throws Exception {
            create("one");
            create("two");
            create("three");
            damage(2);

            Cli.Result verify = Cli.run("verify", database).fails();
            assertThat(verify.err()).isEqualTo("prtbackup: 1 backup is not good; damaged: #2\n");
            assertThat(verify.out())
                    .contains("#1 ok", "#2 DAMAGED", "#3 ok")
                    .endsWith("2 of 3 backups are good; damaged: #2.\n");
            JsonNode results = Cli.run("verify", database, "2", "3", "2", "--json")
                    .fails()
                    .json()
                    .get("results");
            assertThat(results).hasSize(2);
            assertThat(results.get(0).get("backup_id").asLong()).isEqualTo(2);
            assertThat(results.get(0).get("ok").booleanValue()).isFalse();
            assertThat(results.get(0).get("problems")).isNotEmpty();
            assertThat(results.get(1).get("ok").booleanValue()).isTrue();
            Cli.run("verify", database, 1, 3).succeeds();
        }

        @Test
        void saysHowItChecked() {
            create("one");
            create("two");

            assertThat(Cli.run("verify", database).succeeds().out().lines())
                    .contains(
                            "#2 ok (file present, size, SHA-256, integrity_check)",
                            "#1 ok (file present, size, SHA-256)")
                    .anyMatch(line -> line.contains("--deep"));
            for (Cli.Result each :
                    new Cli.Result[] {Cli.run("verify", database, "--deep"), Cli.run("verify", database, 2, 1)}) {
                assertThat(each.succeeds().out().lines())
                        .contains(
                                "#2 ok (file present, size, SHA-256, integrity_check)",
                                "#1 ok (file present, size, SHA-256, integrity_check)")
                        .noneMatch(line -> line.contains("--deep"));
                assertThat(each.err()).isEmpty();
            }
        }

        @Test
        void saysThatAHistoryCannotBeRead() throws Exception {
            try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
                Sql.run(ours, "CREATE TABLE verified (a)");
            }
            Path backups = database.resolveSibling("backups");
            for (String name : Backups.files(backups)) {
                if (name.endsWith(".head")) {
                    Files.write(backups.resolve(name), new byte[100]);
                }
            }

            Cli.Result verify = Cli.run("verify", database).fails();
            assertThat(verify.out()).contains("Problem: the incremental backups cannot be read: ", " can be read.");
            assertThat(verify.err())
                    .contains("the incremental backups cannot be read: ")
                    .doesNotContain("Exception");
            assertThat(Cli.run("verify", database, "--json").fails().json().get("problems"))
                    .hasSize(1);
        }

        @Test
        void ofAnUnknownIdNothing() {
            create("one");

            assertThat(Cli.run("verify", database, 1, 5).fails().out()).isEmpty();
        }

        @Test
        void ofNothing() {
            assertThat(Cli.run("verify", database).succeeds().out()).startsWith("No backups");
        }
    }

    @Nested
    class CleanupAndDelete {

        @Test
        void cleanupKeepsTheNewestAndTheManual() throws Exception {
            create("mine");
            automatic("first");
            automatic("second");
            automatic("third");

            JsonNode deleted = Cli.run("cleanup", database, "--keep", "1", "--yes", "--json")
                    .succeeds()
                    .json();
            assertThat(names(deleted)).containsExactly("deleted");
            assertThat(ids(deleted.get("deleted"))).containsExactlyInAnyOrder(2L, 3L);
            assertThat(ids(list())).containsExactly(4L, 1L);
            assertThat(Cli.run("cleanup", database, "--keep", "1", "--yes")
                            .succeeds()
                            .out())
                    .isEqualTo("Nothing to delete.\n");
        }

        @Test
        void cleanupNeedsYesWhereNobodyCanAnswer() throws Exception {
            automatic("first");
            automatic("second");

            assertThat(Cli.run("cleanup", database, "--keep", "1")
                            .isWrongUsage()
                            .err())
                    .contains("--yes");
            assertThat(list()).hasSize(2);
        }

        @Test
        void cleanupAsksOnATerminalWhenThereIsSomethingToDelete() throws Exception {
            automatic("first");
            automatic("second");

            assertThat(Cli.onTerminal("n\n", "cleanup", database, "--keep", "1").err())
                    .contains("Delete the oldest 1 automatic backup of ", "[y/N]");
            assertThat(list()).hasSize(2);
            assertThat(Cli.onTerminal("y\n", "cleanup", database, "--keep", "1").status())
                    .isEqualTo(0);
            assertThat(ids(list())).containsExactly(2L);
            Cli.onTerminal("", "cleanup", database, "--keep", "1").succeeds();
        }

        @Test
        void deleteDeletesOne() {
            create("one");
            create("two");
            Path file = Path.of(show(1).get("backup_path").asText());

            JsonNode deleted =
                    Cli.run("delete", database, 1, "--yes", "--json").succeeds().json();
            assertThat(names(deleted)).containsExactly("deleted");
            assertThat(ids(deleted.get("deleted"))).containsExactly(1L);
            assertThat(file).doesNotExist();
            assertThat(ids(list())).containsExactly(2L);
            Cli.run("delete", database, 1, "--yes").fails();
        }

        @Test
        void deleteNeedsConsent() {
            create("one");

            assertThat(Cli.run("delete", database, 1).isWrongUsage().err()).contains("--yes");
            assertThat(Cli.onTerminal("", "delete", database, 1).status()).isEqualTo(1);
            assertThat(list()).hasSize(1);
            assertThat(Cli.onTerminal("y\n", "delete", database, 1).status()).isEqualTo(0);
            assertThat(list()).isEmpty();
        }
    }

    @Nested
    class Export {

        @Test
        void writesAPlainDatabase() throws SQLException {
            create("one");
            Path target = home.resolve("copy.db");

            JsonNode result =
                    Cli.run("export", database, 1, target, "--json").succeeds().json();
            assertThat(names(result)).containsExactly("exported", "file");
            assertThat(result.get("exported")).isEqualTo(show(1));
            assertThat(Path.of(result.get("file").asText())).isEqualTo(target);
            assertThat(contacts(target)).containsExactly("Ada");
        }

        @Test
        void replacesAFileOnlyByForce() throws Exception {
            create("one");
            Path target = Files.writeString(home.resolve("copy.db"), "precious");

            assertThat(Cli.run("export", database, 1, target).fails().err()).contains(target.toString(), "--force");
            assertThat(target).hasContent("precious");
            Cli.run("export", database, 1, target, "--force").succeeds();
            assertThat(contacts(target)).containsExactly("Ada");
            try (var files = Files.list(home)) {
                assertThat(files).containsExactlyInAnyOrder(database, home.resolve("backups"), target);
            }
        }

        @Test
        void neverReplacesTheDatabaseOrABackup() {
            create("one");
            create("two");
            String other = show(2).get("backup_path").asText();

            Cli.run("export", database, 1, database, "--force").fails();
            Cli.run("export", database, 1, other, "--force").fails();
            Cli.run("verify", database).succeeds();
        }

        @Test
        void neverWritesBesideTheJournalOfAnotherDatabase() throws Exception {
            create("one");
            Files.writeString(home.resolve("copy.db-journal"), "hot");

            assertThat(Cli.run("export", database, 1, home.resolve("copy.db"))
                            .fails()
                            .err())
                    .contains("copy.db-journal");
        }

        @Test
        void wantsADirectoryThatIsThere() {
            create("one");

            assertThat(Cli.run("export", database, 1, home.resolve("no/such/copy.db"))
                            .fails()
                            .err())
                    .isEqualTo("prtbackup: no such directory: " + home.resolve("no/such") + "\n");
        }
    }

    private Cli.Result create(String comment) {
        return Cli.run("create", database, "--comment=" + comment).succeeds();
    }

    private void automatic(String operation) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.autoBackupBeforeOperation(operation);
        }
    }

    private JsonNode list(Object... options) {
        List<Object> words = new ArrayList<>(List.of("list", database, "--json"));
        words.addAll(List.of(options));
        JsonNode list = Cli.run(words.toArray()).succeeds().json();
        assertThat(names(list)).containsExactly("backups");
        return list.get("backups");
    }

    private JsonNode show(long id) {
        return Cli.run("show", database, id, "--json").succeeds().json();
    }

    private void damage(long id) throws Exception {
        Path file = Path.of(show(id).get("backup_path").asText());
        byte[] bytes = Files.readAllBytes(file);
        bytes[5000] ^= 1;
        Files.write(file, bytes);
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection = plain(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private List<String> contacts() throws SQLException {
        return contacts(database);
    }

    private static List<String> contacts(Path file) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = plain(file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM contacts")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** Without the driver under test; as a URI, so that any name can be written. */
    private static Connection plain(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<Long> ids(JsonNode backups) {
        List<Long> ids = new ArrayList<>();
        backups.forEach(backup -> ids.add(backup.get("backup_id").asLong()));
        return ids;
    }
}
