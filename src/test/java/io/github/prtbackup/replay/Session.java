package io.github.prtbackup.replay;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.sqlite.ProgressHandler;

/** One side of a comparison: a database of its own, the calls that are made, and all that is seen of them. */
final class Session implements AutoCloseable {
    private static final int STEPS = 100_000;
    private static final int MOST_CALLBACKS = 60;

    private final boolean ours;
    private final Path folder;
    private final Setting setting;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Deque<Savepoint> savepoints = new ArrayDeque<>();
    private final List<Statement> kept = new ArrayList<>();
    private Connection connection;
    private Statement statement;
    private int callbacks;

    /** A statement that is left open. */
    private record Open(Statement statement, ResultSet rows) {}

    Session(boolean ours, Path folder, Setting setting) throws SQLException {
        this.ours = ours;
        this.folder = folder;
        this.setting = setting;
        connect();
    }

    private void connect() throws SQLException {
        connection = DriverManager.getConnection(
                (ours ? "jdbc:prtbackup:sqlite:" : "jdbc:sqlite:") + folder.resolve("t.db") + setting.parameters(ours));
        statement = connection.createStatement();
        if (!ours) {
            ProgressHandler.setHandler(connection, STEPS, new ProgressHandler() {
                @Override
                protected int progress() {
                    return ++callbacks > MOST_CALLBACKS ? 1 : 0;
                }
            });
        }
    }

    /** Whether a statement took too long to be of use; known of the plain side only. */
    boolean tookLong() {
        return callbacks > MOST_CALLBACKS;
    }

    Line make(Call call) {
        String answer;
        try {
            answer = answer(call.form(), call.sql().replace("$DIR", folder.toString()));
        } catch (SQLException | RuntimeException | Error e) {
            answer = Said.exception(e);
        }
        return new Line(
                masked(answer),
                setting.counters() ? counters() : "",
                setting.others() ? masked(Look.ofOther(folder.resolve("t.db"))) : "");
    }

    private String answer(String form, String sql) throws SQLException {
        return switch (form) {
            case "x" -> Said.result(statement, statement.execute(sql), setting.keys());
            case "u" -> "n " + statement.executeUpdate(sql) + (setting.keys() ? Said.keys(statement) : "");
            case "q" -> Said.rows(statement.executeQuery(sql));
            case "b" -> {
                statement.clearBatch();
                for (String one : sql.split(";;", -1)) {
                    statement.addBatch(one.strip());
                }
                yield Arrays.toString(statement.executeBatch());
            }
            case "p", "pu", "pq", "pb" -> {
                try (PreparedStatement prepared = connection.prepareStatement(sql)) {
                    yield prepared(form, prepared);
                }
            }
            case "o" -> {
                Statement own = connection.createStatement();
                kept.add(own);
                yield leaveOpen(own, own.execute(sql));
            }
            case "po" -> {
                PreparedStatement own = connection.prepareStatement(sql);
                kept.add(own);
                yield leaveOpen(own, own.execute());
            }
            case "h" -> {
                try (Statement own = connection.createStatement();
                        ResultSet rows = own.executeQuery(sql)) {
                    yield rows.next() ? Said.row(rows, rows.getMetaData().getColumnCount()) : "empty";
                }
            }
            default -> other(form, sql);
        };
    }

    private String prepared(String form, PreparedStatement prepared) throws SQLException {
        return switch (form) {
            case "p" -> Said.result(prepared, prepared.execute(), setting.keys());
            case "pu" -> "n " + prepared.executeUpdate() + (setting.keys() ? Said.keys(prepared) : "");
            case "pq" -> Said.rows(prepared.executeQuery());
            default -> {
                prepared.addBatch();
                prepared.addBatch();
                yield Arrays.toString(prepared.executeBatch());
            }
        };
    }

    private String leaveOpen(Statement own, boolean rows) throws SQLException {
        if (!rows) {
            return "false uc " + own.getUpdateCount();
        }
        Open one = new Open(own, own.getResultSet());
        open.add(one);
        return "true " + next(one);
    }

    private static String next(Open one) throws SQLException {
        return one.rows.next() ? Said.row(one.rows, one.rows.getMetaData().getColumnCount()) : "end";
    }

    private String other(String form, String sql) throws SQLException {
        switch (form) {
            case "nx" -> {
                return open.isEmpty() ? "none" : next(open.peek());
            }
            case "cl" -> {
                if (!open.isEmpty()) {
                    open.remove().statement.close();
                }
            }
            case "ac" -> connection.setAutoCommit(Boolean.parseBoolean(sql));
            case "commit" -> connection.commit();
            case "rollback" -> connection.rollback();
            case "n" -> {
                open.clear();
                savepoints.clear();
                kept.clear();
                connection.close();
                connect();
            }
            case "sp" -> savepoints.push(connection.setSavepoint());
            case "rsp" -> {
                if (!savepoints.isEmpty()) {
                    connection.releaseSavepoint(savepoints.pop());
                }
            }
            case "bsp" -> {
                if (!savepoints.isEmpty()) {
                    connection.rollback(savepoints.peek());
                }
            }
            default -> throw new IllegalArgumentException(form);
        }
        return "ok";
    }

    private String counters() {
        try (Statement asking = connection.createStatement();
                ResultSet rows = asking.executeQuery("SELECT changes(), total_changes(), last_insert_rowid()")) {
            return rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3);
        } catch (SQLException | RuntimeException e) {
            return Said.exception(e);
        }
    }

    /** What the connection itself sees at the end, how it closes, and what is in the files then. */
    List<Line> end() {
        String own = masked(Look.ofOwn(connection));
        String answer = "closed";
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            // Statements are closed in an order that differs from run to run, up to one that fails.
            answer = Said.exception(e).replaceAll("(?s)SQLiteException.*", "closing fails");
        }
        return List.of(new Line(own, "", ""), new Line(answer, "", ""), new Line(masked(Look.ofFiles(folder)), "", ""));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            // Compared already.
        }
    }

    private String masked(String text) {
        return text.replace(folder.toString(), "$DIR")
                .replace("jdbc:prtbackup:sqlite:", "jdbc:sqlite:")
                // The name that VACUUM makes up.
                .replaceAll("vacuum_[0-9a-f]{16}", "vacuum_")
                // An address, in the listing of a program.
                .replaceAll("vtab:[0-9A-F]+", "vtab");
    }
}
