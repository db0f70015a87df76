package io.github.prtbackup.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.testing.Sql;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may only read the database reads its backups, and gets in nobody's way. Needs root. */
class ReadersTest {
    private static final int TEAM = 2000;

    private static final String[] READING = {".list", ".verify", ".diff", ".preview", ".undoable"};

    @TempDir
    static Path classes;

    @TempDir
    Path root;

    private User owner;
    private User member;
    private User stranger;
    private Path home;
    private Path database;
    private Path backups;
    private Path lockFile;

    @BeforeAll
    static void copyClasses() throws Exception {
        assumeTrue(User.canBeAnother());
        Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
        User.copyClasses(classes);
    }

    @BeforeEach
    void setUp() throws Exception {
        owner = new User(1001, 1001, classes).in(TEAM);
        member = new User(1002, 1002, classes).in(TEAM);
        stranger = new User(1003, 1003, classes);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Files.createDirectory(root.resolve("home"));
        database = home.resolve("p.db");
        backups = home.resolve("backups");
        lockFile = backups.resolve(DirectoryLock.FILE_NAME);
    }

    private void database(String permissions) throws Exception {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t(a)");
        }
        owner.own(database, TEAM, permissions);
        owner.own(home, TEAM, "rwxr-xr-x");
    }

    @ParameterizedTest
    @CsvSource({
        "full, rw-r--r--, rw-r--r--",
        "incremental, rw-r--r--, rw-r--r--",
        "full, rw-r-----, rw-r-----",
        "incremental, rw-r-----, rw-r-----",
        "incremental, rw----r--, rw----r--",
        "incremental, rw-------, rw-------"
    })
    void whoReadsTheDatabaseReadsItsHistory(String strategy, String permissions, String ofLock) throws Exception {
        database(permissions);
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"))
                .containsOnly("ok");
        assertThat(mode(lockFile)).isEqualTo(ofLock);
        Map<String, String> before = permissions();
        for (User user : List.of(member, stranger)) {
            boolean mayRead = permissions.charAt(user.equals(member) ? 3 : 6) == 'r';
            List<String> results = user.runs(database, strategy, READING);
            assertThat(results).hasSize(READING.length);
            if (mayRead) {
                assertThat(results).containsOnly("ok");
            } else {
                assertThat(results).doesNotContain("ok");
            }
            assertThat(user.runs(database, strategy, ".create", ".cleanup", ".restore", "INSERT INTO t VALUES (3)"))
                    .hasSize(4)
                    .doesNotContain("ok");
        }
        assertThat(permissions()).isEqualTo(before);
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void allCommandsThatOnlyReadAreHis(String strategy) throws Exception {
        database("rw-r--r--");
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"))
                .containsOnly("ok");
        assertThat(stranger.command("list", database)).contains("INSERT t");
        assertThat(stranger.command("list", "--changes", database)).contains("+1");
        assertThat(stranger.command("show", database, 1)).contains("#1");
        assertThat(stranger.command("verify", database)).contains("Both backups are good");
        assertThat(stranger.command("verify", "--deep", database)).contains("Both backups are good");
        assertThat(stranger.command("log", database, "t", "--rowid", 1)).contains("a=1");
        Path own = Files.createDirectory(root.resolve("own"));
        stranger.own(own, 1003, "rwxr-xr-x");
        stranger.command("export", database, 2, own.resolve("exported.db"));
        assertThat(Sql.number(own.resolve("exported.db"), "SELECT count(*) FROM t"))
                .isEqualTo(1);
    }

    @Test
    void nothingIsFoldedThatHeReads() throws Exception {
        database("rw-r--r--");
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"))
                .containsOnly("ok");
        Path neighbour = home.resolve("neighbour.db");
        Files.copy(database, neighbour);
        owner.own(neighbour, TEAM, "rw-r--r--");
        assertThat(owner.runs(neighbour, "incremental", "INSERT INTO t VALUES (1)"))
                .containsExactly("ok");
        byte[] base = base();
        Process reading = stranger.start(database, "incremental", ".hold");
        BufferedReader output = reading.inputReader();
        assertThat(output.readLine()).isEqualTo("held");
        // The writers go on all the same.
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (3)", ".cleanup", ".create"))
                .containsOnly("ok");
        assertThat(base()).isEqualTo(base);
        reading.outputWriter().append('\n').close();
        assertThat(output.lines().toList()).containsExactly("rows 0", "ok");
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (4)", ".cleanup"))
                .containsOnly("ok");
        assertThat(base()).isNotEqualTo(base);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw-r--"})
    void theLockFileOfAnEarlierVersionIsOpenedByWhoWritesNext(String permissions) throws Exception {
        database(permissions);
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (1)"))
                .containsExactly("ok");
        boolean isShared = permissions.charAt(4) == 'w';
        owner.own(lockFile, TEAM, isShared ? "rw-rw----" : "rw-------");
        assertThat(stranger.runs(database, "incremental", ".list").get(0))
                .contains(DirectoryLock.FILE_NAME)
                .contains("is let in by the next connection");
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (1)"))
                .containsExactly("ok");
        assertThat(mode(lockFile)).isEqualTo(permissions);
        assertThat(stranger.runs(database, "incremental", READING)).containsOnly("ok");
    }

    @Test
    void aDatabaseThatIsOpenedLaterOpensTheLockFile() throws Exception {
        database("rw-------");
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (1)"))
                .containsExactly("ok");
        assertThat(stranger.runs(database, "incremental", ".list")).doesNotContain("ok");
        owner.own(database, TEAM, "rw-r--r--");
        assertThat(owner.runs(database, "incremental", ".list")).containsExactly("ok");
        assertThat(stranger.runs(database, "incremental", READING)).containsOnly("ok");
    }

    /** The directory and its lock file are another's, who has made the backups. */
    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "rw-r--r--"})
    void ownerAndGroupOfADatabaseReadItsHistoryInADirectoryOfOthers(String permissions) throws Exception {
        database(permissions);
        Path named = Files.createDirectory(root.resolve("named"));
        Files.setPosixFilePermissions(named, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (int i = 0; i < 2; i++) {
            try (Connection connection = Sql.open(database, "backup.strategy=incremental", "backup.dir=" + named)) {
                Sql.run(connection, "INSERT INTO t VALUES (1)");
            }
        }
        assertThat(owner.runs(database, "incremental", ".list " + named, ".verify " + named))
                .containsOnly("ok");
        for (User user : List.of(member, stranger)) {
            boolean mayRead = permissions.charAt(user.equals(member) ? 3 : 6) == 'r';
            List<String> results = user.runs(database, "incremental", ".list " + named, ".verify " + named);
            if (mayRead) {
                assertThat(results).containsOnly("ok");
            } else {
                assertThat(results).doesNotContain("ok");
            }
        }
    }

    private byte[] base() throws Exception {
        try (Stream<Path> files = Files.list(backups)) {
            return Files.readAllBytes(
                    files.filter(file -> file.getFileName().toString().matches("p\\.db\\.timeline-.*\\.base"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    /** Whose everything is, and who may use it. */
    private Map<String, String> permissions() throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                found.put(
                        file.toString(),
                        Files.readAttributes(file, "unix:uid,gid,mode").toString());
            }
        }
        return found;
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
