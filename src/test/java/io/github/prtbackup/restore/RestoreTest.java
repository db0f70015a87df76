package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.SmallDisk;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.Collation;
import org.sqlite.Function;
import org.sqlite.SQLiteErrorCode;

class RestoreTest {

    private static final int BUSY_MILLIS = 200;
    private static final String ROWS = "SELECT v FROM t ORDER BY v";

    private static Neighbour neighbour;

    @TempDir
    Path directory;

    @BeforeAll
    static void startNeighbour() throws IOException {
        neighbour = Neighbour.start();
    }

    @AfterEach
    void disconnectNeighbour() throws IOException {
        neighbour.disconnect();
    }

    @AfterAll
    static void stopNeighbour() {
        neighbour.close();
    }

    @ParameterizedTest
    @CsvSource({"DELETE, alone", "WAL, alone", "DELETE, with others", "WAL, with others"})
    void putsTheBackupInPlaceAndKeepsWhatWasThere(String journalMode, String company) throws Exception {
        Path database = create(journalMode, "before");
        BackupInfo backup = backUp(database);
        write(database, "INSERT INTO t VALUES ('after')");
        boolean alone = company.equals("alone");
        if (!alone) {
            neighbour.connect(database);
        }

        RestoreResult result = restore(database, backup.backupId());

        assertThat(Sql.column(database, ROWS)).containsExactly("before");
        assertThat(Sql.column(database, "PRAGMA journal_mode")).containsExactly(journalMode.toLowerCase(Locale.ROOT));
        if (!alone) {
            assertThat(neighbour.run(ROWS)).isEqualTo("before");
            assertThat(neighbour.run("INSERT INTO t VALUES ('later')")).isEmpty();
            neighbour.run("DELETE FROM t WHERE v = 'later'");
            neighbour.disconnect();
        } else {
            assertSameBytes(database, backup.backupPath());
        }
        BackupInfo safety = result.safetyBackup().orElseThrow();
        assertThat(safety.comment()).isEqualTo("Safety backup before restore of #" + backup.backupId());
        assertThat(safety.isAuto()).isFalse();
        assertThat(Backups.of(database)).containsExactly(backup, safety);
        assertThat(Sql.column(safety.backupPath(), ROWS)).containsExactly("after", "before");
        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");

        restore(database, safety.backupId());
        assertThat(Sql.column(database, ROWS)).containsExactly("after", "before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void connectionsOfThisProcessGoOnWithTheRestoredData(String journalMode) throws Exception {
        Path database = create(journalMode, "before");
        try (Connection guarded = Sql.open(database);
                Connection plain = Sql.plain(database);
                PreparedStatement insert = guarded.prepareStatement("INSERT INTO t VALUES (?)");
                PreparedStatement select = plain.prepareStatement(ROWS)) {
            insert.setString(1, "after");
            insert.executeUpdate();
            Sql.run(guarded, "CREATE TABLE u (w)");
            BackupInfo backup = Backups.of(database).get(0);

            restore(database, backup.backupId());

            assertThat(values(select)).containsExactly("before");
            insert.setString(1, "later");
            insert.executeUpdate();
            assertThat(values(select)).containsExactly("before", "later");
            assertThat(Sql.column(Backups.newest(database).backupPath(), ROWS)).containsExactly("before");
            assertThatThrownBy(() -> Sql.run(guarded, "INSERT INTO u VALUES (1)"))
                    .hasMessageContaining("no such table");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void leavesTheDatabaseAloneIfAnotherProcessIsWriting(String journalMode) throws Exception {
        Path database = create(journalMode, "before");
        BackupInfo backup = backUp(database);
        write(database, "INSERT INTO t VALUES ('after')");
        neighbour.connect(database);
        neighbour.run("BEGIN IMMEDIATE");
        neighbour.run("INSERT INTO t VALUES ('uncommitted')");

        assertBusy(database, backup);

        assertThat(neighbour.run("COMMIT")).isEmpty();
        assertThat(Sql.column(database, ROWS)).containsExactly("after", "before", "uncommitted");
        assertThat(Backups.of(database)).containsExactly(backup);
    }

    @Test
    void waitsForReadersInDeleteMode() throws Exception {
        Path database = create("DELETE", "before", "another");
        BackupInfo backup = backUp(database);
        write(database, "DELETE FROM t WHERE v = 'another'", "INSERT INTO t VALUES ('x'), ('y')");
        neighbour.connect(database);
        assertThat(neighbour.startReading(ROWS)).isEqualTo("before");

        assertBusy(database, backup);

        assertThat(neighbour.readOn()).isEqualTo("x,y");
        assertThat(Backups.of(database)).containsExactly(backup);
        restore(database, backup.backupId());
        assertThat(neighbour.run(ROWS)).isEqualTo("another,before");
    }

    @Test
    void readersKeepTheirSnapshotInWalMode() throws Exception {
        Path database = create("WAL", "before", "another");
        BackupInfo backup = backUp(database);
        write(database, "DELETE FROM t WHERE v = 'another'", "INSERT INTO t VALUES ('x'), ('y')");
        neighbour.connect(database);
        assertThat(neighbour.startReading(ROWS)).isEqualTo("before");

        restore(database, backup.backupId());

        assertThat(neighbour.readOn()).isEqualTo("x,y");
        assertThat(neighbour.run(ROWS)).isEqualTo("another,before");
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, 512, 65536", "DELETE, 65536, 512", "DELETE, 4096, 512", "DELETE, 512, 4096",
        "WAL, 512, 65536", "WAL, 65536, 512", "WAL, 4096, 512", "WAL, 512, 4096"
    })
    void restoresAcrossPageSizes(String journalMode, int formerly, int now) throws Exception {
        Path database = directory.resolve("prt.db");
        write(database, "PRAGMA page_size = " + formerly, "CREATE TABLE t (v)");
        fill(database, 100_000);
        setJournalMode(database, journalMode);
        List<String> expected = Sql.column(database, ROWS);
        BackupInfo backup = backUp(database);
        setJournalMode(database, "DELETE");
        write(database, "PRAGMA page_size = " + now, "VACUUM", "DELETE FROM t WHERE rowid % 2");
        setJournalMode(database, journalMode);
        List<String> lost = Sql.column(database, ROWS);

        BackupInfo alone = restore(database, backup.backupId()).safetyBackup().orElseThrow();
        assertSameBytes(database, backup.backupPath());
        restore(database, alone.backupId());
        assertThat(Sql.column(database, ROWS)).isEqualTo(lost);
        neighbour.connect(database);
        BackupInfo inCompany =
                restore(database, backup.backupId()).safetyBackup().orElseThrow();

        assertThat(neighbour.run(ROWS)).isEqualTo(String.join(",", expected));
        assertThat(Sql.column(database, ROWS)).isEqualTo(expected);
        assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(Sql.column(database, "PRAGMA journal_mode")).containsExactly(journalMode.toLowerCase(Locale.ROOT));
        assertThat(Sql.column(inCompany.backupPath(), ROWS)).isEqualTo(lost);
    }

    @ParameterizedTest
    @CsvSource({"DELETE, alone", "WAL, alone", "DELETE, with others", "WAL, with others"})
    void restoresDatabasesThatAreNotCopiedOverTheHeap(String journalMode, String company) throws Exception {
        Path database = create(journalMode, "before");
        fill(database, 17 << 20);
        BackupInfo backup = backUp(database);
        write(database, "DELETE FROM t WHERE rowid > 20");
        if (company.equals("with others")) {
            neighbour.connect(database);
        }

        BackupInfo safety = restore(database, backup.backupId()).safetyBackup().orElseThrow();

        neighbour.disconnect();
        assertSameBytes(database, backup.backupPath());
        assertThat(Sql.number(safety.backupPath(), "SELECT count(*) FROM t")).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, FULL, NONE", "DELETE, NONE, FULL", "DELETE, FULL, INCREMENTAL",
        "WAL, FULL, NONE", "WAL, NONE, FULL", "WAL, FULL, INCREMENTAL"
    })
    void restoresAcrossAutoVacuumModes(String journalMode, String formerly, String now) throws Exception {
        Path database = directory.resolve("prt.db");
        write(database, "PRAGMA auto_vacuum = " + formerly, "CREATE TABLE t (v)");
        fill(database, 100_000);
        write(database, "DELETE FROM t WHERE rowid % 3");
        BackupInfo backup = backUp(database);
        write(database, "PRAGMA auto_vacuum = " + now, "VACUUM", "DELETE FROM t WHERE rowid % 2");
        setJournalMode(database, journalMode);
        neighbour.connect(database);

        restore(database, backup.backupId());

        assertThat(neighbour.run("DELETE FROM t WHERE rowid % 5")).isEmpty();
        assertThat(neighbour.run("PRAGMA integrity_check")).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void keepsTheEncoding(String journalMode) throws Exception {
        Path database = directory.resolve("prt.db");
        write(database, "PRAGMA encoding = 'UTF-16be'", "CREATE TABLE t (v)", "INSERT INTO t VALUES ('größer 猫')");
        setJournalMode(database, journalMode);
        BackupInfo backup = backUp(database);
        write(database, "DELETE FROM t");
        neighbour.connect(database);

        restore(database, backup.backupId());

        assertThat(neighbour.run(ROWS)).isEqualTo("größer 猫");
        assertThat(Sql.column(database, "PRAGMA encoding")).containsExactly("UTF-16be");
    }

    @ParameterizedTest
    @CsvSource({"DELETE, alone", "WAL, alone", "DELETE, with others", "WAL, with others"})
    void restoresTheEmptyDatabase(String journalMode, String company) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t (v)");
        }
        BackupInfo backup = Backups.newest(database);
        setJournalMode(database, journalMode);
        if (company.equals("with others")) {
            neighbour.connect(database);
        }

        restore(database, backup.backupId());

        assertThat(Sql.number(database, "SELECT count(*) FROM sqlite_schema")).isZero();
        write(database, "CREATE TABLE t (other)");
    }

    @Test
    void restoresIntoAnEmptyFile() throws Exception {
        Path database = create("WAL", "before");
        BackupInfo backup = backUp(database);
        Files.write(database, new byte[0]);

        RestoreResult result = restore(database, backup.backupId());

        assertThat(Sql.column(database, ROWS)).containsExactly("before");
        Path safety = result.safetyBackup().orElseThrow().backupPath();
        assertThat(Sql.number(safety, "SELECT count(*) FROM sqlite_schema")).isZero();
    }

    @Test
    void restoresAMissingDatabase() throws Exception {
        Path database = create("WAL", "before");
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r-----"));
        BackupInfo backup = backUp(database);
        Files.delete(database);
        Files.write(directory.resolve("prt.db-wal"), new byte[5000]);

        RestoreResult result = restore(database, backup.backupId());

        assertThat(result.safetyBackup()).isEmpty();
        assertThat(database).hasSameBinaryContentAs(backup.backupPath());
        assertThat(Files.getPosixFilePermissions(database)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");
        assertThat(Backups.files(directory.resolve("backups"))).noneMatch(name -> name.startsWith(".tmp"));
    }

    /** Each of them finds no database; the later ones must not write over what the first has put there. */
    @Test
    void severalMayRestoreAMissingDatabaseAtOnce() throws Exception {
        Path database = create("WAL", "before");
        BackupInfo backup = backUp(database);
        Files.delete(database);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> tasks = Collections.nCopies(4, () -> {
                restore(database, backup.backupId(), 10_000);
                write(database, "PRAGMA busy_timeout = 10000", "INSERT INTO t VALUES ('" + UUID.randomUUID() + "')");
                return null;
            });
            for (Future<Void> done : executor.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            executor.shutdown();
        }

        Set<String> rows = new HashSet<>(Sql.column(database, ROWS));
        for (BackupInfo safety : Backups.of(database)) {
            rows.addAll(Sql.column(safety.backupPath(), ROWS));
        }
        assertThat(rows).hasSize(5);
        assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");
    }

    @Test
    void restoresADatabaseWhoseDirectoryIsMissing() throws Exception {
        Path elsewhere = directory.resolve("data/prt.db");
        Files.createDirectory(elsewhere.getParent());
        write(elsewhere, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('before')");
        Properties properties = new Properties();
        properties.setProperty("backup.dir", directory.resolve("kept").toString());
        try (PrtBackup backups = PrtBackup.open(elsewhere, properties)) {
            backups.createBackupWithComment("");
        }
        Files.delete(elsewhere);
        Files.delete(elsewhere.getParent());

        try (PrtBackup backups = PrtBackup.open(elsewhere, properties)) {
            backups.restoreFromBackup(1);
        }

        assertThat(Sql.column(elsewhere, ROWS)).containsExactly("before");
    }

    @Test
    void replacesAFileThatIsNoDatabase() throws Exception {
        Path database = create("DELETE", "before");
        BackupInfo backup = backUp(database);
        byte[] garbage = new byte[10_000];
        new Random(1).nextBytes(garbage);
        Files.write(database, garbage);
        Files.write(directory.resolve("prt.db-wal"), garbage);
        Files.write(directory.resolve("prt.db-journal"), garbage);

        RestoreResult result = restore(database, backup.backupId());

        assertThat(database).hasSameBinaryContentAs(backup.backupPath());
        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");
        assertThat(result.safetyBackup().orElseThrow().backupPath()).hasBinaryContent(garbage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void restoresOverAMalformedSchemaThatOthersHaveOpen(String journalMode) throws Exception {
        Path database = create(journalMode, "before");
        BackupInfo backup = backUp(database);
        neighbour.connect(database);
        neighbour.run("INSERT INTO t VALUES ('after')");
        write(database, "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = 'nonsense'");

        RestoreResult result = restore(database, backup.backupId());

        assertThat(neighbour.run(ROWS)).isEqualTo("before");
        assertThat(result.safetyBackup().orElseThrow().sizeBytes()).isEqualTo(backup.sizeBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void restoresOverDamagedPages(String journalMode) throws Exception {
        Path database = create(journalMode, "before");
        fill(database, 200_000);
        BackupInfo backup = backUp(database);
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.setLength(file.length() / 2 - 100);
            file.seek(5000);
            file.write(new byte[3000]);
        }

        restore(database, backup.backupId());

        assertSameBytes(database, backup.backupPath());
    }

    @ParameterizedTest
    @CsvSource({"DELETE, rw-------", "WAL, rw-------", "DELETE, rw-rw-r--", "WAL, rw-rw-r--"})
    void allFilesHaveThePermissionsOfTheDatabase(String journalMode, String permissions) throws Exception {
        Path database = create(journalMode, "before");
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString(permissions));
        BackupInfo backup = backUp(database);
        neighbour.connect(database);

        BackupInfo safety = restore(database, backup.backupId()).safetyBackup().orElseThrow();

        for (Path file : List.of(database, backup.backupPath(), safety.backupPath())) {
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString(permissions));
        }
    }

    @ParameterizedTest
    @CsvSource({"DELETE, alone", "WAL, alone", "DELETE, with others", "WAL, with others"})
    void aFullDiskLeavesTheDatabaseAsItWas(String journalMode, String company) throws Exception {
        Path database = create(journalMode, "before");
        fill(database, 500_000);
        BackupInfo backup = backUp(database);
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 4096)) {
            Path moved = disk.path().resolve("prt.db");
            Properties elsewhere = new Properties();
            elsewhere.setProperty("backup.dir", directory.resolve("kept").toString());
            elsewhere.setProperty("busy_timeout", "1000");
            Files.copy(backup.backupPath(), moved);
            try (PrtBackup backups = PrtBackup.open(moved, elsewhere)) {
                long large = backups.createBackupWithComment("large").backupId();
                write(moved, "DELETE FROM t WHERE rowid > 3", "PRAGMA journal_mode = DELETE", "VACUUM");
                setJournalMode(moved, journalMode);
                List<String> rows = Sql.column(moved, ROWS);
                if (company.equals("with others")) {
                    neighbour.connect(moved);
                }
                disk.leave(100);

                assertThatThrownBy(() -> backups.restoreFromBackup(large))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining(moved.toString())
                        .hasMessageContaining("full");

                assertThat(Sql.column(moved, ROWS)).isEqualTo(rows);
                assertThat(Sql.column(moved, "PRAGMA integrity_check")).containsExactly("ok");
                disk.leave(-1);
                backups.restoreFromBackup(large);
                assertThat(Sql.number(moved, "SELECT count(*) FROM t")).isGreaterThan(1000);
            }
            neighbour.disconnect();
        }
    }

    @Test
    void restoresWhatOnlyTheApplicationCanCompare() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.open(database)) {
            Collation.create(connection, "by length", new Collation() {
                @Override
                protected int xCompare(String left, String right) {
                    return Integer.compare(left.length(), right.length());
                }
            });
            Function.create(
                    connection,
                    "twice",
                    new Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            result(value_text(0) + value_text(0));
                        }
                    },
                    1,
                    Function.FLAG_DETERMINISTIC);
            Sql.run(
                    connection,
                    "CREATE TABLE t (v TEXT PRIMARY KEY COLLATE \"by length\")",
                    "CREATE INDEX i ON t (twice(v))",
                    "INSERT INTO t VALUES ('zz'), ('a')",
                    "DELETE FROM t");
        }
        BackupInfo backup = Backups.newest(database);

        restore(database, backup.backupId());

        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.verifyBackup(backup.backupId()).problems()).isEmpty();
        }
    }

    @Test
    void aBrokenConstraintIsNoDamage() throws Exception {
        Path database = create("DELETE", "before");
        write(
                database,
                "INSERT INTO t VALUES (NULL)",
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (v NOT NULL)'");
        BackupInfo backup = backUp(database);

        restore(database, backup.backupId());

        assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("NULL value in t.v");
    }

    @Test
    void removesWhatADeadRestoreHasLeft() throws Exception {
        Path database = create("DELETE", "before");
        backUp(database);
        Files.write(directory.resolve(".prt.db.restoring"), new byte[1000]);

        PrtBackup.open(database).close();

        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");
    }

    private Path create(String journalMode, String... values) throws SQLException {
        Path database = directory.resolve("prt.db");
        setJournalMode(database, journalMode);
        write(database, "CREATE TABLE t (v)");
        for (String value : values) {
            write(database, "INSERT INTO t VALUES ('" + value + "')");
        }
        return database;
    }

    private static void setJournalMode(Path database, String journalMode) throws SQLException {
        assertThat(Sql.column(database, "PRAGMA journal_mode = " + journalMode))
                .containsExactly(journalMode.toLowerCase(Locale.ROOT));
    }

    private static void fill(Path database, int bytes) throws SQLException {
        write(
                database,
                "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < " + bytes / 400 + ") "
                        + "INSERT INTO t SELECT x || hex(randomblob(200)) FROM n");
    }

    private static void write(Path database, String... statements) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, statements);
        }
    }

    private static BackupInfo backUp(Path database) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            return backups.createBackupWithComment("by hand");
        }
    }

    private static RestoreResult restore(Path database, long id) throws Exception {
        return restore(database, id, BUSY_MILLIS);
    }

    private static RestoreResult restore(Path database, long id, int busyMillis) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", String.valueOf(busyMillis));
        try (PrtBackup backups = PrtBackup.open(database, properties)) {
            return backups.restoreFromBackup(id);
        }
    }

    private static void assertBusy(Path database, BackupInfo backup) {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> restore(database, backup.backupId()))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getErrorCode() & 0xff).isEqualTo(SQLiteErrorCode.SQLITE_BUSY.code))
                .hasMessageContaining("SQLITE_BUSY");
        assertThat(System.nanoTime() - begin).isGreaterThan(BUSY_MILLIS * 1_000_000L);
    }

    private static List<String> values(PreparedStatement select) throws SQLException {
        try (ResultSet rows = select.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** Same but for what SQLite changes in the header when it writes: versions, counters, the schema cookie. */
    private static void assertSameBytes(Path database, Path backup) throws Exception {
        try (Connection connection = Sql.plain(database);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        assertThat(withoutCounters(database)).isEqualTo(withoutCounters(backup));
    }

    private static byte[] withoutCounters(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 18, 20, (byte) 0);
        Arrays.fill(bytes, 24, 28, (byte) 0);
        Arrays.fill(bytes, 40, 44, (byte) 0);
        Arrays.fill(bytes, 92, 100, (byte) 0);
        return bytes;
    }
}
