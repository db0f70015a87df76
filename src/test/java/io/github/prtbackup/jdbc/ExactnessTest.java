package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The heart of it: each transaction inserts one row with an id of its own; afterwards N transactions have left N backups
 * with 0, 1, …, N-1 rows, each count once, and each backup is the one before it and one row.
 */
class ExactnessTest {

    private static final int PROCESSES = 4;
    private static final int THREADS = 2;
    private static final int TRANSACTIONS = 25;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"DELETE, full", "WAL, full", "DELETE, incremental", "WAL, incremental"})
    void threadsOfOneProcess(String journalMode, String strategy) throws Exception {
        Path database = create(journalMode);
        Writer.run(database, strategy, "p", 8, TRANSACTIONS);
        requireExact(database, 8 * TRANSACTIONS);
    }

    @ParameterizedTest
    @CsvSource({"DELETE, full", "WAL, full", "DELETE, incremental", "WAL, incremental"})
    void threadsOfSeveralProcesses(String journalMode, String strategy) throws Exception {
        Path database = create(journalMode);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(Jvm.start(Writer.class, List.of(), database, strategy, "p" + i, THREADS, TRANSACTIONS));
        }
        for (Process process : processes) {
            Jvm.await(process);
        }
        requireExact(database, PROCESSES * THREADS * TRANSACTIONS);
    }

    private Path create(String journalMode) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
            Sql.run(connection, "CREATE TABLE t (id TEXT PRIMARY KEY)");
        }
        return database;
    }

    private void requireExact(Path database, int transactions) throws Exception {
        List<BackupInfo> backups = Backups.of(database);
        assertThat(backups).hasSize(transactions);
        assertThat(backups.stream().map(BackupInfo::backupId))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, transactions).boxed().toList());
        List<Path> files = Backups.export(database, directory);
        Set<String> before = Set.of();
        for (int rows = 0; rows < transactions; rows++) {
            Set<String> ids = new HashSet<>(Sql.column(files.get(rows), "SELECT id FROM t"));
            assertThat(ids).hasSize(rows).containsAll(before);
            before = ids;
        }
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(transactions);
    }

    /** Writes in all the ways that begin and end a transaction. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            run(
                    Path.of(arguments[0]),
                    arguments[1],
                    arguments[2],
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]));
        }

        static void run(Path database, String strategy, String name, int threads, int transactions) throws Exception {
            ExecutorService executor = Executors.newFixedThreadPool(threads);
            try {
                List<Callable<Void>> tasks = IntStream.range(0, threads)
                        .<Callable<Void>>mapToObj(thread -> () -> {
                            write(database, strategy, name + "t" + thread + "n", transactions);
                            return null;
                        })
                        .toList();
                for (Future<Void> done : executor.invokeAll(tasks)) {
                    done.get();
                }
            } finally {
                executor.shutdown();
            }
        }

        private static void write(Path database, String strategy, String name, int transactions) throws Exception {
            String insert = "INSERT INTO t VALUES (?)";
            try (Connection connection = Sql.open(
                            database, "backup.keep=100000", "backup.strategy=" + strategy, "busy_timeout=60000");
                    PreparedStatement prepared = connection.prepareStatement(insert)) {
                for (int i = 0; i < transactions; i++) {
                    String id = name + i;
                    switch (i % 5) {
                        case 0 -> {
                            prepared.setString(1, id);
                            prepared.executeUpdate();
                        }
                        case 1 -> {
                            connection.setAutoCommit(false);
                            prepared.setString(1, id);
                            prepared.executeUpdate();
                            Sql.run(connection, "UPDATE t SET id = id WHERE id = '" + id + "'");
                            connection.commit();
                            connection.setAutoCommit(true);
                        }
                        case 2 -> Sql.run(connection, "BEGIN IMMEDIATE", "INSERT INTO t VALUES ('" + id + "')", "END");
                        case 3 -> Sql.column(connection, "INSERT INTO t VALUES ('" + id + "') RETURNING id");
                        default -> {
                            prepared.setString(1, id);
                            prepared.addBatch();
                            prepared.executeBatch();
                        }
                    }
                }
            }
        }
    }
}
