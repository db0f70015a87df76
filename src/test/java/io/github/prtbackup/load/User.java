package io.github.prtbackup.load;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * A process with two threads that write, through the driver with one strategy or past it. It does a round when it is told
 * {@code round FIRST-NUMBER TRANSACTIONS KEEP}, and says what it has done: {@code done} and the numbers that a transaction
 * has inserted, {@code rolled} and the hash of the state that one left unchanged, {@code manual}, {@code deleted} and
 * {@code safety} with the id of a backup; at last {@code end}, its descriptors and its heap. Where anything fails, it ends.
 */
final class User {
    private static final int THREADS = 2;
    private static final int PATIENCE = 120_000;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final Path database;
    private final String strategy;
    private final boolean restores;

    private User(Path database, String strategy, boolean restores) {
        this.database = database;
        this.strategy = strategy;
        this.restores = restores;
    }

    public static void main(String[] arguments) throws Exception {
        User user = new User(Path.of(arguments[0]), arguments[1], Boolean.parseBoolean(arguments[2]));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ", -1);
            user.round(threads, Long.parseLong(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            say("end " + descriptors() + " " + heap());
        }
        threads.shutdown();
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private void round(ExecutorService threads, long first, int transactions, int keep) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long number = first + i * 2L * transactions;
            boolean isFirst = i == 0;
            tasks.add(() -> write(number, transactions, keep, isFirst));
        }
        for (Future<Void> done : threads.invokeAll(tasks)) {
            done.get();
        }
    }

    private Void write(long first, int transactions, int keep, boolean isFirst) throws Exception {
        Random random = new Random(first);
        try (Connection connection = open(keep)) {
            for (int i = 0; i < transactions; i++) {
                transaction(connection, random, first + 2L * i);
                if (!isPlain() && isFirst && i % 6 == 5) {
                    keepHouse(random, keep);
                }
            }
        }
        return null;
    }

    private boolean isPlain() {
        return strategy.equals("plain");
    }

    private Connection open(int keep) throws SQLException {
        return isPlain()
                ? Sql.plain(database, "busy_timeout=" + PATIENCE)
                : Sql.open(
                        database,
                        "busy_timeout=" + PATIENCE,
                        "backup.strategy=" + strategy,
                        // Some are larger, some are not.
                        "backup.full-max-size=180KB",
                        "backup.keep=" + keep,
                        "backup.keep-points=" + keep);
    }

    private void transaction(Connection connection, Random random, long number) throws SQLException {
        String insert = Ledger.insert(number);
        // The last one leaves nothing, and would have no backup where the driver is not used.
        switch (random.nextInt(isPlain() ? 7 : 8)) {
            case 0 -> {
                try (PreparedStatement prepared =
                        connection.prepareStatement("INSERT INTO entry (number) VALUES (?)")) {
                    prepared.setLong(1, number);
                    prepared.executeUpdate();
                }
            }
            case 1 -> {
                connection.setAutoCommit(false);
                Sql.run(connection, insert, Ledger.insert(number + 1));
                connection.commit();
                connection.setAutoCommit(true);
                say("done " + number + " " + (number + 1));
                return;
            }
            case 2 -> Sql.run(connection, "BEGIN IMMEDIATE", insert, "END");
            case 3 -> Sql.column(connection, insert + " RETURNING n");
            case 4 -> {
                Sql.run(connection, "SAVEPOINT outermost", insert, "SAVEPOINT inner", Ledger.insert(number + 1));
                Sql.run(connection, "ROLLBACK TO inner", "RELEASE outermost");
            }
            case 5 -> {
                try (PreparedStatement prepared =
                        connection.prepareStatement("INSERT INTO entry (number) VALUES (?)")) {
                    prepared.setLong(1, number);
                    prepared.addBatch();
                    prepared.executeBatch();
                }
                Sql.column(connection, "PRAGMA wal_checkpoint(PASSIVE)");
            }
            case 6 -> Sql.run(connection, insert);
            default -> {
                Sql.run(connection, "BEGIN IMMEDIATE");
                long hash = Sql.number(connection, "SELECT hash FROM head");
                Sql.run(connection, insert, "ROLLBACK");
                say("rolled " + hash);
                return;
            }
        }
        say("done " + number);
    }

    /** Manual backups and what becomes of them, and in one of the processes a restore. */
    private void keepHouse(Random random, int keep) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", String.valueOf(PATIENCE));
        properties.setProperty("backup.keep", String.valueOf(keep));
        try (PrtBackup backups = PrtBackup.open(database, properties)) {
            long manual = backups.createBackupWithComment("by " + strategy).backupId();
            say("manual " + manual);
            if (random.nextBoolean()) {
                backups.deleteBackup(manual);
                say("deleted " + manual);
            }
            if (random.nextInt(3) == 0) {
                backups.cleanupAutoBackups(keep);
            }
            if (restores) {
                List<BackupInfo> history = backups.getBackupHistory();
                restore(backups, history.get(random.nextInt(history.size())).backupId());
            }
        }
    }

    private static void restore(PrtBackup backups, long id) throws IOException, SQLException {
        try {
            say("safety "
                    + backups.restoreFromBackup(id).safetyBackup().orElseThrow().backupId());
        } catch (IllegalArgumentException | NoSuchFileException e) {
            // Others clean up, and delete their own.
            say("gone " + id);
        }
    }

    private static long heap() {
        // What is in use after a collection, of which one may leave something for the next.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long descriptors() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.count();
        }
    }

    /** Reads as long as a round lasts, between the lines {@code begin} and {@code stop}; then tells how often. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (orders.readLine() != null) {
                int snapshots = 0;
                try (Connection plain = Sql.plain(database, "busy_timeout=" + PATIENCE);
                        Connection ours = Sql.open(database, "busy_timeout=" + PATIENCE)) {
                    while (!orders.ready()) {
                        for (Connection connection : List.of(plain, ours)) {
                            Sql.run(connection, "BEGIN");
                            Ledger.requireConsistent(connection, "a snapshot");
                            Sql.run(connection, "COMMIT");
                            snapshots++;
                            Thread.sleep(5);
                        }
                    }
                }
                orders.readLine();
                say("read " + snapshots);
                say("end 0 0");
            }
        }
    }
}
