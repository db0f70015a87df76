package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Metadata, names, links and permissions that would lead out of the backup directory, or keep the driver from working. */
class HostileMetadataTest {
    private static final String ROW =
            "{\"backups\":[{\"backup_id\":%s,\"timestamp\":\"%s\",\"backup_path\":\"%s\",\"comment\":\"c\","
                    + "\"is_auto\":true,\"size_bytes\":%s,\"original_path\":\"%s\"}],\"next_id\":%s}";

    @TempDir
    Path directory;

    private Path database;
    private Path backups;
    private Path outside;

    @BeforeEach
    void setUp() throws Exception {
        directory = directory.toRealPath();
        database = directory.resolve("a.db");
        backups = directory.resolve("backups");
        outside = Files.createDirectory(directory.resolve("outside"));
        for (String name : List.of("victim.db", "a.db.backup_20250102_153045_auto.db")) {
            try (Connection plain = Sql.plain(outside.resolve(name))) {
                Sql.run(plain, "CREATE TABLE secret(v)");
            }
        }
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t(v)", "INSERT INTO t VALUES (1)");
        }
    }

    private static Stream<String> documents() {
        String name = "a.db.backup_20250102_153045_auto.db";
        String time = "2025-01-02T15:30:45";
        Stream<String> paths = Stream.of(
                        "%s/outside/" + name,
                        "../outside/" + name,
                        "%s/backups/../outside/" + name,
                        "%s/outside/victim.db",
                        "../outside/victim.db",
                        "%s/a.db",
                        "/etc/passwd",
                        "..",
                        ".",
                        "/",
                        "",
                        name + "/..",
                        "%s/backups/.prtbackup.lock",
                        "%s/backups/backup_metadata.json",
                        "C:\\\\outside\\\\" + name,
                        "\\\\\\\\host\\\\share\\\\" + name,
                        "\\u0000/" + name,
                        "x\\u0000/" + name,
                        "\\ud800/" + name,
                        "a.db\\u0000.backup_20250102_153045_auto.db",
                        "x".repeat(5000) + "/" + name,
                        "x".repeat(5000) + name)
                .map(path -> ROW.formatted("7", time, path, "8192", "%s/a.db", "8"));
        Stream<String> originals = Stream.of(
                        "", "/", "..", "a.db", "../a.db", "%s/outside/victim.db", "\\u0000", "/x/../%s/a.db")
                .map(original -> ROW.formatted("7", time, "/x/" + name, "8192", original, "8"));
        Stream<String> numbers = Stream.of(
                        "-1",
                        "0",
                        "1.5",
                        "1e400",
                        "\"7\"",
                        "null",
                        "9223372036854775807",
                        "9".repeat(900),
                        "9".repeat(9000))
                .flatMap(number -> Stream.of(
                        ROW.formatted(number, time, name, "8192", "%s/a.db", "8"),
                        ROW.formatted("7", time, name, number, "%s/a.db", "8"),
                        ROW.formatted("7", time, name, "8192", "%s/a.db", number)));
        Stream<String> times = Stream.of("+999999999-12-31T23:59:59", "-999999999-01-01T00:00:00", "", "yesterday")
                .map(odd -> ROW.formatted("7", odd, name, "8192", "%s/a.db", "8"));
        Stream<String> shapes = Stream.of(
                "",
                "{",
                "[]",
                "null",
                "0",
                "{}",
                "{}{}",
                "\u0000\u0000\u0000\u0000",
                "\ufeff{}",
                "{\"backups\":7}",
                "{\"backups\":[[],null,7,\"x\",{}]}",
                "{\"backups\":[],\"backups\":[{}],\"next_id\":1,\"next_id\":5}",
                "[".repeat(200_000),
                "{\"a\":".repeat(100_000),
                "{\"backups\":[" + "[],".repeat(3_000_000) + "[]]}",
                "{\"backups\":[],\"x\":\"" + "x".repeat(25_000_000) + "\"}",
                " ".repeat(40_000_000));
        return Stream.of(paths, originals, numbers, times, shapes).flatMap(all -> all);
    }

    /** One test for all, because each takes some milliseconds, and some names are megabytes. */
    @Test
    void noMetadataLeadsOutOfTheDirectoryOrStopsTheDriver() throws Exception {
        List<String> untouched = Backups.files(outside);
        int number = 0;
        for (String document : documents().toList()) {
            String what = "document " + number++ + ", " + document.substring(0, Math.min(300, document.length()));
            Files.writeString(
                    backups.resolve("backup_metadata.json"),
                    document.replace("%s", directory.toString()),
                    StandardCharsets.UTF_8);
            long rows = Sql.number(database, "SELECT count(*) FROM t");
            try (Connection connection = Sql.open(database, "backup.keep=2")) {
                Sql.run(connection, "INSERT INTO t VALUES (2)");
            }
            try (PrtBackup backup = PrtBackup.open(database)) {
                List<BackupInfo> history = backup.getBackupHistory();
                assertThat(history)
                        .as(what)
                        .isNotEmpty()
                        .allSatisfy(info -> assertThat(info.backupPath())
                                .hasParentRaw(backups)
                                .isRegularFile());
                assertThat(backup.verifyBackup(history.get(0).backupId()).problems())
                        .isEmpty();
                backup.cleanupAutoBackups(1);
            }
            assertThat(Backups.files(outside)).as(what).isEqualTo(untouched);
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).as(what).isEqualTo(rows + 1);
            for (String file : Backups.files(backups)) {
                if (file.contains(".unreadable-")) {
                    Files.delete(backups.resolve(file));
                }
            }
        }
    }

    @Test
    void whatIsRestoredIsWhatWasChecked() throws Exception {
        BackupInfo newest = Backups.newest(database);
        try (PrtBackup backup = PrtBackup.open(database)) {
            byte[] other = Files.readAllBytes(outside.resolve("victim.db"));
            // Told while the database is being overwritten, after the check.
            backup.setProgressListener((done, total) -> {
                try {
                    Files.write(newest.backupPath(), other);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            backup.restoreFromBackup(newest.backupId());
        }
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema")).containsExactly("t");
    }

    @Test
    void aDirectoryThatIsReplacedByALinkIsNotWrittenTo() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            Files.move(backups, directory.resolve("moved"));
            Files.createSymbolicLink(backups, outside);
            List<String> untouched = Backups.files(outside);
            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (3)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("replaced by a link");
            assertThat(Backups.files(outside)).isEqualTo(untouched);
        }
    }

    @ParameterizedTest
    @CsvSource({"full", "incremental"})
    void whoMakesTheDatabasePrivateMeansItsBackupsToo(String strategy) throws Exception {
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r--r--"));
        for (int i = 0; i < 2; i++) {
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy)) {
                Sql.run(connection, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
            }
            Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(Backups.files(backups))
                .filteredOn(name -> name.startsWith("a.db."))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(backups.resolve(name))))
                        .isEqualTo("rw-------"));
    }

    @Test
    void aRestoredDatabaseKeepsItsPermissions() throws Exception {
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-------"));
        BackupInfo newest = Backups.newest(database);
        Files.setPosixFilePermissions(newest.backupPath(), PosixFilePermissions.fromString("rw-r--r--"));
        Files.write(database, "no database any more".getBytes(StandardCharsets.UTF_8));
        try (PrtBackup backup = PrtBackup.open(database)) {
            backup.restoreFromBackup(newest.backupId());
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(database)))
                .isEqualTo("rw-------");
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isZero();
    }
}
