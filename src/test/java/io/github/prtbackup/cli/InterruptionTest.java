package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C while a command works on a large backup: what was there stays, and nothing else is left. */
@EnabledOnOs(OS.LINUX) // elsewhere nothing makes sure that the signal is not ignored
class InterruptionTest {
    private static final int BY_SIGNAL = 128 + 2;

    @TempDir
    Path home;

    private Path database;
    private String before;

    /** #1 is stored as pages, #2 as a file; each is 50 MB. */
    @BeforeEach
    void fill() throws Exception {
        database = home.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, v)",
                    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 50000)"
                            + " INSERT INTO t SELECT i, randomblob(950) FROM n");
        }
        try (Connection connection = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(connection, "UPDATE t SET v = 1 WHERE id % 1000 = 0");
        }
        Cli.run("create", database).succeeds();
        Sql.column(database, "SELECT 1");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "UPDATE t SET v = 2 WHERE id % 1000 = 0");
        }
        before = content();
    }

    private String content() throws Exception {
        return Sql.column(database, "SELECT count(*) || ' ' || sum(v) FROM t WHERE typeof(v) = 'integer'")
                .get(0);
    }

    /** A build that runs in the background may ignore the signal, and children inherit that. */
    private static Process start(Object... arguments) throws Exception {
        ProcessBuilder process = Jvm.command(Main.class, List.of(), arguments);
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(process.command());
        return process.command(command).start();
    }

    @ParameterizedTest
    @CsvSource({
        "restore 1 --yes, 0",
        "restore 1 --yes, 150",
        "restore 1 --yes, 400",
        "restore 2 --yes, 0",
        "restore 2 --yes, 300",
        "undo --yes, 300",
        "redo --yes, 300",
        "export 1 exported.db, 0",
        "export 1 exported.db, 200",
        "diff 1 now, 0",
        "diff 1 now, 300",
        "verify 1, 0",
        "verify 1, 200",
        "verify, 0",
        "verify, 100",
        "verify --deep, 300",
    })
    void leavesEverythingAsItWas(String command, long later) throws Exception {
        if (command.startsWith("redo")) {
            Cli.run("undo", database, "--yes").succeeds();
            before = content();
        }
        List<String> files = Backups.files(home);
        List<String> backups = Backups.files(home.resolve("backups"));
        String[] words = command.split(" ", -1);
        Object[] arguments = new Object[words.length + 1];
        arguments[0] = words[0];
        arguments[1] = database;
        for (int i = 1; i < words.length; i++) {
            arguments[i + 1] = words[i].endsWith(".db") ? home.resolve(words[i]) : words[i];
        }

        Process process = start(arguments);
        while (process.isAlive()
                && Backups.files(home.resolve("backups")).stream().noneMatch(name -> name.startsWith(".tmp-"))) {
            Thread.onSpinWait();
        }
        // Another moment of its work each time; whatever it is, the same holds afterwards.
        boolean isOver = process.waitFor(later, TimeUnit.MILLISECONDS);
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(output).doesNotContain("\tat ");
        if (isOver || !output.contains("nothing was changed")) {
            // It had come too far to turn back, or was done.
            assertThat(process.exitValue()).as(output).isIn(0, BY_SIGNAL);
        } else {
            assertThat(process.exitValue()).as(output).isEqualTo(BY_SIGNAL);
            assertThat(content()).isEqualTo(before);
            assertThat(Backups.files(home)).isEqualTo(files);
            assertThat(Backups.files(home.resolve("backups"))).isEqualTo(backups);
        }
        assertThat(Backups.files(home.resolve("backups"))).noneMatch(name -> name.startsWith(".tmp-"));
        assertThat(Backups.files(home)).noneMatch(name -> name.matches(".*(-journal|-wal|-shm|exporting)"));
        try (Connection connection = Sql.plain(database, "busy_timeout=0")) {
            Sql.run(connection, "INSERT INTO t (v) VALUES ('nobody holds a lock')");
            assertThat(Sql.column(connection, "PRAGMA integrity_check")).containsExactly("ok");
        }
    }

    /** Where somebody is asked, nothing has begun yet. */
    @ParameterizedTest
    @CsvSource("classify")
    void endsAtOnceWhereItWaitsForInput(String command) throws Exception {
        Process process = start(command);
        try (var questions = process.outputWriter();
                var answers = process.inputReader()) {
            questions.write("\"SELECT 1\"\n");
            questions.flush();
            assertThat(answers.readLine()).isEqualTo("READ");
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(BY_SIGNAL);
        }
    }
}
