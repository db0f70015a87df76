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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
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

    /** With its output in a file. */
    static Process start(Path database, Path output, String what) throws IOException {
        return Jvm.command(Writers.class, List.of(DEBUG), database, what)
                .redirectOutput(output.toFile())
                .start();
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
            // Where a commit has failed the next one met the same state, and the last of them stays.
            List<byte[]> copies = new ArrayList<>();
            for (int i = 1; Files.exists(copy(database, step, i)); i++) {
                copies.add(Files.readAllBytes(copy(database, step, i)));
            }
            byte[] point = Files.readAllBytes(file);
            assertThat(copies).as("point before step %d", step + 1).anyMatch(copy -> Arrays.equals(copy, point));
        }
    }

    /** As {@link #requireExact}, where a process may have died between its point and its copy. */
    static void requireExactAsFarAsKnown(Path database, int atLeast) throws Exception {
        Path out = Files.createTempDirectory(database.getParent(), "out");
        int known = 0;
        for (Path file : Backups.export(database, out)) {
            long step = Sql.number(file, "SELECT n FROM step");
            List<byte[]> copies = new ArrayList<>();
            for (int i = 1; Files.exists(copy(database, step, i)); i++) {
                copies.add(Files.readAllBytes(copy(database, step, i)));
            }
            if (!copies.isEmpty()) {
                known++;
                assertThat(copies).as("point before step %d", step + 1).contains(Files.readAllBytes(file));
            }
        }
        assertThat(known).isGreaterThanOrEqualTo(atLeast);
    }

    private static Path copy(Path database, long step, int occurrence) {
        return database.resolveSibling("copy-" + step + "-" + occurrence);
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
        // After a rollback the next transaction meets the same step, but maybe other bytes in free pages.
        int occurrence = 1;
        while (Files.exists(copy(database, step, occurrence))) {
            occurrence++;
        }
        Path whole = Files.createTempFile(database.getParent(), "copying", "");
        Files.write(whole, state);
        Files.move(whole, copy(database, step, occurrence));
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
            case "foreign" -> foreign(database, Integer.parseInt(arguments[2]));
            case "kinds" -> kinds(database, Integer.parseInt(arguments[2]));
            case "rarely" -> rarely(database, Integer.parseInt(arguments[2]));
            case "attached" -> attached(database, Integer.parseInt(arguments[2]));
            case "busy" -> busy(database);
            case "forever" -> forever(database);
            case "once" -> once(database, Long.parseLong(arguments[2]));
            case "onceBeside" -> onceBeside(database, Long.parseLong(arguments[2]), arguments[3]);
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
        List<Thread> running = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
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

    /** Two of ours in turns, and after every fourth transaction somebody else. */
    private static void foreign(Path database, int steps) throws Exception {
        Random random = new Random(steps);
        try (Connection one = open(database);
                Connection two = open(database);
                Connection plain = Sql.plain(database, "busy_timeout=20000")) {
            Sql.run(plain, "PRAGMA cache_size = 2", "PRAGMA synchronous = OFF");
            for (int i = 0; i < steps; i++) {
                step(database, i % 2 == 0 ? one : two, random);
                if (i % 4 == 3) {
                    Sql.run(plain, "BEGIN IMMEDIATE", "INSERT INTO t (b) VALUES (1)");
                    change(plain, random);
                    Sql.run(plain, "COMMIT");
                }
            }
        }
    }

    /** Every way to begin and end a transaction. */
    private static void kinds(Path database, int steps) throws Exception {
        Random random = new Random(steps);
        try (Connection one = open(database);
                Connection two = open(database)) {
            for (int i = 0; i < steps; i++) {
                Connection ours = i % 2 == 0 ? one : two;
                Sql.run(ours, "PRAGMA cache_size = 2");
                switch (i % 10) {
                    case 0 -> {
                        Sql.run(ours, "BEGIN", "UPDATE step SET n = n + 1");
                        keepCopy(database);
                        change(ours, random);
                        Sql.run(ours, "COMMIT");
                    }
                    case 1 -> {
                        Sql.run(ours, "SAVEPOINT a", "UPDATE step SET n = n + 1");
                        keepCopy(database);
                        Sql.run(ours, "SAVEPOINT b");
                        change(ours, random);
                        Sql.run(ours, "RELEASE b", "RELEASE a");
                    }
                    case 2 -> {
                        keepCopy(database);
                        Sql.run(ours, "UPDATE step SET n = n + 1");
                    }
                    case 3 -> {
                        // Of its own, because sqlite-jdbc leaves the connection out of autocommit mode.
                        try (Connection third = open(database)) {
                            Savepoint savepoint = third.setSavepoint();
                            Sql.run(third, "UPDATE step SET n = n + 1");
                            keepCopy(database);
                            change(third, random);
                            third.releaseSavepoint(savepoint);
                        }
                    }
                    case 4 -> {
                        keepCopy(database);
                        Sql.run(ours, "UPDATE step SET n = n + 1; UPDATE t SET b = 1 WHERE a % 70 = 3");
                    }
                    case 5 -> {
                        ours.setAutoCommit(false);
                        Sql.run(ours, "UPDATE step SET n = n + 1");
                        keepCopy(database);
                        change(ours, random);
                        ours.setAutoCommit(true);
                    }
                    case 6 -> {
                        keepCopy(database);
                        Sql.run(ours, "BEGIN EXCLUSIVE");
                        change(ours, random);
                        Sql.run(ours, "UPDATE step SET n = n + 1", "END");
                    }
                    case 7 -> {
                        // What it spills stays in the pages of the free list.
                        keepCopy(database);
                        Sql.run(ours, "BEGIN");
                        Sql.run(ours, "UPDATE t SET b = randomblob(450)");
                        Sql.run(ours, "INSERT INTO t (b) VALUES (randomblob(90000))");
                        Sql.run(ours, "UPDATE step SET n = n + 1", "ROLLBACK");
                    }
                    case 8 -> {
                        // One by one, because an error would take back more than its own.
                        keepCopy(database);
                        try (Statement batch = ours.createStatement()) {
                            batch.addBatch("UPDATE OR ROLLBACK step SET n = n + 1");
                            batch.addBatch("UPDATE OR ROLLBACK t SET b = 2 WHERE a % 40 = 9");
                            batch.executeBatch();
                        }
                    }
                    default -> {
                        keepCopy(database);
                        try (Statement batch = ours.createStatement()) {
                            batch.addBatch("UPDATE step SET n = n + 1");
                            batch.addBatch("DELETE FROM t WHERE a % 30 = 7");
                            batch.executeBatch();
                        }
                    }
                }
            }
        }
    }

    /** Only every fifth transaction takes a point, and must know what the four before have changed. */
    private static void rarely(Path database, int steps) throws Exception {
        Random random = new Random(steps);
        try (Connection all = open(database);
                Connection none = open(database, "backup.min-interval=1h");
                Connection other = open(database, "backup.min-interval=1h")) {
            for (int i = 0; i < steps; i++) {
                Connection ours = i % 5 == 0 ? all : i % 2 == 0 ? none : other;
                step(database, ours, random);
            }
        }
    }

    private static void attached(Path database, int steps) throws Exception {
        Path second = Files.createDirectory(database.resolveSibling("second")).resolve("prt.db");
        Files.copy(database, second);
        Random random = new Random(steps);
        try (Connection one = open(database);
                Connection two = open(second)) {
            Sql.run(one, "ATTACH '" + second + "' AS other");
            Sql.run(two, "ATTACH '" + database + "' AS other");
            for (int i = 0; i < steps; i++) {
                Connection ours = i % 2 == 0 ? one : two;
                Sql.run(ours, "BEGIN", "UPDATE main.step SET n = n + 1", "UPDATE other.step SET n = n + 1");
                keepCopy(database);
                keepCopy(second);
                change(ours, random);
                if (i % 3 == 0) {
                    Sql.run(ours, "UPDATE other.t SET b = randomblob(300) WHERE a % 40 = 11");
                }
                Sql.run(ours, "COMMIT");
            }
        }
        requireExact(second, steps);
    }

    /** {@code COMMIT} fails while somebody reads, and is tried again; or the transaction is rolled back instead. */
    private static void busy(Path database) throws Exception {
        Random random = new Random(1);
        try (Connection one = open(database, "busy_timeout=0");
                Connection two = open(database);
                Connection reader = Sql.plain(database)) {
            for (int i = 0; i < 8; i++) {
                one.setAutoCommit(false);
                Sql.run(one, "UPDATE step SET n = n + 1");
                keepCopy(database);
                change(one, random);
                try (Statement reading = reader.createStatement();
                        ResultSet rows = reading.executeQuery("SELECT * FROM t")) {
                    assertThat(rows.next()).isTrue();
                    try {
                        one.commit();
                        throw new AssertionError("committed behind a reader");
                    } catch (SQLException e) {
                        assertThat(e.getErrorCode()).isEqualTo(5);
                    }
                }
                if (i % 3 == 0) {
                    one.rollback();
                } else {
                    change(one, random);
                    one.commit();
                }
                one.setAutoCommit(true);
                step(database, two, random);
            }
        }
    }

    /** A short life. */
    private static void once(Path database, long seed) throws Exception {
        try (Connection ours = open(database)) {
            step(database, ours, new Random(seed));
        }
    }

    /** A short life while another connection is alive, and maybe in mid-transaction. */
    private static void onceBeside(Path database, long seed, String what) throws Exception {
        try (Connection plain = Sql.plain(database, "busy_timeout=20000")) {
            Connection ours = open(database);
            step(database, ours, new Random(seed));
            if ("writing".equals(what)) {
                Sql.run(plain, "BEGIN IMMEDIATE", "INSERT INTO t (b) VALUES (randomblob(9000))");
                ours.close();
                Sql.run(plain, "COMMIT");
            } else if ("wrote".equals(what)) {
                Sql.run(plain, "INSERT INTO t (b) VALUES (randomblob(9000))");
                ours.close();
            } else if ("writesLater".equals(what)) {
                ours.close();
                Sql.run(plain, "INSERT INTO t (b) VALUES (randomblob(9000))");
            } else if ("reading".equals(what)) {
                ours.setAutoCommit(false);
                Sql.column(ours, "SELECT count(*) FROM t");
                ours.close();
            } else {
                assertThat(Sql.column(plain, "SELECT n FROM step")).hasSize(1);
                ours.close();
            }
        }
    }

    /** Says a line for each transaction, until it is killed. */
    private static void forever(Path database) throws Exception {
        Random random = new Random(ProcessHandle.current().pid());
        try (Connection ours = open(database)) {
            while (true) {
                step(database, ours, random);
                System.out.println("done");
                // SQLite's waiters sleep for up to 100 ms, and would starve.
                LockSupport.parkNanos(20_000_000);
            }
        }
    }
}
