package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Images;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteConnection;

/** The first base of a large database is copied while others write, and is exactly what the first transaction met. */
class FirstBaseTest {

    private static final int STEPS = 12;

    @TempDir
    Path directory;

    private Path database;
    private Path backups;

    @ParameterizedTest
    @CsvSource({"WAL, 4096, 1", "WAL, 1024, 3", "WAL, 65536, 4", "DELETE, 4096, 6", "TRUNCATE, 1024, 7"})
    void nobodyWaitsForItAndNothingIsMissed(String journalMode, int pageSize, long seed) throws Exception {
        create(journalMode, pageSize, 10);
        Random random = new Random(seed);
        // No time to wait: whoever held a lock over the copy would show as SQLITE_BUSY.
        try (Connection writer = Sql.plain(database, "busy_timeout=0")) {
            Sql.run(writer, "PRAGMA synchronous = OFF", "PRAGMA cache_size = 10", "PRAGMA wal_autocheckpoint = 200");
            int[] commits = {0};
            CopyProgress during = (done, total) -> {
                if (done * STEPS / total > commits[0]) {
                    commits[0]++;
                    write(writer, random);
                }
            };
            checkPoints(during, writer, random);
            assertThat(commits[0]).isEqualTo(STEPS);
        }
    }

    @ParameterizedTest
    @CsvSource({"WAL, 4096, 1", "PERSIST, 1024, 3"})
    void aCopyThatNobodyDisturbedIsTheDatabase(String journalMode, int pageSize, long seed) throws Exception {
        create(journalMode, pageSize, 10);
        try (Connection writer = Sql.plain(database)) {
            Sql.run(
                    writer,
                    "PRAGMA synchronous = OFF",
                    "PRAGMA wal_autocheckpoint = 0",
                    "UPDATE t SET b = randomblob(900) WHERE a % 7 = 0");
            checkPoints(CopyProgress.NONE, writer, new Random(seed));
        }
    }

    /** What was spilled into the file and taken back leaves the change counter alone. */
    @Test
    void aTransactionThatIsTakenBackDuringTheCopyLeavesNothing() throws Exception {
        create("DELETE", 4096, 10);
        try (Connection writer = Sql.plain(database)) {
            Sql.run(writer, "PRAGMA synchronous = OFF", "PRAGMA cache_size = 10");
            CopyProgress during = (done, total) -> {
                try {
                    if (done == 64) {
                        Sql.run(writer, "BEGIN", "UPDATE t SET b = zeroblob(900)");
                    } else if (done == 1024) {
                        Sql.run(writer, "ROLLBACK");
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            };
            checkPoints(during, writer, new Random(1));
        }
    }

    @Test
    void whatADeadProcessHasPreparedIsRemoved() throws Exception {
        create("DELETE", 4096, 10);
        Process dying = Jvm.start(Dying.class, List.of(), database);
        assertThat(dying.waitFor()).isEqualTo(9);
        assertThat(Backups.files(backups)).anyMatch(file -> file.startsWith(".tmp-"));
        byte[] before = image();
        try (Connection ours = open()) {
            assertThat(Backups.files(backups)).noneMatch(file -> file.startsWith(".tmp-"));
            Sql.run(ours, "INSERT INTO log VALUES (1)");
        }
        assertExported(List.of(before));
    }

    /** Dies in the middle of the copy. */
    static final class Dying {
        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            CopyProgress during = (done, total) -> {
                if (done * 2 > total) {
                    Runtime.getRuntime().halt(9);
                }
            };
            try (IncrementalBackups points = new IncrementalBackups(
                    database,
                    Catalogs.open(database.resolveSibling("backups")),
                    Patience.LONG,
                    Settings.defaults(),
                    during)) {
                points.prepare(1000, false);
            }
        }
    }

    /** Prepares a base, takes it and two more points, and compares each with the database under the lock. */
    private void checkPoints(CopyProgress during, Connection writer, Random random) throws Exception {
        List<byte[]> expected = new ArrayList<>();
        try (Connection user = Sql.plain(database);
                IncrementalBackups points = new IncrementalBackups(
                        database, Catalogs.open(backups), Patience.LONG, Settings.defaults(), during)) {
            assertThat(points.needsPreparation()).isTrue();
            points.prepare(1000, false);
            assertThat(Backups.files(backups)).anyMatch(file -> file.startsWith(".tmp-"));
            for (int i = 0; i < 3; i++) {
                Sql.run(user, "BEGIN IMMEDIATE");
                expected.add(image());
                points.take(0, false, "main", Occasion.of("point " + i));
                Sql.run(user, "COMMIT");
                points.discardPrepared();
                assertThat(points.needsPreparation()).isFalse();
                write(writer, random);
            }
        }
        assertExported(expected);
        assertThat(Backups.files(backups)).noneMatch(file -> file.startsWith(".tmp-"));
    }

    private static void write(Connection writer, Random random) {
        try {
            switch (random.nextInt(8)) {
                case 0 -> Sql.run(writer, "INSERT INTO t (b) SELECT randomblob(900) FROM t LIMIT 700");
                case 1 -> Sql.run(writer, "DELETE FROM t WHERE a % 3 = " + random.nextInt(3));
                case 2 -> Sql.run(writer, "VACUUM");
                case 3 -> Sql.column(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
                case 4 -> Sql.run(writer, "BEGIN", "UPDATE t SET b = randomblob(900) WHERE a % 2 = 0", "ROLLBACK");
                case 5 -> Sql.run(writer, "DELETE FROM t WHERE a > (SELECT max(a) / 2 FROM t)", "VACUUM");
                case 6 ->
                    Sql.run(writer, "CREATE TABLE u (x)", "INSERT INTO u VALUES (zeroblob(200000))", "DROP TABLE u");
                default -> Sql.run(writer, "UPDATE t SET b = randomblob(900) WHERE a % 50 = " + random.nextInt(50));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"WAL", "DELETE"})
    void whateverTheTransactionHasDoneBeforeItsFirstWrite(String journalMode) throws Exception {
        for (List<String> start : List.of(
                List.of("BEGIN"),
                List.of("BEGIN IMMEDIATE"),
                List.of("BEGIN EXCLUSIVE"),
                List.of("SAVEPOINT s"),
                List.of("PRAGMA locking_mode = EXCLUSIVE", "BEGIN"))) {
            for (boolean reads : start.equals(List.of("BEGIN")) ? new boolean[] {false, true} : new boolean[] {false}) {
                createIn(Files.createTempDirectory(directory, "case"), journalMode, 4096, 10);
                byte[] before = image();
                try (Connection ours = open()) {
                    for (String sql : start) {
                        Sql.run(ours, sql);
                    }
                    if (reads) {
                        Sql.column(ours, "SELECT a FROM t LIMIT 1");
                    }
                    Sql.run(ours, "UPDATE t SET b = 1 WHERE a = 1");
                    assertThat(Backups.files(backups)).noneMatch(file -> file.startsWith(".tmp-"));
                }
                assertExported(List.of(before));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "WAL, INSERT INTO log VALUES (1) RETURNING x",
        "DELETE, INSERT INTO log VALUES (1) RETURNING x",
        "WAL, VACUUM",
        "DELETE, VACUUM"
    })
    void whateverTheFirstWriteIs(String journalMode, String sql) throws Exception {
        create(journalMode, 4096, 10);
        List<byte[]> before = new ArrayList<>(List.of(image()));
        try (Connection ours = open()) {
            Sql.column(ours, "SELECT a FROM t LIMIT 1");
            if (sql.equals("VACUUM")) {
                Sql.run(ours, sql);
            } else {
                Sql.column(ours, sql);
            }
            before.add(image());
            Sql.run(ours, "UPDATE t SET b = 1 WHERE a = 1");
        }
        assertExported(before);
        assertThat(Backups.files(backups)).noneMatch(file -> file.startsWith(".tmp-"));
    }

    /** In DELETE mode plain SQLite refuses the second of two transactions that have read; neither waits for the other. */
    @ParameterizedTest
    @CsvSource({"WAL", "DELETE"})
    void transactionsThatHaveReadDoNotWaitForEachOther(String journalMode) throws Exception {
        create(journalMode, 4096, 10);
        byte[] before = image();
        try (Connection one = open("busy_timeout=0");
                Connection two = open("busy_timeout=0")) {
            for (Connection connection : List.of(one, two)) {
                Sql.run(connection, "BEGIN");
                Sql.column(connection, "SELECT a FROM t LIMIT 1");
            }
            Sql.run(one, "UPDATE t SET b = 1 WHERE a = 1");
            try {
                Sql.run(two, "UPDATE t SET b = 1 WHERE a = 1");
                throw new AssertionError("two writers at once");
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("SQLITE_BUSY");
            }
            Sql.run(two, "ROLLBACK");
            Sql.run(one, "COMMIT");
        }
        assertExported(List.of(before));
    }

    @ParameterizedTest
    @CsvSource({"WAL", "DELETE"})
    void manyThatMeetItAtOnceMakeOne(String journalMode) throws Exception {
        create(journalMode, 4096, 12);
        int threads = 6;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> writers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                writers.add(() -> {
                    try (Connection ours = open("busy_timeout=60000")) {
                        ours.setAutoCommit(number % 2 == 0);
                        for (int n = 0; n < 5; n++) {
                            Sql.run(ours, "INSERT INTO log VALUES ('" + number + "-" + n + "')");
                            if (number % 2 != 0) {
                                ours.commit();
                            }
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(writers)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        List<String> rows = Sql.column(database, "SELECT x FROM log ORDER BY rowid");
        List<BackupInfo> points = Backups.of(database);
        List<Path> files = Backups.export(database, directory);
        assertThat(points).hasSize(threads * 5);
        for (int i = 0; i < files.size(); i++) {
            assertThat(Sql.column(files.get(i), "SELECT x FROM log ORDER BY rowid"))
                    .isEqualTo(rows.subList(0, i));
        }
        assertThat(Backups.files(backups)).noneMatch(file -> file.startsWith(".tmp-"));
    }

    @Test
    void severalDatabasesInOneStatement() throws Exception {
        create("DELETE", 4096, 10);
        Map<Path, byte[]> before = new HashMap<>();
        before.put(database, image());
        Path first = database;
        createIn(Files.createTempDirectory(directory, "second"), "WAL", 4096, 10);
        try (Connection plain = Sql.plain(database)) {
            // A name that only this one has: older SQLites take no other in a trigger.
            Sql.run(plain, "CREATE TABLE other (x)");
        }
        before.put(database, image());
        Path second = database;
        try (Connection ours = Sql.open(first, "backup.strategy=incremental")) {
            Sql.run(
                    ours,
                    "ATTACH '" + second + "' AS second",
                    "CREATE TEMP TRIGGER both AFTER INSERT ON main.log BEGIN INSERT INTO other VALUES (1); END",
                    "INSERT INTO main.log VALUES (2)");
        }
        for (Map.Entry<Path, byte[]> entry : before.entrySet()) {
            database = entry.getKey();
            assertExported(List.of(entry.getValue()));
        }
    }

    private Connection open(String... parameters) throws SQLException {
        List<String> all = new ArrayList<>(List.of(parameters));
        all.add("backup.strategy=incremental");
        return Sql.open(database, all.toArray(new String[0]));
    }

    private void create(String journalMode, int pageSize, int megabytes) throws Exception {
        createIn(directory, journalMode, pageSize, megabytes);
    }

    private void createIn(Path parent, String journalMode, int pageSize, int megabytes) throws Exception {
        database = parent.toRealPath().resolve("prt.db");
        backups = database.resolveSibling("backups");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA page_size = " + pageSize);
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    plain,
                    "PRAGMA synchronous = OFF",
                    "CREATE TABLE log (x)",
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
                    "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < " + megabytes * 1024
                            + ") INSERT INTO t SELECT n, randomblob(900) FROM c");
        }
    }

    private byte[] image() throws SQLException {
        try (SQLiteConnection plain = (SQLiteConnection) Sql.plain(database)) {
            return plain.serialize("main");
        }
    }

    private void assertExported(List<byte[]> met) throws Exception {
        List<byte[]> expected = Images.staying(met);
        Path target = Files.createTempDirectory(directory, "exported");
        List<Path> files = Backups.export(database, target);
        assertThat(files).hasSize(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Files.readAllBytes(files.get(i))).as("point %d", i).isEqualTo(expected.get(i));
        }
    }
}
