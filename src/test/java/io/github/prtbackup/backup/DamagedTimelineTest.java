package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of a timeline that are damaged or gone keep nobody from writing, and no id is given twice. */
class DamagedTimelineTest {

    @TempDir
    Path directory;

    private Path database;
    private Path backups;
    private int rows;

    @ParameterizedTest
    @CsvSource({
        "DELETE, head is garbage, true",
        "WAL, head is garbage, true",
        "WAL, base is gone, true",
        "DELETE, base is gone, true",
        "WAL, checksums are gone, true",
        "WAL, newest segment is gone,",
        "DELETE, newest segment is empty,",
        "WAL, oldest segment is gone, true",
        "DELETE, base is garbage, false",
        "WAL, base is garbage, false",
        "DELETE, directory is gone, false",
        "WAL, directory is gone, false"
    })
    void theNextBackupIsMade(String journalMode, String damage, Boolean isSetAside) throws Exception {
        for (boolean open : new boolean[] {false, true}) {
            create(journalMode);
            long newest;
            try (Connection before = open()) {
                // More than a segment of the log where that matters.
                write(before, damage.contains("segment") ? 270 : 20);
                newest = Backups.newest(database).backupId();
                // Before that the base is compared with its checksums, and damage is noticed in all cases.
                Backups.awaitSettled(backups);
                damage(damage);
                if (open && !damage.contains("is gone")) {
                    write(before, 1);
                }
            }
            if (damage.equals("base is garbage")) {
                // Read only where pages are compared: after somebody else's commit, with a rollback journal.
                try (Connection plain = Sql.plain(database)) {
                    Sql.run(plain, "PRAGMA user_version = 7");
                }
            }
            try (Connection after = open()) {
                write(after, 3);
            }
            List<BackupInfo> points = Backups.of(database);
            List<BackupInfo> added = points.subList(points.size() - 3, points.size());
            assertThat(added).allSatisfy(point -> assertThat(point.backupId()).isGreaterThan(newest));
            try (PrtBackup all = PrtBackup.open(database)) {
                for (int i = 0; i < 3; i++) {
                    long id = added.get(i).backupId();
                    if (!damage.equals("base is garbage") || journalMode.equals("DELETE")) {
                        assertThat(all.verifyBackup(id).problems()).isEmpty();
                        Path file =
                                Files.createTempDirectory(directory, "exported").resolve("a.db");
                        all.exportBackup(id, file);
                        assertThat(Sql.column(file, "SELECT count(*) FROM t"))
                                .containsExactly(String.valueOf(rows - 3 + i));
                    }
                }
            }
            // Without its newest segment the log just ends earlier, unless a fold has been there in the meantime.
            if (isSetAside != null) {
                assertThat(Backups.files(backups).stream().anyMatch(file -> file.contains(".damaged-")))
                        .isEqualTo(isSetAside);
            }
        }
    }

    private void damage(String what) throws IOException {
        List<Path> logs = all(".log");
        switch (what) {
            case "head is garbage" -> overwrite(all(".head").get(0));
            case "base is gone" -> Files.delete(all(".base").get(0));
            case "checksums are gone" -> Files.delete(all(".base.crc").get(0));
            case "newest segment is gone" -> Files.delete(logs.get(logs.size() - 1));
            case "oldest segment is gone" -> Files.delete(logs.get(0));
            case "newest segment is empty" -> Files.write(logs.get(logs.size() - 1), new byte[0]);
            case "base is garbage" -> overwrite(all(".base").get(0));
            case "directory is gone" -> {
                try (Stream<Path> files = Files.walk(backups)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void overwrite(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i += 7) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
    }

    /** A log that can't be folded would grow for ever. */
    @Test
    void aLogThatCannotBeFoldedIsSetAside() throws Exception {
        create("WAL");
        try (Connection ours = open(database, "backup.keep-points=50")) {
            write(ours, 100);
            try (RandomAccessFile log = new RandomAccessFile(all(".log").get(0).toFile(), "rw")) {
                log.seek(log.length() / 2);
                log.write(new byte[20_000]);
            }
            // That a fold fails shows in the background, and then, when more has come, to whoever takes a backup.
            for (int i = 0; i < 40 && Backups.files(backups).stream().noneMatch(f -> f.contains(".damaged-")); i++) {
                write(ours, 256);
            }
            write(ours, 3 * 256);
        }
        assertThat(Backups.files(backups)).anyMatch(file -> file.endsWith(".damaged-1"));
        assertThat(Backups.files(backups)).noneMatch(file -> file.endsWith(".damaged-2"));
        assertThat(all(".log")).hasSizeLessThan(5);
        long id = Backups.newest(database).backupId();
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.verifyBackup(id).problems()).isEmpty();
        }
    }

    @Test
    void whatANewerVersionWroteIsLeftAlone() throws Exception {
        create("DELETE");
        try (Connection ours = open()) {
            write(ours, 3);
        }
        Path head = all(".head").get(0);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(head)).putInt(12, 99);
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(12));
        bytes.putInt(8, (int) crc.getValue());
        Files.write(head, bytes.array());
        List<Path> before = timelineFiles();
        try (Connection ours = open()) {
            assertThatThrownBy(() -> write(ours, 1))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("version 99");
        }
        assertThat(timelineFiles()).isEqualTo(before);
        assertThat(head).hasBinaryContent(bytes.array());
    }

    /** In processes of their own, because this one remembers the counter. */
    @Test
    void withoutTheCounterNoIdIsGivenTwice() throws Exception {
        create("DELETE");
        Jvm.await(Jvm.start(OneWrite.class, List.of(), database, 3));
        Files.delete(backups.resolve(".prtbackup.lock"));
        Jvm.await(Jvm.start(OneWrite.class, List.of(), database, 2));
        assertThat(Backups.of(database)).extracting(BackupInfo::backupId).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void theHistoryNeedsNoMetadata() throws Exception {
        create("DELETE");
        try (Connection ours = open();
                PrtBackup all = PrtBackup.of(ours)) {
            write(ours, 3);
            all.createBackupWithComment("by hand");
            write(ours, 2);
        }
        List<String> before = Backups.files(backups);
        Files.delete(backups.resolve("backup_metadata.json"));
        try (PrtBackup all = PrtBackup.open(database)) {
            assertThat(all.getBackupHistory())
                    .extracting(BackupInfo::backupId)
                    .hasSize(6)
                    .contains(1L, 2L, 3L, 5L, 6L);
        }
        assertThat(Backups.files(backups))
                .containsAll(before.stream()
                        .filter(file -> file.contains(".timeline-"))
                        .toList());
        try (Connection ours = open()) {
            write(ours, 1);
        }
        assertThat(Backups.of(database)).extracting(BackupInfo::backupId).doesNotHaveDuplicates();
    }

    private void create(String journalMode) throws Exception {
        database = Files.createTempDirectory(directory, "case").toRealPath().resolve("prt.db");
        backups = database.resolveSibling("backups");
        rows = 0;
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE big (b)");
            Sql.run(plain, "INSERT INTO big VALUES (zeroblob(100000))");
        }
    }

    private Connection open() throws SQLException {
        return open(database);
    }

    private static Connection open(Path database, String... parameters) throws SQLException {
        List<String> all = new ArrayList<>(List.of(parameters));
        all.addAll(List.of("backup.strategy=incremental", "synchronous=OFF"));
        return Sql.open(database, all.toArray(new String[0]));
    }

    private void write(Connection ours, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            Sql.run(ours, "INSERT INTO t VALUES (NULL)");
            rows++;
        }
    }

    /** The files of the timeline with that ending, ascending. */
    private List<Path> all(String ending) throws IOException {
        try (Stream<Path> files = Files.list(backups)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private List<Path> timelineFiles() throws IOException {
        return all("").stream()
                .filter(file -> file.getFileName().toString().contains(".timeline-"))
                .toList();
    }

    /** A program that makes some transactions. */
    static final class OneWrite {
        public static void main(String[] arguments) throws Exception {
            try (Connection ours = open(Path.of(arguments[0]))) {
                for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                    Sql.run(ours, "INSERT INTO t VALUES (NULL)");
                }
            }
        }
    }
}
