package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where there are no backups because somebody looks in the wrong place, "none" would be the wrong answer. */
class WrongPlaceTest {

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void setUp() throws Exception {
        directory = directory.toRealPath();
        database = directory.resolve("x.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (n)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "log t 1", "cleanup --keep=1 --yes", "undo --yes"})
    void aDirectoryThatDoesNotExist(String command) throws Exception {
        Path missing = directory.resolve("missing");
        assertThat(Cli.run(arguments(command, "--backup-dir", missing)).fails().err())
                .contains("no such backup directory: " + missing);
        assertThat(missing).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "log t 1", "cleanup --keep=1 --yes"})
    void aDirectoryWithoutBackupsOfIt(String command) throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        assertThat(Cli.run(arguments(command, "--backup-dir", other)).fails().err())
                .contains("no backups of " + database + " in " + other);
        assertThat(Backups.files(other)).noneMatch(name -> name.endsWith(".db"));
    }

    @Test
    void aSettingThatSaysOtherwise() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        Path other = Files.createDirectory(directory.resolve("other"));
        System.setProperty("prtbackup.dir", other.toString());
        try {
            assertThat(Cli.run("list", database).fails().err()).contains("no backups of " + database + " in " + other);
            Cli.run("create", database).succeeds();
            Cli.run("list", database).succeeds();
        } finally {
            System.clearProperty("prtbackup.dir");
        }
        assertThat(Cli.run("list", database).succeeds().out()).contains("INSERT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "log t 1", "create", "verify 1"})
    void aFileThatIsNoDatabase(String command) throws Exception {
        Path text =
                Files.writeString(directory.resolve("notes.txt"), "This is no database, and long enough.".repeat(9));
        String name = command.split(" ", 2)[0];
        assertThat(Cli.run(arguments(command.replace(name, name + " " + text)))
                        .fails()
                        .err())
                .contains("not a database: " + text);
        assertThat(directory.resolve("backups")).doesNotExist();
    }

    /** It can still be restored. */
    @Test
    void aDatabaseThatWasOverwritten() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        Files.writeString(database, "overwritten");
        assertThat(Cli.run("list", database).succeeds().out()).contains("INSERT");
    }

    @Test
    void aNewDatabaseHasNone() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.db"));
        assertThat(Cli.run("list", empty).succeeds().out()).isEqualTo("No backups of " + empty + ".\n");
        assertThat(Cli.run("list", database).succeeds().out()).isEqualTo("No backups of " + database + ".\n");
    }

    private Object[] arguments(String command, Object... more) {
        String[] words = command.split(" ", -1);
        boolean namesDatabase = words.length > 1 && words[1].startsWith("/");
        Object[] all = new Object[words.length + (namesDatabase ? 0 : 1) + more.length];
        all[0] = words[0];
        int next = 1;
        if (!namesDatabase) {
            all[next++] = database;
        }
        for (int i = 1; i < words.length; i++) {
            all[next++] = words[i];
        }
        System.arraycopy(more, 0, all, next, more.length);
        return all;
    }
}
