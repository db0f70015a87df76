package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.VerifyListener;
import io.github.prtbackup.VerifyReport;
import io.github.prtbackup.VerifyResult;
import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.MemoryDisk;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All backups at once: of each the same is said as of it alone, and nothing that is damaged is passed over. */
class VerifyAllTest {
    @TempDir(factory = MemoryDisk.class)
    Path home;

    private Path database;
    private Path directory;

    @BeforeEach
    void setUp() throws Exception {
        database = home.toRealPath().resolve("prt.db");
        directory = database.resolveSibling("backups");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(
                    plain,
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
                    "CREATE INDEX i ON t (b)",
                    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 300)"
                            + " INSERT INTO t SELECT i, hex(randomblob(150)) FROM n");
        }
    }

    /** Incremental and full backups, automatic and manual, deleted ones, of a database that grows and shrinks. */
    private void write() throws Exception {
        try (Connection ours = Sql.open(database, "backup.strategy=incremental");
                PrtBackup backups = PrtBackup.of(ours)) {
            Sql.run(ours, "UPDATE t SET b = 'x' WHERE a = 1", "UPDATE t SET b = 'y' WHERE a = 290");
            backups.createBackupWithComment("manual");
            Sql.run(ours, "INSERT INTO t (b) VALUES (zeroblob(40000))", "DELETE FROM t WHERE a > 200", "VACUUM");
            Sql.run(ours, "UPDATE t SET b = 'z' WHERE a = 1", "INSERT INTO t (b) VALUES (zeroblob(9000))");
            backups.deleteBackup(5);
        }
        try (Connection ours = Sql.open(database, "backup.strategy=full")) {
            Sql.run(ours, "UPDATE t SET b = 'w' WHERE a = 2");
        }
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(ours, "PRAGMA page_size = 1024", "VACUUM", "UPDATE t SET b = 'v' WHERE a = 3");
        }
    }

    private VerifyReport verify(boolean deep) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            return backups.verifyAll(deep, null);
        }
    }

    private static List<Long> ids(VerifyReport report) {
        return report.results().stream()
                .map(result -> result.backup().backupId())
                .toList();
    }

    private static String checked(VerifyReport report, int index) {
        return String.join(",", report.results().get(index).checked());
    }

    @Test
    void theNewestIsCheckedBySqliteAndTheOthersByTheirSums() throws Exception {
        write();
        VerifyReport report = verify(false);

        assertThat(report.isGood()).as(report.toString()).isTrue();
        assertThat(report.notes()).isEmpty();
        assertThat(ids(report)).containsExactly(11L, 10L, 9L, 8L, 7L, 6L, 4L, 3L, 2L, 1L);
        assertThat(report.results())
                .allSatisfy(result -> assertThat(result.checked()).containsAnyOf("SHA-256", "CRC32C of all pages"));
        assertThat(checked(report, 0)).contains("integrity_check");
        for (int i = 1; i < report.results().size(); i++) {
            assertThat(checked(report, i)).doesNotContain("integrity_check");
        }
        assertThat(Backups.files(directory)).noneMatch(file -> file.startsWith(".tmp-"));
    }

    @Test
    void deeplyEachIsCheckedBySqlite() throws Exception {
        write();
        VerifyReport report = verify(true);

        assertThat(report.isGood()).as(report.toString()).isTrue();
        assertThat(report.results())
                .hasSizeGreaterThan(8)
                .allSatisfy(result -> assertThat(result.checked()).contains("integrity_check"));
        assertThat(Backups.files(directory)).noneMatch(file -> file.startsWith(".tmp-"));
    }

    @Test
    void aFullBackupOfWhichNoSumIsKnownIsCheckedBySqlite() throws Exception {
        write();
        Path metadata = directory.resolve("backup_metadata.json");
        Files.writeString(metadata, Files.readString(metadata).replaceAll(",\\s*\"sha256\"\\s*:\\s*\"[^\"]*\"", ""));
        VerifyReport report = verify(false);

        assertThat(report.isGood()).isTrue();
        assertThat(report.results())
                .filteredOn(result -> result.backup().backupPath().toString().endsWith(".db"))
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.checked()).contains("integrity_check"));
    }

    /** What a checksum cannot tell: it was so when the backup was made. */
    @Test
    void damageOfTheDatabaseThatWasBackedUpIsFoundInTheNewest() throws Exception {
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(ours, "UPDATE t SET b = 'x' WHERE a = 1");
        }
        try (Connection plain = Sql.plain(database)) {
            Sql.run(
                    plain,
                    "PRAGMA writable_schema = ON",
                    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 't')"
                            + " WHERE name = 'i'");
        }
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(ours, "CREATE TABLE u (a)");
        } catch (SQLException e) {
            // The backup before it was made.
            assertThat(Backups.of(database)).hasSize(2);
        }
        VerifyReport report = verify(false);
        assertThat(report.results().get(0).isGood()).as(report.toString()).isFalse();
        assertThat(report.results().get(1).isGood()).isTrue();
        assertThat(verify(true).results().get(1).isGood()).isTrue();
    }

    /** A flipped byte at random places of each file: it is found, and told of just those backups that cannot be restored. */
    @Test
    void whatIsDamagedIsToldOfTheBackupsThatHoldIt() throws Exception {
        write();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (Path file : stored()) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 12; i++) {
                byte[] bad = good.clone();
                int at = random.nextInt(good.length);
                if (file.toString().endsWith(".log") && isMark(good, at)) {
                    continue;
                }
                bad[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bad);
                VerifyReport report = verify(false);
                String what = "seed " + seed + ", byte " + at + " of " + file + ": " + report;
                assertThat(report.isGood()).as(what).isFalse();
                assertSameAsAlone(report, what);
            }
            Files.write(file, good);
        }
        assertThat(verify(false).isGood()).isTrue();
    }

    private void assertSameAsAlone(VerifyReport report, String what) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(ids(report))
                    .as(what)
                    .containsExactlyElementsOf(backups.getBackupHistory().stream()
                            .map(BackupInfo::backupId)
                            .toList());
            for (VerifyResult result : report.results()) {
                assertThat(result.isGood())
                        .as(result + ", " + what)
                        .isEqualTo(
                                backups.verifyBackup(result.backup().backupId()).isGood());
            }
        }
    }

    /** Behind a note there are eight bytes that are in no checksum, and no state needs them. See docs/timeline-format.md. */
    private static boolean isMark(byte[] log, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(log);
        int offset = 0;
        while (offset < log.length) {
            int mark = offset + bytes.getInt(offset + 8) + bytes.getInt(offset + 20) * bytes.getInt(offset + 24);
            boolean isNote = bytes.get(offset + 17) == 4;
            if (isNote && at >= mark && at < mark + 8) {
                return true;
            }
            offset = mark + (isNote ? 8 : 0);
        }
        return false;
    }

    private List<Path> stored() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.contains(".timeline-") || name.endsWith(".db");
                    })
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aHistoryThatCannotBeListedIsNotAnEmptyOne() throws Exception {
        write();
        for (Path file : stored()) {
            if (file.toString().endsWith(".head") || file.toString().endsWith(".base")) {
                byte[] good = Files.readAllBytes(file);
                Files.delete(file);
                assertThat(verify(false).isGood()).as(file.toString()).isFalse();
                Files.write(file, good);
            }
        }
    }

    @Test
    void ofTheGoodOnesTheNewestIsCheckedBySqlite() throws Exception {
        write();
        long id;
        try (PrtBackup backups = PrtBackup.open(database)) {
            BackupInfo newest = backups.createBackupWithComment("newest");
            id = newest.backupId();
            try (RandomAccessFile file =
                    new RandomAccessFile(newest.backupPath().toFile(), "rw")) {
                file.seek(5000);
                int there = file.read();
                file.seek(5000);
                file.write(there ^ 1);
            }
        }
        VerifyReport report = verify(false);
        assertThat(report.problems()).isEmpty();
        assertThat(report.results().get(0).backup().backupId()).isEqualTo(id);
        assertThat(report.results().get(0).isGood()).isFalse();
        VerifyResult newestGood = report.results().stream()
                .filter(VerifyResult::isGood)
                .findFirst()
                .orElseThrow();
        assertThat(newestGood.checked()).contains("integrity_check");
    }

    @Test
    void itEndsWhereItIsAskedToAndLeavesNothing() throws Exception {
        write();
        List<String> before = Backups.files(directory);
        for (int at = 0; at < 8; at++) {
            List<String> told = new ArrayList<>();
            int last = at;
            try (PrtBackup backups = PrtBackup.open(database)) {
                VerifyListener listener = new VerifyListener() {
                    @Override
                    public void reading(long done, long total) {
                        assertThat(done).isLessThanOrEqualTo(total);
                        tell("reading");
                    }

                    @Override
                    public void checking(BackupInfo backup, int done, int total) {
                        assertThat(done).isLessThan(total);
                        tell("checking");
                    }

                    private void tell(String what) {
                        told.add(what);
                        if (told.size() > last) {
                            backups.cancel();
                        }
                    }
                };
                assertThatThrownBy(() -> backups.verifyAll(true, listener)).isInstanceOf(CancellationException.class);
            }
            assertThat(told).hasSize(last + 1);
            assertThat(Backups.files(directory)).isEqualTo(before);
        }
    }

    /** Also in the middle of a statement of SQLite's, which may take minutes. */
    @Test
    void theCheckOfSqliteEndsInTheMiddle() throws Exception {
        try (Connection plain = Sql.plain(database)) {
            Sql.run(
                    plain,
                    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100000)"
                            + " INSERT INTO t (b) SELECT i FROM n");
        }
        int[] asked = new int[1];
        assertThatThrownBy(() -> Verification.ofContent(database, Verification.Application.NONE, new CopyProgress() {
                    @Override
                    public void copied(long done, long total) {
                        throw new AssertionError();
                    }

                    @Override
                    public void check() {
                        if (++asked[0] > 3) {
                            throw new CancellationException();
                        }
                    }
                }))
                .isInstanceOf(CancellationException.class);
        // Once to end the statement, and once to tell.
        assertThat(asked[0]).isEqualTo(5);
    }
}
