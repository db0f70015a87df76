package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {

    @TempDir
    Path home;

    @Test
    void losesTheDataAndBringsItBack() {
        Cli.Result demo = Cli.run("demo", home.resolve("new")).succeeds();

        assertThat(demo.out())
                .contains("  DELETE FROM contacts;\n  contacts: none\n")
                .contains("Auto-backup before: create_relationship")
                .contains("Auto-backup before: SQL: DELETE contacts")
                .contains("Restored contacts.db from backup #7.")
                .contains("are as they were");
        assertThat(Cli.run("list", home.resolve("new/contacts.db"), "--json")
                        .succeeds()
                        .json()
                        .get("backups"))
                .hasSize(8);
    }

    @Test
    void leavesADatabaseAloneThatIsThereAlready() throws Exception {
        Path database = Files.writeString(home.resolve("contacts.db"), "mine");

        assertThat(Cli.run("demo", home).fails().err()).contains(database.toString());
        assertThat(database).hasContent("mine");
    }
}
