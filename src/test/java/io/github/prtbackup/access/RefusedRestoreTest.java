package io.github.prtbackup.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore by who may not write the database changes nothing, its backups included. Needs root. */
class RefusedRestoreTest {
    @TempDir
    static Path classes;

    @TempDir
    Path root;

    private User owner;
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
        owner = new User(1001, 1001, classes);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        home = Files.createDirectory(root.resolve("home"));
        database = home.resolve("p.db");
        backups = home.resolve("backups");
    }

    private void create(String journalMode) throws Exception {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "PRAGMA journal_mode = " + journalMode, "CREATE TABLE t(a)");
        }
        owner.own(database, 1001, "rw-r--r--");
        owner.own(home, 1001, "rwxr-xr-x");
        assertThat(owner.runs(database, "incremental", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"))
                .containsOnly("ok");
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE,r--r--r--,rwxr-xr-x",
        "DELETE,rw-r--r--,r-xr-xr-x",
        "WAL,r--r--r--,rwxr-xr-x",
        "WAL,rw-r--r--,r-xr-xr-x"
    })
    void leavesNoSafetyBackup(String journalMode, String file, String directory) throws Exception {
        create(journalMode);
        byte[] before = Files.readAllBytes(database);
        byte[] metadata = metadata();
        owner.own(database, 1001, file);
        owner.own(home, 1001, directory);

        List<String> said = owner.runs(database, "incremental", ".restore", ".undo");

        assertThat(said).hasSize(2).noneMatch("ok"::equals);
        assertThat(said.toString()).doesNotContain("SQLITE_ERROR").contains("SQLITE_");
        assertThat(Backups.count(database)).isEqualTo(2);
        assertThat(metadata()).isEqualTo(metadata);
        assertThat(database).hasBinaryContent(before);
        assertThat(Backups.files(home)).isSubsetOf("p.db", "p.db-wal", "p.db-shm", "backups");
        owner.own(database, 1001, "rw-r--r--");
        owner.own(home, 1001, "rwxr-xr-x");
        // SQLite leaves an empty log where it may not write the database, which may not be written either.
        Files.deleteIfExists(home.resolve("p.db-wal"));
        Files.deleteIfExists(home.resolve("p.db-shm"));
        assertThat(owner.runs(database, "incremental", ".undo", ".redo")).containsOnly("ok");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNoSafetyBackupOfADatabaseInUse(boolean isWritableDirectory) throws Exception {
        create("WAL");
        // Root has it open, so its log is there.
        try (Connection reader = Sql.plain(database)) {
            assertThat(Sql.column(reader, "SELECT count(*) FROM t")).containsExactly("2");
            owner.own(database, 1001, "r--r--r--");
            owner.own(home, 1001, isWritableDirectory ? "rwxr-xr-x" : "r-xr-xr-x");
            List<String> said = owner.runs(database, "incremental", ".restore", ".undo");
            assertThat(said).hasSize(2).noneMatch("ok"::equals);
            assertThat(said.toString()).doesNotContain("SQLITE_ERROR");
            assertThat(Backups.count(database)).isEqualTo(2);
            assertThat(Sql.column(reader, "SELECT count(*) FROM t")).containsExactly("2");
        }
    }

    @ParameterizedTest
    @CsvSource({"r--r--r--,rwxr-xr-x", "rw-r--r--,r-xr-xr-x"})
    void leavesNoSafetyBackupOfADamagedDatabase(String file, String directory) throws Exception {
        create("DELETE");
        Files.write(database, "no database any more".getBytes(StandardCharsets.UTF_8));
        byte[] metadata = metadata();
        owner.own(database, 1001, file);
        owner.own(home, 1001, directory);
        assertThat(owner.runs(database, "incremental", ".restore").get(0)).contains("AccessDenied");
        assertThat(Backups.count(database)).isEqualTo(2);
        assertThat(metadata()).isEqualTo(metadata);
        assertThat(database).hasContent("no database any more");
    }

    @Test
    void nothingIsNotedOfAMissingDatabaseThatCannotBeMade() throws Exception {
        create("DELETE");
        Files.delete(database);
        owner.own(home, 1001, "r-xr-xr-x");
        assertThat(owner.runs(database, "incremental", ".restore").get(0)).contains("AccessDenied");
        assertThat(new String(metadata(), StandardCharsets.UTF_8)).doesNotContain("restored_id");
    }

    private byte[] metadata() throws Exception {
        Path file = backups.resolve("backup_metadata.json");
        return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    }
}
