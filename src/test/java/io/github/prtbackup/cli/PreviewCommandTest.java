package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code preview} says of a restore, which it does not do. */
class PreviewCommandTest {

    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void fill() throws Exception {
        database = home.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)");
            Cli.run("create", database).succeeds();
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            Cli.run("create", database).succeeds();
        }
    }

    @Test
    void showsWhatWouldChangeAndChangesNothing() throws Exception {
        byte[] before = Files.readAllBytes(database);

        assertThat(Cli.run("preview", database, 1, "--rows").succeeds().out()).matches("""
                        Restoring backup #1 of .* would change:
                        From now to #1:
                          TABLE  INSERTED  UPDATED  DELETED  COLUMNS
                          t             0        0        1

                        t
                          - id=2
                        The present state would be kept as a safety backup\\.
                        1 backup of a later state stays\\.
                        """);
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
        assertThat(Cli.run("list", database, "--json").json().get("backups")).hasSize(2);
    }

    @Test
    void printsJson() {
        JsonNode preview = Cli.run("preview", database, 1, "--json").succeeds().json();

        assertThat(preview.get("backup").get("backup_id").asLong()).isEqualTo(1);
        assertThat(preview.get("database_exists").asBoolean()).isTrue();
        assertThat(preview.get("later_backups")).hasSize(1);
        assertThat(preview.get("processes")).isEmpty();
        assertThat(preview.get("tables").get(0).get("deleted").asLong()).isEqualTo(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX) // elsewhere nobody tells
    void namesTheProcessesThatHaveTheDatabaseOpen() throws Exception {
        try (Neighbour neighbour = Neighbour.start()) {
            neighbour.connect(database);
            neighbour.run("SELECT count(*) FROM t");

            JsonNode processes =
                    Cli.run("preview", database, 1, "--json").succeeds().json().get("processes");
            assertThat(processes).hasSize(1);
            assertThat(Cli.run("preview", database, 1).succeeds().out())
                    .contains("Process " + processes.get(0).get("pid").asLong() + " has the database open");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesThoseThatKnowTheDatabaseByAnotherName() throws Exception {
        Path other = Files.createLink(home.resolve("other.db"), database);
        try (Neighbour neighbour = Neighbour.start()) {
            neighbour.connect(other);
            neighbour.run("SELECT count(*) FROM t");

            assertThat(Cli.run("preview", database, 1).succeeds().out()).contains("has the database open");
        }
    }

    @Test
    void saysThatADamagedDatabaseWouldBeReplaced() throws Exception {
        for (String content : List.of("garbage", "SQLite format 3\0" + "x".repeat(5000))) {
            Files.writeString(database, content);

            assertThat(Cli.run("preview", database, 1).succeeds().out())
                    .contains("The database is damaged: ", "It would be replaced, and kept as it is");
            JsonNode preview =
                    Cli.run("preview", database, 1, "--json").succeeds().json();
            assertThat(preview.get("database_exists").asBoolean()).isTrue();
            assertThat(preview.get("damage").asText()).startsWith("The database is damaged");
            assertThat(preview.has("tables")).isFalse();
            assertThat(Cli.run("diff", database, 1, "now").fails().err()).contains("The database is damaged: ");
        }
    }

    @Test
    void namesTheBackupThatIsDamaged() throws Exception {
        Path backup = Path.of(Cli.run("show", database, 1, "--json")
                .succeeds()
                .json()
                .get("backup_path")
                .asText());
        Files.write(backup, new byte[8192]);

        assertThat(Cli.run("preview", database, 1).fails().err()).contains("backup #1 is damaged: the SHA-256 is ");
        assertThat(Cli.run("diff", database, 2, 1).fails().err()).contains("Backup #1 is damaged: ");
    }

    /** A change that SQLite does not notice: the restore would be refused. */
    @Test
    void promisesNothingOfABackupThatIsNotWhatItWas() throws Exception {
        Path backup = Backups.of(database).get(0).backupPath();
        byte[] bytes = Files.readAllBytes(backup);
        // The version of the program that wrote it last.
        bytes[99] ^= 1;
        Files.write(backup, bytes);

        assertThat(Cli.run("preview", database, 1).fails().err()).contains("backup #1 is damaged: the SHA-256 is ");
        assertThat(Cli.run("preview", database, 1, "--json").fails().out()).isEmpty();
        assertThat(Cli.run("restore", database, 1, "--yes").fails().err()).contains("backup #1 is damaged: ");
    }

    @Test
    void saysThatADatabaseWouldBeMade() throws Exception {
        Files.delete(database);

        assertThat(Cli.run("preview", database, 1).succeeds().out()).contains("There is no database now");
        JsonNode preview = Cli.run("preview", database, 1, "--json").succeeds().json();
        assertThat(preview.get("database_exists").asBoolean()).isFalse();
        assertThat(preview.has("tables")).isFalse();
    }

    @Test
    void namesTheBackupThatIsNotThere() {
        assertThat(Cli.run("preview", database, 9).fails().err()).contains("#9");
    }
}
