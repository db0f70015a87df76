package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own, whose standard streams are no terminal. */
class ProcessTest {

    @TempDir
    Path home;

    @Test
    void endsWithTheStatusOfTheCommand() throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t (x)");
        }

        // Not an argument of the process: how those are encoded is the platform's affair.
        Cli.run("create", database, "--comment", "Größe ✓").succeeds();
        assertThat(run("list", database).succeeds().out()).contains("Größe ✓");
        assertThat(run("show", database, 1, "--json")
                        .succeeds()
                        .json()
                        .get("comment")
                        .asText())
                .isEqualTo("Größe ✓");
        run("restore", database, 1).isWrongUsage();
        run("show", database, 2).fails();
        run("restore", database, 1, "--yes").succeeds();
    }

    private Cli.Result run(Object... args) throws IOException, InterruptedException {
        Path out = home.resolve("out.txt");
        Path err = home.resolve("err.txt");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Cli.Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
