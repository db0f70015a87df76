package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.testing.Sql;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Nobody chose the size of a value by the memory of this program. */
    @ParameterizedTest
    @ValueSource(strings = {"randomblob(60000000)", "hex(zeroblob(30000000))"})
    void saysThatAValueIsLargerThanItsMemory(String value) throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection connection = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, x)");
            Sql.run(connection, "INSERT INTO t VALUES (1, " + value + ")", "UPDATE t SET x = 0", "CREATE TABLE u (y)");
        }
        for (List<Object> command : List.<List<Object>>of(
                List.of("diff", database, 3, "now"),
                List.of("log", database, "t", 1),
                List.of("undo", database, "--only", 3, "--yes"))) {
            assertThat(runIn("-Xmx48m", command.toArray()).fails().err())
                    .contains("column x", "48 MB", "-Xmx")
                    .doesNotContain("\tat ", "unexpected");
        }
        runIn("-Xmx256m", "undo", database, "--only", 3, "--yes").succeeds();
        assertThat(Sql.number(database, "SELECT length(x) FROM t")).isEqualTo(60_000_000);
    }

    private Cli.Result run(Object... args) throws IOException, InterruptedException {
        return runIn("-Xmx256m", args);
    }

    private Cli.Result runIn(String memory, Object... args) throws IOException, InterruptedException {
        Path out = home.resolve("out.txt");
        Path err = home.resolve("err.txt");
        List<String> command = command(args);
        command.add(1, memory);
        Process process = new ProcessBuilder(command)
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
