package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sqlite.SQLiteConnection;

/**
 * Writes to one database through the driver in processes of its own, where the log tells how often all pages were compared.
 *
 * <p>Each transaction notes its number in the table {@code step}, and a copy of the state that it meets is kept under that
 * number plus one; so the point before it is recognised by the number in it, and must be that copy.
 */
final class Writers {

    private static final String DEBUG = "-Dorg.slf4j.simpleLogger.log.io.github.prtbackup.backup=debug";

    private Writers() {}

    static Path create(Path directory, String journalMode, int rows) throws SQLException {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    plain,
                    "CREATE TABLE step (n INTEGER)",
                    "INSERT INTO step VALUES (0)",
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
                    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < " + rows
                            + ") INSERT INTO t SELECT x, randomblob(400) FROM c");
        }
        return database;
    }

    static Process start(Path database, String what, Object... arguments) throws IOException {
        Object[] all = Stream.concat(Stream.of(database, what), Arrays.stream(arguments))
                .toArray();
        return Jvm.start(Writers.class, List.of(DEBUG), all);
    }

    static String run(Path database, String what, Object... arguments) throws IOException, InterruptedException {
        return Jvm.await(start(database, what, arguments));
    }

    /** How often all pages were compared. */
    static int comparisons(String output) {
        Matcher matcher = Pattern.compile("All pages of .* are compared").matcher(output);
        int count = 0;
        while (matcher.find()) {
            count++;
        }
        return count;
    }

    /** Each point is, to the byte, the copy that was taken under the same lock. */
    static void requireExact(Path database, int points) throws Exception {
        List<BackupInfo> history = Backups.of(database);
        assertThat(history).hasSize(points);
        Path out = Files.createTempDirectory(database.getParent(), "out");
        for (Path file : Backups.export(database, out)) {
            long step = Sql.number(file, "SELECT n FROM step");
            assertThat(Files.readAllBytes(file))
                    .as("point before step %d", step + 1)
                    .isEqualTo(Files.readAllBytes(copy(database, step)));
        }
    }

    private static Path copy(Path database, long step) {
        return database.resolveSibling("copy-" + step);
    }

    static Connection open(Path database, String... parameters) throws SQLException {
        String[] all = Stream.concat(
                        Stream.of("backup.strategy=incremental", "busy_timeout=20000"), Arrays.stream(parameters))
                .toArray(String[]::new);
        return Sql.open(database, all);
    }

    /** One transaction, which changes a few pages; or many, if its number is divisible by seven. */
    static void step(Path database, Connection ours, Random random) throws Exception {
        ours.setAutoCommit(false);
        try {
            Sql.run(ours, "UPDATE step SET n = n + 1");
            keepCopy(database);
            change(ours, random);
            ours.commit();
        } catch (SQLException e) {
            ours.rollback();
            throw e;
        } finally {
            ours.setAutoCommit(true);
        }
    }

    /** The write lock is held and nothing has reached the file, so another connection sees what the point is. */
    static void keepCopy(Path database) throws Exception {
        byte[] state;
        long step;
        try (SQLiteConnection reader = (SQLiteConnection) Sql.plain(database, "busy_timeout=20000")) {
            state = reader.serialize("main");
            step = Sql.number(reader, "SELECT n FROM step");
        }
        Files.write(copy(database, step), state);
    }

    static void change(Connection connection, Random random) throws SQLException {
        switch (random.nextInt(6)) {
            case 0 -> Sql.run(connection, "DELETE FROM t WHERE a % 9 = " + random.nextInt(9));
            case 1 -> Sql.run(connection, "INSERT INTO t (b) VALUES (zeroblob(" + random.nextInt(30_000) + "))");
            case 2 -> Sql.run(connection, "UPDATE t SET b = randomblob(500) WHERE a % 50 = " + random.nextInt(50));
            default ->
                Sql.run(
                        connection,
                        "INSERT OR REPLACE INTO t VALUES (" + random.nextInt(2000) + ", randomblob("
                                + random.nextInt(900) + "))");
        }
    }

    /** The other side. */
    public static void main(String[] arguments) throws Exception {
        Path database = Path.of(arguments[0]);
        switch (arguments[1]) {
            case "inTurns" -> inTurns(database, Integer.parseInt(arguments[2]));
            case "threads" -> threads(database, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(arguments[1]);
        }
    }

    private static void inTurns(Path database, int steps) throws Exception {
        Random random = new Random(steps);
        try (Connection one = open(database);
                Connection two = open(database)) {
            for (int i = 0; i < steps; i++) {
                step(database, i % 2 == 0 ? one : two, random);
            }
        }
    }

    private static void threads(Path database, int threads, int steps) throws Exception {
        List<Thread> running = new java.util.ArrayList<>();
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < threads; i++) {
            long seed = ProcessHandle.current().pid() * 31 + i;
            Thread thread = new Thread(() -> {
                try (Connection connection = open(database)) {
                    Random random = new Random(seed);
                    for (int step = 0; step < steps; step++) {
                        step(database, connection, random);
                    }
                } catch (Exception | Error e) {
                    failures.add(e);
                }
            });
            thread.start();
            running.add(thread);
        }
        for (Thread thread : running) {
            thread.join();
        }
        for (Throwable failure : failures) {
            throw new AssertionError(failure);
        }
    }
}
