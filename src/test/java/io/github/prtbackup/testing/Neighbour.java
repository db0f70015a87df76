package io.github.prtbackup.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteException;

/** A second JVM with one connection of plain sqlite-jdbc, which does what it is told. */
public final class Neighbour implements AutoCloseable {
    /** What each answer begins with; whatever else the process prints is a fault. */
    private static final String ANSWER = "answer:";

    private final Process process;
    private final BufferedWriter orders;
    private final BufferedReader answers;

    private Neighbour(Process process) {
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    public static Neighbour start() throws IOException {
        return new Neighbour(Jvm.start(Neighbour.class, List.of()));
    }

    /** Opens a database, and reads it once; what was open before is closed. Nobody is waited for. */
    public void connect(Path database) throws IOException {
        tell("connect " + database);
        run("SELECT count(*) FROM sqlite_schema");
    }

    public void disconnect() throws IOException {
        tell("disconnect");
    }

    /** Runs a statement and gives the first column of its rows, with commas between, or the name of SQLite's error. */
    public String run(String sql) throws IOException {
        return tell("run " + sql);
    }

    /** Reads the first row of a query and leaves the others, so that a read transaction stays open. */
    public String startReading(String sql) throws IOException {
        return tell("start " + sql);
    }

    /** Reads the rest. */
    public String readOn() throws IOException {
        return tell("readOn");
    }

    private String tell(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith(ANSWER)) {
            throw new IOException("the other process says: " + answer);
        }
        return answer.substring(ANSWER.length());
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The other side. */
    public static void main(String[] arguments) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Servant servant = new Servant();
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            int space = order.indexOf(' ');
            String verb = space < 0 ? order : order.substring(0, space);
            System.out.println(ANSWER + servant.answer(verb, order.substring(space + 1)));
        }
    }

    private static final class Servant {

        private Connection connection;
        private ResultSet rows;

        String answer(String verb, String argument) throws SQLException {
            try {
                return switch (verb) {
                    case "connect" -> {
                        disconnect();
                        connection = DriverManager.getConnection("jdbc:sqlite:" + argument + "?busy_timeout=0");
                        yield "";
                    }
                    case "disconnect" -> {
                        disconnect();
                        yield "";
                    }
                    case "run" -> run(argument);
                    case "start" -> {
                        rows = connection.createStatement().executeQuery(argument);
                        yield rows.next() ? rows.getString(1) : "";
                    }
                    default -> rest(rows);
                };
            } catch (SQLiteException e) {
                return e.getResultCode().name();
            }
        }

        private void disconnect() throws SQLException {
            if (connection != null) {
                connection.close();
                connection = null;
            }
        }

        private String run(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql) ? rest(statement.getResultSet()) : "";
            }
        }

        private static String rest(ResultSet rows) throws SQLException {
            try (rows) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return String.join(",", values);
            }
        }
    }
}
