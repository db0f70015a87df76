package io.github.prtbackup.differential;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * Another JVM that writes through the driver when it is told, and can be killed. Before each transaction it puts a copy of
 * the database into a file and says {@code begin FILE}, afterwards it says {@code done} and what it did.
 */
final class WritingProcess implements AutoCloseable {

    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;

    WritingProcess() throws IOException {
        process = Jvm.start(WritingProcess.class, List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"));
        orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Opens a database anew, with the parameters of a URL. */
    void open(Path database, String parameters, int cacheSize, String journalMode) {
        orders.println("open\t" + database + "\t" + parameters + "\t" + cacheSize + "\t" + journalMode);
    }

    /** Runs a transaction; the answers are to be read. */
    void transaction(long seed, Path copy) {
        orders.println("transaction\t" + seed + "\t" + copy);
    }

    /** Folds, in the midst of which it can be killed. */
    void keep(int points) {
        orders.println("keep\t" + points);
    }

    void closeConnection() {
        orders.println("close");
    }

    /** What it has said, or null if it is dead and has said all. */
    String answer() throws IOException {
        return answers.readLine();
    }

    /** As {@code kill -9} does; what it has said can still be read. */
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The other side. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Path database = null;
        Connection connection = null;
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split("\t", -1);
            switch (words[0]) {
                case "open" -> {
                    close(connection);
                    database = Path.of(words[1]);
                    connection = Sql.open(database, words[2]);
                    Sql.run(connection, "PRAGMA cache_size = " + words[3]);
                    Sql.column(connection, "PRAGMA journal_mode" + (words[4].equals("WAL") ? "" : " = " + words[4]));
                    out.println("opened");
                }
                case "close" -> {
                    close(connection);
                    connection = null;
                    out.println("closed");
                }
                case "keep" -> {
                    try (PrtBackup backups = PrtBackup.open(database)) {
                        backups.cleanupAutoBackups(Integer.parseInt(words[1]));
                    }
                    out.println("kept");
                }
                default -> {
                    Files.write(Path.of(words[2]), Image.of(database));
                    out.println("begin " + words[2]);
                    out.println("done " + transaction(connection, Long.parseLong(words[1])));
                }
            }
        }
    }

    private static String transaction(Connection connection, long seed) {
        RandomTransaction transaction = new RandomTransaction(connection, new Random(seed), false, "");
        try {
            transaction.run();
            return "well " + transaction;
        } catch (SQLException | RuntimeException e) {
            return "badly " + transaction + " " + e;
        }
    }

    private static void close(Connection connection) throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }
}
