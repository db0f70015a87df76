package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What went wrong is said in words that a user can act upon, and nothing is said to be well that is not. */
class PlainWordsTest {

    @TempDir
    Path home;

    private Path database;

    /** Four backups. */
    @BeforeEach
    void fill() throws Exception {
        home = home.toRealPath();
        database = home.resolve("c.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (v)",
                    "INSERT INTO t VALUES (1)",
                    "INSERT INTO t VALUES (2)",
                    "INSERT INTO t VALUES (3)");
        }
    }

    @Test
    void verifyMissesBackupsWhoseFilesAreGone() throws Exception {
        List<BackupInfo> all = Backups.of(database);
        Files.delete(all.get(1).backupPath());
        Files.delete(all.get(2).backupPath());

        Cli.Result verify = Cli.run("verify", database).fails();
        assertThat(verify.out())
                .contains("""
                #3 GONE
                    the file %s is missing
                #2 GONE
                """.formatted(all.get(2).backupPath()))
                .endsWith("2 of 4 backups are good; gone: #3, #2.\n");
        assertThat(verify.err()).isEqualTo("prtbackup: 2 backups are not good; gone: #3, #2\n");
        JsonNode json = Cli.run("verify", database, "--json").fails().json().get("results");
        assertThat(json).hasSize(4);
        assertThat(json.get(1).get("ok").asBoolean()).isFalse();

        Cli.run("delete", database, 3, "--yes").succeeds();
        assertThat(Cli.run("verify", database).fails().err()).endsWith("gone: #2\n");
        Cli.run("delete", database, 2, "--yes").succeeds();
        assertThat(Cli.run("verify", database).succeeds().out()).endsWith("Both backups are good.\n");
    }

    @Test
    void filesThatAreGoneAreWarnedOfInOneLine() throws Exception {
        for (BackupInfo backup : Backups.of(database).subList(0, 3)) {
            Files.delete(backup.backupPath());
        }
        for (List<Object> command : List.<List<Object>>of(
                List.of("list", database), List.of("preview", database, 4), List.of("undo", database, "--yes"))) {
            Process process = Jvm.start(Main.class, List.of(), command.toArray());
            assertThat(Jvm.await(process).lines().filter(line -> line.contains("warning: ")))
                    .containsExactly("prtbackup: warning: The files of 3 backups are gone from "
                            + home.resolve("backups") + ", or no regular files: #1, #2, #3");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 300})
    void backupsThatAreLostAreWarnedOfInOneLine(int count) throws Exception {
        Path other = home.resolve("other.db");
        try (Connection connection = Sql.open(other, "backup.strategy=incremental")) {
            Sql.run(connection, "CREATE TABLE t(a)");
            for (int i = 0; i < count; i++) {
                Sql.run(connection, "INSERT INTO t VALUES (" + i + ")");
            }
        }
        assertThat(warnings("list", other)).isEmpty();
        List<Long> before = ids(other);
        Path log = Backups.files(home.resolve("backups")).stream()
                .filter(name -> name.startsWith("other.db") && name.endsWith(".log"))
                .map(home.resolve("backups")::resolve)
                .findFirst()
                .orElseThrow();
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            // Somewhere in the middle is the beginning of a record.
            byte[] bytes = Files.readAllBytes(log);
            int at = bytes.length / 2;
            while (!isRecord(bytes, at)) {
                at++;
            }
            file.seek(at);
            file.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        }
        List<Long> left = ids(other);
        assertThat(left).isNotEmpty().hasSizeLessThan(before.size());
        long last = IntStream.range(0, left.size())
                .filter(i -> i == left.size() - 1 || !before.get(i + 1).equals(left.get(i + 1)))
                .mapToLong(left::get)
                .findFirst()
                .orElseThrow();
        for (List<Object> command : List.<List<Object>>of(
                List.of("list", other), List.of("preview", other, left.get(0)), List.of("undo", other, "--yes"))) {
            assertThat(warnings(command.toArray()))
                    .containsExactly("prtbackup: warning: Incremental backups of " + other + " after #" + last
                            + " are lost, as what is stored of them is damaged; 'verify' tells more");
        }
    }

    private static boolean isRecord(byte[] bytes, int at) {
        return bytes[at] == bytes[0] && bytes[at + 1] == bytes[1] && bytes[at + 2] == bytes[2];
    }

    private static List<Long> ids(Path database) throws Exception {
        return Backups.of(database).stream().map(BackupInfo::backupId).toList();
    }

    private static List<String> warnings(Object... command) throws Exception {
        return Jvm.await(Jvm.start(Main.class, List.of(), command))
                .lines()
                .filter(line -> line.contains("warning: "))
                .toList();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aLinkToADatabaseThatIsMissingLeadsToItsBackups() throws Exception {
        Path links = Files.createDirectories(home.resolve("links/deep"));
        Path link = Files.createSymbolicLink(links.resolve("s.db"), Path.of("../second.db"));
        Files.createSymbolicLink(home.resolve("links/second.db"), database);
        Path circle = Files.createSymbolicLink(links.resolve("circle.db"), Path.of("circle.db"));
        Files.delete(database);
        assertThat(Cli.run("list", link).succeeds().out())
                .isEqualTo(Cli.run("list", database).succeeds().out());
        Cli.run("restore", link, 2, "--yes").succeeds();
        assertThat(database).isRegularFile();
        assertThat(link).isSymbolicLink();
        assertThat(Sql.column(link, "SELECT count(*) FROM t")).containsExactly("0");
        assertThat(Cli.run("list", circle).fails().err()).contains("no such database");
    }

    @Test
    void namesTheDirectoryThatIsMissing() throws Exception {
        Path missing = home.resolve("no/such");
        assertThat(Cli.run("export", database, 3, missing.resolve("e.db"))
                        .fails()
                        .err())
                .isEqualTo("prtbackup: no such directory: " + missing + "\n");
        assertThat(Cli.run("export", database, 3, database.resolve("e.db"))
                        .fails()
                        .err())
                .isEqualTo("prtbackup: not a directory: " + database + "\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesTheDirectoryThatCannotBeCreated() throws Exception {
        try (Connection connection = Sql.open(database, "backup.dir=/proc/xx")) {
            assertThatThrownBy(() -> Sql.run(connection, "DELETE FROM t"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("/proc/xx: the directory cannot be created")
                    .hasMessageNotContaining("creating");
        }
    }

    @Test
    void knowsNoTypesOfJava() {
        assertThat(Cli.run("restore", database, "abc", "--yes").isWrongUsage().err())
                .startsWith("prtbackup: ID: 'abc' is not a whole number\n");
        assertThat(Cli.run("undo", database, "--only", "1.5", "--yes")
                        .isWrongUsage()
                        .err())
                .startsWith("prtbackup: --only: '1.5' is not a whole number\n");
        assertThat(Cli.run("cleanup", database, "--keep", "99999999999", "--yes")
                        .isWrongUsage()
                        .err())
                .startsWith("prtbackup: --keep: '99999999999' is not a whole number that can be used here\n");
        assertThat(Cli.run("list", "").isWrongUsage().err()).startsWith("prtbackup: the name of the database is empty");
    }

    @Test
    void leavesNothingInADirectoryThatHasNoBackups() throws Exception {
        Path empty = Files.createDirectory(home.resolve("empty"));
        Path other = Files.createDirectory(home.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        for (Path directory : List.of(empty, other)) {
            List<String> before = Backups.files(directory);
            Cli.run("list", database, "--backup-dir", directory).fails();
            Cli.run("undo", database, "--yes", "--backup-dir", directory).fails();
            assertThat(Backups.files(directory)).isEqualTo(before);
        }
    }

    /** As some terminals of build tools and editors do. */
    @Test
    void aTerminalWithoutColumnsCutsNothing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                out,
                new ByteArrayOutputStream(),
                StandardCharsets.UTF_8,
                true,
                () -> 0);
        assertThat(Main.run(new String[] {"list", database.toString()}, terminal))
                .isEqualTo(0);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Auto-backup before: SQL: CREATE TABLE t\n");
    }

    @Test
    void tellsOfRedoBeforeItEnds() throws Exception {
        String what = "Without backup #4 'redo' is not possible any more.\n";
        Cli.run("undo", database, "--yes").succeeds();
        assertThat(Cli.onTerminal("n\n", "cleanup", database, "--keep", 0).out())
                .isEqualTo(what);
        assertThat(Cli.onTerminal("n\n", "delete", database, 4).out()).isEqualTo(what);
        assertThat(Cli.onTerminal("n\n", "delete", database, 5).out())
                .isEqualTo("Without backup #5 'redo' is not possible any more.\n");
        assertThat(Cli.run("cleanup", database, "--keep", 1, "--yes").succeeds().out())
                .doesNotContain("redo");
        assertThat(Cli.run("cleanup", database, "--keep", 0, "--yes").succeeds().out())
                .startsWith(what);
        assertThat(Cli.run("redo", database, "--yes").fails().err()).contains("#4 is gone");
    }

    @Test
    void saysWhoIsInTheWay() throws Exception {
        try (Neighbour neighbour = Neighbour.start()) {
            neighbour.connect(database);
            neighbour.run("BEGIN IMMEDIATE");
            String err = Cli.run("restore", database, 2, "--yes").fails().err();
            assertThat(err).contains(database + " is in use, and was waited for 3.0 s; nothing was changed; ");
            assertThat(err).contains("SQLITE_BUSY");
            if (Files.isDirectory(Path.of("/proc/self"))) {
                assertThat(err).containsPattern("open in process \\d+ \\(.*java\\)");
            }
        }
    }

    /** Who may only read is told where, and is not told of files that he knows nothing of. */
    @Test
    void namesTheDirectoryThatMayNotBeWritten() throws Exception {
        String name = database.toString();
        List<List<String>> commands = new ArrayList<>(List.of(
                List.of("create", name),
                List.of("restore", name, "2", "--yes"),
                List.of("undo", name, "--yes"),
                List.of("cleanup", name, "--keep=0", "--yes"),
                List.of("delete", name, "2", "--yes")));
        asReader(() -> {
            for (Cli.Result result : RestrictedCli.run(commands)) {
                assertThat(result.fails().err())
                        .isEqualTo("prtbackup: no permission: " + home.resolve("backups") + "\n");
                assertThat(result.out()).isEmpty();
            }
        });
    }

    @Test
    void anApplicationThatMayOnlyReadIsToldNothing() throws Exception {
        asReader(() -> assertThat(RestrictedCli.run(Reader.class, database)).isEqualTo("3\n"));
    }

    /** Connects and reads; what is logged from WARN on is printed as well. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] arguments) throws Exception {
            try (Connection connection = Sql.open(Path.of(arguments[0]))) {
                System.out.println(Sql.number(connection, "SELECT count(*) FROM t"));
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    /** With a database and backups that may only be read. */
    private void asReader(Work work) throws Exception {
        assumeTrue(Files.getFileStore(home).supportsFileAttributeView("posix"));
        Path backups = home.resolve("backups");
        try {
            for (Path file : files(backups)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            }
            Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("r--r--r--"));
            Files.setPosixFilePermissions(backups, PosixFilePermissions.fromString("r-xr-xr-x"));
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("r-xr-xr-x"));
            work.run();
        } finally {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(backups, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static List<Path> files(Path directory) throws Exception {
        return Backups.files(directory).stream().map(directory::resolve).toList();
    }

    /** The shell makes the directory and goes there, because this process may be in the C locale as well. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aCurrentDirectoryThatJavaCannotExpress() throws Exception {
        String words = "d=\"$(printf 'm\\303\\274ller')\"; mkdir \"$d\" && cp c.db \"$d\" && cd \"$d\" && exec \"$@\"";
        for (List<Object> command : List.<List<Object>>of(
                List.of("list", "c.db"),
                List.of("list", database, "--backup-dir=backups"),
                List.of("export", database, 2, "e.db"))) {
            ProcessBuilder builder = Jvm.command(Main.class, List.of(), command.toArray());
            builder.command().addAll(0, List.of("sh", "-c", words.replace("mkdir", "mkdir -p"), "sh"));
            builder.directory(home.toFile());
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isEqualTo(2);
            assertThat(output)
                    .startsWith("prtbackup: Java cannot express the current directory " + home + "/m")
                    .contains("LC_ALL=C.UTF-8");
        }
    }
}
