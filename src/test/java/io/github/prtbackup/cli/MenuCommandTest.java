package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The menu in a process of its own, on a pseudo-terminal that {@code script} gives it. */
@EnabledOnOs(OS.LINUX) // elsewhere script has other options
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MenuCommandTest {
    private static final String UP = "\033[A";
    private static final String DOWN = "\033[B";

    @TempDir
    Path home;

    private Path database;
    private Process process;
    private final StringBuilder screen = new StringBuilder();

    @BeforeEach
    void fill() throws Exception {
        database = home.resolve("my data.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)", "UPDATE t SET x = 2");
        }
        String command = Jvm.command(Main.class, List.of(), "menu", database).command().stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        ProcessBuilder builder =
                new ProcessBuilder("script", "-qefc", "stty cols 100 rows 40; exec " + command, "/dev/null");
        builder.environment().put("TERM", "xterm");
        process = builder.redirectErrorStream(true).start();
        waitFor("3 backups");
        waitFor("6  Quit");
    }

    @AfterEach
    void end() throws Exception {
        process.destroyForcibly().waitFor();
    }

    @Test
    void doesByKeysWhatTheCommandsDo() throws Exception {
        type("1");
        waitFor("What is it for? ");
        type("Before the trip\r");
        waitFor("Backup #4: ");
        waitFor("4 backups");
        waitFor("6  Quit");
        type(DOWN + "\r");
        waitFor("Auto-backup before: SQL");
        waitFor("6  Quit");
        type(DOWN + DOWN + DOWN + UP + "\r");
        waitFor("Preview the restore of");
        waitFor("  4  #1");
        type("2");
        waitFor("Restoring backup #3 of ");
        waitFor("From now to #3:");
        waitFor("6  Quit");
        assertThat(Sql.column(database, "SELECT x FROM t")).containsExactly("2");

        type("4");
        waitFor("  4  #1");
        type(DOWN + "\r");
        waitFor("Restore it?");
        waitFor("2  Yes");
        type(DOWN + "\r");
        waitFor("The state before is backup #5.");
        waitFor("6  Quit");
        assertThat(Sql.column(database, "SELECT x FROM t")).containsExactly("1");

        type("5");
        waitFor("How many automatic backups are to stay? ");
        type("1\r");
        waitFor("2  Yes");
        type("2");
        waitFor("Deleted backup #2");
        waitFor("6  Quit");
        type("q");
        assertThat(process.waitFor()).isZero();
        assertThat(Backups.of(database).stream().map(backup -> backup.backupId() + backup.comment()))
                .containsExactly(
                        "3Auto-backup before: SQL: UPDATE t",
                        "4Before the trip",
                        "5Safety backup before restore of #3");
    }

    @Test
    void doesNothingWithoutConsent() throws Exception {
        type("4");
        waitFor("  3  #1");
        type("q");
        waitFor("6  Quit");
        type("4");
        waitFor("  3  #1");
        type("\r");
        waitFor("2  Yes");
        type("\r");
        waitFor("6  Quit");
        type("5");
        waitFor("to stay? ");
        type("many\r");
        waitFor("2  Yes");
        type("2");
        waitFor("prtbackup: --keep: 'many' is not a whole number");
        waitFor("6  Quit");
        type("1");
        waitFor("What is it for? ");
        type("\003");
        waitFor("6  Quit");
        type("\004");
        assertThat(process.waitFor()).isZero();
        assertThat(Backups.count(database)).isEqualTo(3);
        assertThat(Sql.column(database, "SELECT x FROM t")).containsExactly("2");
    }

    @Test
    void endsByCtrlC() throws Exception {
        type("\003");
        assertThat(process.waitFor()).isZero();
        assertThat(Backups.count(database)).isEqualTo(3);
    }

    private void type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Reads the screen up to a text, and forgets all before it. */
    private void waitFor(String text) throws IOException {
        InputStream output = process.getInputStream();
        byte[] part = new byte[4096];
        int at = screen.indexOf(text);
        while (at < 0) {
            int count = output.read(part);
            assertThat(count).as("waiting for '" + text + "' in " + screen).isPositive();
            screen.append(new String(part, 0, count, StandardCharsets.UTF_8));
            at = screen.indexOf(text);
        }
        screen.delete(0, at + text.length());
    }
}
