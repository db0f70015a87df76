package io.github.prtbackup.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several processes write at once, through the driver and past it. Each transaction adds a row to a log and changes other
 * tables; the log of a point is the beginning of the log of the database, and ends where a transaction of the driver began.
 */
class ConcurrentHistoryTest {

    private static final int PROCESSES = 3;
    private static final int TRANSACTIONS = 15;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"DELETE, 4096, 1", "WAL, 512, 2", "PERSIST, 1024, 3"})
    void everyPointIsAStateThatACommitHasMade(String journalMode, int pageSize, long firstSeed) throws Exception {
        long end = System.nanoTime() + Long.getLong("prtbackup.differential.seconds", 0) * 300_000_000L;
        long seed = firstSeed + 10 * Long.getLong("prtbackup.differential.seed", 0);
        do {
            run(
                    Files.createDirectory(directory.resolve("seed-" + seed)).resolve("prt.db"),
                    journalMode,
                    pageSize,
                    seed);
            seed += 10;
        } while (System.nanoTime() < end);
    }

    void run(Path database, String journalMode, int pageSize, long seed) throws Exception {
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA page_size = " + pageSize);
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    plain,
                    "CREATE TABLE log (n INTEGER PRIMARY KEY AUTOINCREMENT, ours INT)",
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, b BLOB)",
                    "CREATE VIRTUAL TABLE f USING fts5(body)",
                    "CREATE INDEX i ON t (n)");
        }
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(Jvm.start(Writers.class, List.of(), database, journalMode, seed * 100 + i, i == 0));
        }
        for (Process process : processes) {
            Jvm.await(process);
        }
        requireExact("seed " + seed, database);
    }

    private void requireExact(String what, Path database) throws Exception {
        List<Integer> log = numbers(database, "SELECT n FROM log ORDER BY n");
        TreeSet<Integer> required = new TreeSet<>(numbers(database, "SELECT n - 1 FROM log WHERE ours = 1"));
        TreeSet<Integer> found = new TreeSet<>();
        Path file = database.resolveSibling("exported.db");
        try (PrtBackup backups = PrtBackup.open(database)) {
            List<BackupInfo> points = new ArrayList<>(backups.getBackupHistory());
            points.sort(Comparator.comparingLong(BackupInfo::backupId));
            int before = 0;
            for (BackupInfo point : points) {
                // Checks its integrity, too.
                backups.exportBackup(point.backupId(), file);
                List<Integer> prefix = numbers(file, "SELECT n FROM log ORDER BY n");
                assertThat(prefix).as("%s, point %d", what, point.backupId()).isEqualTo(log.subList(0, prefix.size()));
                assertThat(prefix.size()).isGreaterThanOrEqualTo(before);
                before = prefix.size();
                found.add(before);
                assertThat(Sql.column(file, "SELECT count(*) FROM log JOIN t ON t.id = 1 WHERE log.n = t.n"))
                        .containsExactly(before == 0 ? "0" : "1");
                assertThat(Sql.number(file, "SELECT n FROM t WHERE id = 1 UNION ALL SELECT 0"))
                        .isEqualTo(before);
                Files.delete(file);
            }
            assertThat(found).as(what).containsAll(required);
            assertThat(points.size()).as(what).isGreaterThanOrEqualTo(required.size());
        }
    }

    private static List<Integer> numbers(Path database, String query) throws SQLException {
        return Sql.column(database, query).stream().map(Integer::valueOf).toList();
    }

    /** A process with two connections of the driver and perhaps a plain one. */
    static final class Writers {

        private Writers() {}

        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            long seed = Long.parseLong(arguments[2]);
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                boolean ours = i < 2;
                Random random = new Random(seed * 10 + i);
                if (ours || Boolean.parseBoolean(arguments[3])) {
                    tasks.add(() -> write(database, arguments[1], random, ours));
                }
            }
            ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
            try {
                for (Future<Void> done : executor.invokeAll(tasks)) {
                    done.get();
                }
            } finally {
                executor.shutdown();
            }
        }

        private static Void write(Path database, String mode, Random random, boolean ours) throws SQLException {
            Connection connection = open(database, mode, ours);
            for (int i = 0; i < TRANSACTIONS; i++) {
                if (random.nextInt(10) == 0) {
                    connection.close();
                    connection = open(database, mode, ours);
                }
                if (random.nextInt(6) == 0) {
                    try {
                        Sql.column(
                                connection,
                                "PRAGMA wal_checkpoint("
                                        + List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE")
                                                .get(random.nextInt(4))
                                        + ")");
                    } catch (SQLException e) {
                        if (!String.valueOf(e.getMessage()).contains("BUSY")
                                && !String.valueOf(e.getMessage()).contains("LOCKED")) {
                            throw e;
                        }
                    }
                }
                transaction(connection, random, ours ? 1 : 0);
            }
            connection.close();
            return null;
        }

        private static Connection open(Path database, String mode, boolean ours) throws SQLException {
            Connection connection = ours
                    ? Sql.open(database, "backup.strategy=incremental", "busy_timeout=60000")
                    : Sql.plain(database, "busy_timeout=60000");
            if (!mode.equals("WAL")) {
                Sql.column(connection, "PRAGMA journal_mode = " + mode);
            }
            Sql.run(connection, "PRAGMA synchronous = OFF", "PRAGMA cache_size = 10");
            return connection;
        }

        private static void transaction(Connection connection, Random random, int ours) throws SQLException {
            Sql.run(connection, "BEGIN IMMEDIATE", "INSERT INTO log (ours) VALUES (" + ours + ")");
            for (int i = random.nextInt(4); i >= 0; i--) {
                int id = 2 + random.nextInt(300);
                Sql.run(
                        connection,
                        switch (random.nextInt(5)) {
                            case 0 ->
                                "REPLACE INTO t VALUES (" + id + ", 5, randomblob(" + random.nextInt(30_000) + "))";
                            case 1 -> "DELETE FROM t WHERE id BETWEEN " + id + " AND " + (id + 30);
                            case 2 -> "INSERT INTO f(body) VALUES (hex(randomblob(40)))";
                            case 3 -> "DELETE FROM f WHERE rowid % 7 = " + id % 7;
                            default -> "UPDATE t SET b = randomblob(300) WHERE id > 1 AND id % 4 = " + id % 4;
                        });
            }
            Sql.run(
                    connection,
                    "REPLACE INTO t SELECT 1, max(n), NULL FROM log",
                    random.nextInt(6) == 0 ? "ROLLBACK" : "COMMIT");
        }
    }
}
