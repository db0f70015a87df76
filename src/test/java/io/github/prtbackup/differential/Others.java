package io.github.prtbackup.differential;

import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Plain SQLite that writes to the same database: in this process, in another JVM, and by the {@code sqlite3} program. */
final class Others implements AutoCloseable {

    private static final boolean HAS_PROGRAM = hasProgram();

    private final Path database;
    private final Random random;
    private final RandomStatement statements;
    private final Neighbour neighbour;

    private boolean neighbourIsConnected;
    private Connection kept;

    Others(Path database, Random random, Neighbour neighbour) {
        this.database = database;
        this.random = random;
        this.statements = new RandomStatement(random);
        this.neighbour = neighbour;
    }

    /** Does something, and says what. */
    String act() throws Exception {
        List<String> sql = script();
        return switch (random.nextInt(8)) {
            case 0, 1 -> {
                try (Connection plain = Sql.plain(database, "busy_timeout=10000")) {
                    Sql.run(plain, "PRAGMA synchronous = OFF");
                    run(plain, sql);
                }
                yield "other connection: " + sql;
            }
            case 2, 3 -> {
                if (kept == null) {
                    kept = Sql.plain(database, "busy_timeout=10000");
                    Sql.run(kept, "PRAGMA synchronous = OFF", "PRAGMA cache_size = 3");
                }
                run(kept, sql);
                yield "kept connection: " + sql;
            }
            case 4, 5 -> {
                if (!neighbourIsConnected) {
                    neighbour.connect(database);
                    neighbour.run("PRAGMA busy_timeout = 10000");
                    neighbour.run("PRAGMA synchronous = OFF");
                    neighbourIsConnected = true;
                }
                List<String> answers = new ArrayList<>();
                for (String one : sql) {
                    answers.add(neighbour.run(one));
                }
                neighbour.run("ROLLBACK");
                yield "neighbour: " + sql + answers;
            }
            case 6 -> {
                program(sql);
                yield "sqlite3: " + sql;
            }
            default -> {
                leave();
                yield "others leave";
            }
        };
    }

    private List<String> script() {
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                List.of("PRAGMA wal_checkpoint("
                        + List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE").get(random.nextInt(4)) + ")");
            case 2, 3 -> List.of(statements.any(""));
            case 4 -> List.of("BEGIN", statements.any(""), statements.any(""), "COMMIT");
            case 5 -> List.of("BEGIN IMMEDIATE", statements.any(""), statements.any(""), "ROLLBACK");
            case 6 -> List.of(statements.any(""), statements.any(""), statements.any(""));
            default -> List.of(random.nextInt(3) == 0 ? "VACUUM" : statements.harmless(""));
        };
    }

    private static void run(Connection plain, List<String> sql) throws SQLException {
        for (String one : sql) {
            try (java.sql.Statement statement = plain.createStatement()) {
                statement.execute(one);
            } catch (SQLException e) {
                RandomTransaction.requireOrdinary(e);
            }
        }
        try {
            Sql.run(plain, "ROLLBACK");
        } catch (SQLException e) {
            RandomTransaction.requireOrdinary(e);
        }
    }

    private void program(List<String> sql) throws IOException, InterruptedException {
        if (HAS_PROGRAM) {
            Process process = new ProcessBuilder(
                            "sqlite3", "-cmd", ".timeout 10000", database.toString(), String.join(";", sql))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.waitFor();
        }
    }

    private static boolean hasProgram() {
        try {
            return new ProcessBuilder("sqlite3", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes all connections; the last one that closes deletes the log. */
    void leave() throws SQLException, IOException {
        if (kept != null) {
            kept.close();
            kept = null;
        }
        if (neighbourIsConnected) {
            neighbour.disconnect();
            neighbourIsConnected = false;
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        leave();
    }
}
