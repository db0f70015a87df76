package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.cli.CrashState.Present;
import io.github.prtbackup.testing.SmallDisk;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.testing.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command, in every state that a crash leaves, where the database may be written and where it may not. */
@EnabledOnOs(OS.LINUX) // the permissions, and the disks
class AfterCrashTest {
    private static final String ROWS = "SELECT i || ' ' || v FROM t ORDER BY i";

    @TempDir
    Path home;

    private Path data;
    private Path database;
    /** What is to be seen as the present state; null if nothing. */
    private List<String> present;

    static Stream<Arguments> states() {
        return Arrays.stream(CrashState.values())
                .flatMap(state -> Stream.of("full", "incremental").map(strategy -> Arguments.of(state, strategy)));
    }

    private void prepare(CrashState state, String strategy) throws Exception {
        data = Files.createDirectory(home.resolve("data"));
        database = data.resolve("prt.db");
        try (Connection plain = Sql.plain(database, "journal_mode=" + state.journalMode())) {
            Sql.run(plain, "CREATE TABLE other (x)", "DROP TABLE other");
        }
        try (Connection connection =
                Sql.open(database, "backup.strategy=" + strategy, "journal_mode=" + state.journalMode())) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (i INTEGER PRIMARY KEY, v)",
                    "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 200)"
                            + " INSERT INTO t SELECT x, hex(zeroblob(400)) FROM c",
                    "UPDATE t SET v = 'b' WHERE i = 5");
        }
        state.apply(database);
        Path saved = home.resolve("saved");
        Trees.copy(data, saved);
        // SQLite's own answer, on the same path, because that may be in the journal.
        present = state.present() == Present.READABLE ? rows(database) : null;
        reset();
    }

    private static List<String> rows(Path file) throws Exception {
        try (Connection plain = Sql.plain(file)) {
            return Sql.column(plain, "SELECT name FROM sqlite_schema WHERE name = 't'")
                            .isEmpty()
                    ? List.of()
                    : Sql.column(plain, ROWS);
        }
    }

    /** The files as the crash has left them. */
    private void reset() throws Exception {
        Trees.delete(data);
        Trees.copy(home.resolve("saved"), data);
    }

    /** Commands that only read, in an order in which none hides what another needs. */
    private List<List<String>> readingCommands() {
        String file = database.toString();
        return List.of(
                List.of("list", file),
                List.of("list", file, "--json"),
                List.of("show", file, "3"),
                List.of("verify", file, "1", "2", "3"),
                List.of("diff", file, "1", "3"),
                List.of("diff", file, "2", "3", "--rows"),
                List.of("export", file, "3", home.resolve("exported.db").toString()),
                List.of("show", file, "2", "--changes"),
                List.of("preview", file, "3", "--json"));
    }

    /** Those that look at the present state. */
    private List<List<String>> presentCommands() {
        String file = database.toString();
        return List.of(
                List.of("diff", file, "3", "now", "--sql"),
                List.of("diff", file, "now", "1"),
                List.of("log", file, "t", "5"),
                List.of("list", file, "--changes"),
                List.of("show", file, "3", "--changes"));
    }

    private interface Runner {
        List<Cli.Result> run(List<List<String>> commands) throws Exception;
    }

    private static List<Cli.Result> here(List<List<String>> commands) {
        return commands.stream().map(command -> Cli.run(command.toArray())).toList();
    }

    private void requireReading(CrashState state, Runner runner) throws Exception {
        List<List<String>> commands = new ArrayList<>(readingCommands());
        commands.addAll(presentCommands());
        List<Cli.Result> results = runner.run(commands);
        for (int i = 0; i < results.size(); i++) {
            boolean needsPresent = i >= readingCommands().size();
            Cli.Result result = results.get(i);
            assertThat(result.err()).as("%s in %s", commands.get(i), state).doesNotContain("\tat ");
            if (state.present() == Present.READABLE || !needsPresent) {
                assertThat(result.err()).as("%s in %s", commands.get(i), state).isEmpty();
                assertThat(result.status())
                        .as("%s in %s", commands.get(i), state)
                        .isZero();
            } else if (commands.get(i).get(0).equals("diff")) {
                result.fails();
            }
        }
        assertThat(rows(home.resolve("exported.db"))).hasSize(200).contains("7 " + "00".repeat(400));
        if (state.present() == Present.READABLE) {
            requireScript(results.get(readingCommands().size()).out());
        }
    }

    /** What leads from the newest backup to the present state. */
    private void requireScript(String script) throws Exception {
        Path exported = home.resolve("exported.db");
        try (Connection plain = Sql.plain(exported)) {
            Sql.run(plain, script);
        }
        assertThat(rows(exported)).isEqualTo(present);
    }

    @ParameterizedTest
    @MethodSource("states")
    void commandsReadWhatIsThere(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        requireReading(state, AfterCrashTest::here);
    }

    @ParameterizedTest
    @MethodSource("states")
    void commandsReadADiskThatIsReadOnly(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        try (SmallDisk disk = SmallDisk.readOnly(data, data)) {
            assertThat(disk.path()).isEqualTo(data);
            requireReading(state, AfterCrashTest::here);
            requireRefusals();
        }
        requireUntouched();
    }

    @ParameterizedTest
    @MethodSource("states")
    void commandsReadWhatTheyMayNotWrite(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                String mode = Files.isDirectory(file) ? "r-xr-xr-x" : "r--r--r--";
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            }
        }
        requireReading(state, RestrictedCli::run);
        requireUntouched();
    }

    @ParameterizedTest
    @MethodSource("states")
    void commandsReadAFileThatTheyMayNotWriteInADirectoryThatTheyMay(CrashState state, String strategy)
            throws Exception {
        prepare(state, strategy);
        assumeTrue(Files.exists(database));
        byte[] before = Files.readAllBytes(database);
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("r--r--r--"));
        requireReading(state, RestrictedCli::run);
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
    }

    private void requireRefusals() {
        String file = database.toString();
        for (List<String> command : List.of(
                List.of("create", file),
                List.of("undo", file, "--yes"),
                List.of("undo", file, "--only", "3", "--yes"),
                List.of("redo", file, "--yes"),
                List.of("restore", file, "1", "--yes"),
                List.of("delete", file, "1", "--yes"),
                List.of("cleanup", file, "--keep", "1", "--yes"))) {
            Cli.Result result = Cli.run(command.toArray());
            assertThat(result.status()).as("%s: %s", command, result.err()).isEqualTo(1);
            assertThat(result.err().lines()).as("%s: %s", command, result.err()).hasSize(1);
        }
    }

    private void requireUntouched() throws Exception {
        try (Stream<Path> files = Files.list(home.resolve("saved"))) {
            for (Path saved : files.filter(Files::isRegularFile).toList()) {
                assertThat(data.resolve(saved.getFileName())).hasSameBinaryContentAs(saved);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void aManualBackupHoldsThePresentState(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        Cli.Result result = Cli.run("create", database, "--comment", "after the crash");
        if (state.present() != Present.READABLE) {
            result.fails();
            return;
        }
        result.succeeds();
        Path file = home.resolve("manual.db");
        Cli.run("export", database, "4", file).succeeds();
        assertThat(rows(file)).isEqualTo(present);
        assertThat(rows(database)).isEqualTo(present);
    }

    @ParameterizedTest
    @MethodSource("states")
    void undoAndRedoWork(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        Cli.run("undo", database, "--yes").succeeds();
        assertThat(rows(database)).hasSize(200).contains("5 " + "00".repeat(400));
        Cli.Result redone = Cli.run("redo", database, "--yes");
        if (state.present() == Present.READABLE) {
            redone.succeeds();
            assertThat(rows(database)).isEqualTo(present);
        } else {
            redone.fails();
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void oneTransactionIsUndone(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        Cli.Result result = Cli.run("undo", database, "--only", "3", "--yes");
        if (state.present() != Present.READABLE) {
            result.fails();
            return;
        }
        boolean hasForeignCommit = present.contains("7 c");
        if (hasForeignCommit && result.status() == 1) {
            // What the one transaction has changed is not known.
            result.fails();
            assertThat(result.err()).contains("more than one transaction");
            assertThat(rows(database)).isEqualTo(present);
        } else {
            result.succeeds();
            assertThat(rows(database)).hasSize(200).contains("5 " + "00".repeat(400));
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void aBackupIsRestored(CrashState state, String strategy) throws Exception {
        prepare(state, strategy);
        Cli.run("restore", database, "2", "--yes").succeeds();
        assertThat(rows(database)).isEmpty();
        if (state.present() == Present.READABLE) {
            Path file = home.resolve("safety.db");
            Cli.run("export", database, "4", file).succeeds();
            assertThat(rows(file)).isEqualTo(present);
        }
    }
}
