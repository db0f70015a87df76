package io.github.prtbackup.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.testing.Trees;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may write the database may write its backups, and nobody reads more of them than of it. Needs root. */
class AccessTest {
    private static final int TEAM = 2000;

    @TempDir
    static Path classes;

    @TempDir
    Path root;

    private User owner;
    private User member;
    private Path home;
    private Path database;
    private Path backups;

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
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Files.createDirectory(root.resolve("home"));
        database = home.resolve("p.db");
        backups = home.resolve("backups");
    }

    private void database(String permissions, String directory, int group) throws Exception {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t(a)");
        }
        owner.own(database, group, permissions);
        owner.own(home, group, directory);
    }

    @ParameterizedTest
    @CsvSource({
        "full,.create",
        "incremental,.create",
        "full,INSERT INTO t VALUES (0)",
        "incremental,INSERT INTO t VALUES (0)"
    })
    void rootLocksNobodyOut(String strategy, String step) throws Exception {
        database("rw-r--r--", "rwxr-xr-x", 1001);
        Member.run(database, strategy, step);
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (1)")).containsExactly("ok");
        Member.run(database, strategy, ".restore");
        Member.run(database, strategy, "INSERT INTO t VALUES (2)");
        Member.run(database, strategy, ".undo");
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (3)", ".undo", ".redo", ".create", ".cleanup"))
                .containsOnly("ok");
        assertFollowing(Set.of(1001));
    }

    @ParameterizedTest
    @CsvSource({"full,022", "incremental,077", "auto,002"})
    void aGroupSharesIt(String strategy, String umask) throws Exception {
        database("rw-rw-r--", "rwxrwxr-x", TEAM);
        User one = owner.withUmask(umask);
        User other = member.withUmask(umask);
        String[] steps = {"INSERT INTO t VALUES (1)", ".create", ".undo", ".redo", ".restore", ".export", ".cleanup"};
        assertThat(other.runs(database, strategy, steps)).containsOnly("ok");
        assertThat(one.runs(database, strategy, steps)).containsOnly("ok");
        assertThat(other.runs(database, strategy, steps)).containsOnly("ok");
        assertFollowing(Set.of(1001, 1002));
    }

    @Test
    void theyMayBeginAtTheSameTime() throws Exception {
        for (int i = 0; i < 4; i++) {
            home = Files.createDirectory(root.resolve("home" + i));
            database = home.resolve("p.db");
            database("rw-rw----", "rwxrwx---", TEAM);
            List<Process> processes = new ArrayList<>();
            for (User user : List.of(owner, member)) {
                processes.add(user.start(database, "incremental", "INSERT INTO t VALUES (1)"));
            }
            for (Process process : processes) {
                assertThat(User.results(process)).containsExactly("ok");
            }
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "rw-r--r--", "rw-rw----", "rw-rw-r--", "rw-rw-rw-", "rw----r--"})
    void everythingFollowsTheDatabase(String permissions) throws Exception {
        for (String strategy : List.of("full", "incremental")) {
            database(permissions, "rwxrwxrwx", TEAM);
            Member.run(database, strategy, "INSERT INTO t VALUES (1)");
            Member.run(database, strategy, "INSERT INTO t VALUES (2)");
            Member.run(database, strategy, ".create");
            Member.run(database, strategy, ".export");
            Files.writeString(backups.resolve("p.db.backup_20250102_153045.db"), "no database");
            Files.writeString(backups.resolve("backup_metadata.json"), "no metadata");
            Member.run(database, strategy, ".restore");
            Files.write(database, "no database any more".getBytes(StandardCharsets.UTF_8));
            Member.run(database, strategy, ".restore");
            Files.delete(database);
            Member.run(database, strategy, ".restore");
            assertThat(mode(database)).isEqualTo(permissions);
            assertFollowing(Set.of(1001));
            Trees.delete(backups);
            Files.delete(database);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void whatIsChangedLaterIsFollowed(String strategy) throws Exception {
        database("rw-------", "rwxrwxr-x", 1001);
        owner.own(home, TEAM, "rwxrwxr-x");
        Member.run(database, strategy, "INSERT INTO t VALUES (1)");
        Member.run(database, strategy, ".create");
        assertFollowing(Set.of(1001));
        for (String permissions : List.of("rw-r--r--", "rw-------", "rw-rw-r--")) {
            owner.own(database, TEAM, permissions);
            assertThat(owner.runs(database, strategy, ".export")).containsExactly("ok");
            Trees.delete(exported());
            assertFollowing(Set.of(1001));
        }
        assertThat(member.runs(database, strategy, "INSERT INTO t VALUES (1)", ".undo"))
                .containsOnly("ok");
        // What the member has made only he can change, and root.
        owner.own(database, TEAM, "rw-------");
        Member.run(database, strategy, ".create");
        assertFollowing(Set.of(1001, 1002));
    }

    private Path exported() throws Exception {
        return files(home).stream()
                .filter(file -> file.getFileName().toString().startsWith("exported-"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void whereTheGroupCannotBeGivenNobodyGetsMore(String strategy) throws Exception {
        database("rw-rw-r--", "rwxrwxr-x", TEAM);
        User stranger = owner.in();
        assertThat(stranger.runs(database, strategy, "INSERT INTO t VALUES (1)", ".create", ".restore"))
                .containsOnly("ok");
        assertThat(mode(backups)).isEqualTo("rwxr-xr-x");
        for (Path file : files(backups)) {
            assertThat(mode(file)).as(file.toString()).isIn("rw-r--r--", "rw-------");
        }
        // Root may give it, and does.
        Member.run(database, strategy, ".create");
        assertFollowing(Set.of(1001));
        assertThat(member.runs(database, strategy, "INSERT INTO t VALUES (1)")).containsExactly("ok");
    }

    @Test
    void aDirectoryThatWasNamedAndIsThereStaysAsItIs() throws Exception {
        database("rw-rw----", "rwxrwx---", TEAM);
        Path named = Files.createDirectory(root.resolve("named"));
        owner.own(named, 1001, "rwxr-xr-x");
        try (Connection connection = Sql.open(database, "backup.dir=" + named)) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        try (Connection connection = Sql.open(database, "backup.dir=" + named)) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        assertThat(mode(named)).isEqualTo("rwxr-xr-x");
        assertThat(Files.getAttribute(named, "unix:gid")).isEqualTo(1001);
        // The group of the database can list it, and is another than that of the directory.
        assertThat(mode(named.resolve(DirectoryLock.FILE_NAME))).isEqualTo("rw-r--r--");
        Path created = root.resolve("above/named");
        try (Connection connection = Sql.open(database, "backup.dir=" + created)) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        for (Path directory : List.of(created, created.getParent())) {
            assertThat(mode(directory)).isEqualTo("rwxrwx---");
            assertThat(Files.getAttribute(directory, "unix:gid")).isEqualTo(TEAM);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void databasesOfOneDirectoryKeepTheirOwnPermissions(String strategy) throws Exception {
        database("rw-------", "rwxrwxr-x", TEAM);
        Member.run(database, strategy, "INSERT INTO t VALUES (1)");
        Path shared = home.resolve("shared.db");
        Files.copy(database, shared);
        owner.own(shared, TEAM, "rw-rw----");
        Member.run(shared, strategy, "INSERT INTO t VALUES (1)");
        Member.run(shared, strategy, ".create");
        Member.run(database, strategy, ".create");
        assertThat(member.runs(shared, strategy, "INSERT INTO t VALUES (1)", ".undo"))
                .containsOnly("ok");
        for (Path file : files(backups)) {
            String name = file.getFileName().toString();
            assertThat(mode(file)).as(name).isEqualTo(name.startsWith("p.db") ? "rw-------" : "rw-rw----");
        }
    }

    @ParameterizedTest
    @CsvSource({"full, false", "full, true", "incremental, false", "incremental, true"})
    void aCopyThatIsMadePrivateIsSo(String strategy, boolean hasManual) throws Exception {
        database("rw-r--r--", "rwxrwxr-x", TEAM);
        Member.run(database, strategy, "INSERT INTO t VALUES (1)");
        if (hasManual) {
            Member.run(database, strategy, ".create");
        }
        Path copy = root.resolve("copy");
        assertThat(new ProcessBuilder("cp", "-a", home.toString(), copy.toString())
                        .start()
                        .waitFor())
                .isZero();
        Path secret = copy.resolve("p.db");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Member.run(secret, strategy, "INSERT INTO t VALUES (2)");
        Member.run(secret, strategy, ".create");
        for (Path file : files(copy.resolve("backups"))) {
            String name = file.getFileName().toString();
            if (!name.equals(DirectoryLock.FILE_NAME)) {
                assertThat(mode(file)).as(name).isEqualTo("rw-------");
            }
        }
        Member.run(database, strategy, ".create");
        assertFollowing(Set.of(1001));
    }

    @Test
    void whoMayNotWriteADamagedDatabaseDoesNotReplaceIt() throws Exception {
        database("rw-r--r--", "rwxrwxr-x", TEAM);
        Member.run(database, "full", ".create");
        owner.own(backups, TEAM, "rwxrwxr-x");
        owner.own(backups.resolve(DirectoryLock.FILE_NAME), TEAM, "rw-rw-r--");
        Files.write(database, "no database any more".getBytes(StandardCharsets.UTF_8));
        assertThat(member.runs(database, "full", ".restore").get(0)).contains("AccessDenied");
        assertThat(database).hasContent("no database any more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void whoMayOnlyReadMakesNoDirectoryThatTheOwnerCouldNotUse(String strategy) throws Exception {
        database("rw-r--r--", "rwxrwxr-x", TEAM);
        Files.setAttribute(home, "unix:mode", 02775);
        assertThat(member.runs(database, strategy, ".create").get(0))
                .contains(backups + ": is not created by a user who may only read " + database)
                .contains("backup.dir");
        assertThat(member.runs(database, strategy, "INSERT INTO t VALUES (1)").get(0))
                .contains("SQLITE_READONLY");
        // Also by a name.
        Path others = Files.createDirectory(root.resolve("others"));
        owner.own(others, TEAM, "rwxrwxr-x");
        assertThat(member.runs(database, strategy, ".create " + others.resolve("new/deep"))
                        .get(0))
                .contains("is not created by a user who may only read");
        assertThat(others).isEmptyDirectory();
        assertThat(home).isDirectoryNotContaining(file -> !file.equals(database));
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (1)", ".create", ".undo"))
                .containsOnly("ok");
        assertFollowing(Set.of(1001));
        // Where his backups lock out nobody, he may have them.
        Path own = Files.createDirectory(root.resolve("own"));
        member.own(own, 1002, "rwxr-xr-x");
        assertThat(member.runs(database, strategy, ".create " + own.resolve("new"), ".list " + own.resolve("new")))
                .containsOnly("ok");
        assertThat(member.runs(database, strategy, ".create " + own)).containsExactly("ok");
    }

    @Test
    void theOwnerOfADatabaseThatNobodyMayWriteBacksItUp() throws Exception {
        database("r--r--r--", "rwxrwxr-x", TEAM);
        assertThat(owner.runs(database, "full", ".create")).containsExactly("ok");
        assertFollowing(Set.of(1001));
    }

    @ParameterizedTest
    @CsvSource({
        "full,rw-------",
        "full,rw-r-----",
        "full,rw-r--r--",
        "full,rw-rw----",
        "incremental,rw-------",
        "incremental,rw-r-----",
        "incremental,rw-r--r--",
        "incremental,rw-rw----"
    })
    void whatIsTakenFromOthersIsNotTakenFromTheOwner(String strategy, String narrowed) throws Exception {
        database("rw-rw-r--", "rwxrwxr-x", TEAM);
        String[] steps = {"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", ".create"};
        assertThat(member.runs(database, strategy, steps)).containsOnly("ok");
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (3)")).containsExactly("ok");
        assertThat(member.runs(database, strategy, "INSERT INTO t VALUES (4)")).containsExactly("ok");
        owner.own(database, TEAM, narrowed);
        boolean mayRead = narrowed.charAt(3) == 'r';
        assertThat(member.runs(database, strategy, ".list")).containsExactly("ok");
        List<String> cleanedUp = member.runs(database, strategy, ".cleanup");
        if (mayRead) {
            assertThat(cleanedUp).containsExactly("ok");
        } else {
            assertThat(cleanedUp.get(0)).contains("may not be read by this user, who so may not change its backups");
        }
        for (Path file : files(backups)) {
            boolean isHis = (Integer) Files.getAttribute(file, "unix:uid") == 1002;
            if (isHis && !file.endsWith(DirectoryLock.FILE_NAME)) {
                assertThat(mode(file).substring(6)).as(file.toString()).isEqualTo(narrowed.substring(6));
            }
        }
        String[] all = {"INSERT INTO t VALUES (5)", ".create", ".undo", ".redo", ".restore", ".cleanup", ".list"};
        assertThat(owner.runs(database, strategy, all)).containsOnly("ok");
        // Root may do all of it.
        Member.run(database, strategy, ".list");
        assertFollowing(Set.of(1001, 1002));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void ownersWhoShareADirectoryDoNotLockEachOtherOut(String strategy) throws Exception {
        database("rw-rw-r--", "rwxrwxr-x", TEAM);
        Path other = home.resolve("other.db");
        Files.copy(database, other);
        member.own(other, TEAM, "rw-rw-r--");
        assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (1)", ".create"))
                .containsOnly("ok");
        assertThat(member.runs(other, strategy, "INSERT INTO t VALUES (1)", ".create"))
                .containsOnly("ok");
        owner.own(database, TEAM, "rw-------");
        member.own(other, TEAM, "rw-------");
        for (int i = 0; i < 2; i++) {
            assertThat(member.runs(other, strategy, "INSERT INTO t VALUES (2)", ".create"))
                    .containsOnly("ok");
            assertThat(owner.runs(database, strategy, "INSERT INTO t VALUES (2)", ".create"))
                    .containsOnly("ok");
            Member.run(database, strategy, ".create");
            Member.run(other, strategy, ".create");
        }
        for (Path file : files(backups)) {
            if (!file.endsWith(DirectoryLock.FILE_NAME)) {
                assertThat(mode(file).substring(6)).as(file.toString()).isEqualTo("---");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void aNewGroupIsLetInToWhatAMemberHasMade(String strategy) throws Exception {
        int staff = 2001;
        database("rw-rw-r--", "rwxrwxr-x", TEAM);
        User both = member.in(TEAM, staff);
        assertThat(both.runs(database, strategy, "INSERT INTO t VALUES (1)", ".create"))
                .containsOnly("ok");
        owner.own(database, staff, "rw-rw----");
        owner.own(home, staff, "rwxrwxr-x");
        Files.setAttribute(backups, "unix:gid", staff);
        Files.setAttribute(backups.resolve(DirectoryLock.FILE_NAME), "unix:gid", staff);
        assertThat(both.runs(database, strategy, ".list")).containsExactly("ok");
        assertFollowing(Set.of(1002));
        for (User user : List.of(owner.in(staff), new User(1003, 1003, classes).in(staff))) {
            assertThat(user.runs(database, strategy, "INSERT INTO t VALUES (2)", ".create"))
                    .containsOnly("ok");
        }
    }

    /** All files of the backups are as the database, and what was exported. */
    private void assertFollowing(Set<Integer> owners) throws Exception {
        Map<String, Object> wanted = Files.readAttributes(database, "unix:gid,uid");
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(database);
        SoftAssertions softly = new SoftAssertions();
        softly.assertThat(wanted.get("uid")).isEqualTo(1001);
        List<Path> all = new ArrayList<>(files(backups));
        files(home).stream()
                .filter(file -> file.getFileName().toString().startsWith("exported-"))
                .forEach(all::add);
        for (Path file : all) {
            boolean isLock = file.endsWith(DirectoryLock.FILE_NAME);
            softly.assertThat(Files.getAttribute(file, "unix:uid"))
                    .as(file.toString())
                    .isIn(owners.toArray());
            if (!isLock) {
                softly.assertThat(Files.getAttribute(file, "unix:gid"))
                        .as(file.toString())
                        .isEqualTo(wanted.get("gid"));
                softly.assertThat(mode(file)).as(file.toString()).isEqualTo(PosixFilePermissions.toString(permissions));
            }
        }
        softly.assertAll();
    }

    private static List<Path> files(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
