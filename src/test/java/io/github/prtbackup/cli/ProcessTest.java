package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own, whose standard streams are no terminal. */
class ProcessTest {

    private static final int NATIVE_ACCESS_WARNS = 24;

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

    /** A full disk must not look like an empty history. */
    @Test
    void saysWhenTheOutputIsLost() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Path err = home.resolve("err.txt");

        Process process = new ProcessBuilder(command("--help"))
                .redirectOutput(full.toFile())
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        new Cli.Result(process.exitValue(), "", Files.readString(err)).fails();
    }

    /** Else a program that asks one statement at a time would wait for ever. */
    @Test
    @Timeout(60)
    void classifyAnswersBeforeTheNextQuestion() throws Exception {
        Process process = new ProcessBuilder(command("classify")).start();
        try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter questions = process.outputWriter(StandardCharsets.UTF_8)) {
            for (String sql : List.of("SELECT 1", "BEGIN", "DELETE FROM t")) {
                questions.write("\"" + sql + "\"\n");
                questions.flush();
                assertThat(answers.readLine()).isIn("READ", "TRANSACTION", "WRITE");
            }
        } finally {
            process.destroy();
        }
    }

    private Cli.Result run(Object... args) throws IOException, InterruptedException {
        Path out = home.resolve("out.txt");
        Path err = home.resolve("err.txt");
        Process process = new ProcessBuilder(command(args))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Cli.Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static List<String> command(Object... args) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_WARNS) {
            // The manifest of the all-in-one jar says the same.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        return command;
    }
}
