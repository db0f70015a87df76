package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.ProgressHandler;

/** A cancel ends the call that is running, whatever the driver is doing for it at that moment. */
@Timeout(120)
class CancelTest {

    private static final String CANCELLED =
            "[SQLITE_INTERRUPT] Operation terminated by sqlite3_interrupt() (interrupted)";

    /** Takes SQLite far more steps than all that is done before it, and stores one row. */
    private static final String LONG = "WITH n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
            + " INSERT INTO t SELECT i FROM n WHERE i = 2000";

    @TempDir
    Path directory;

    /** A call of a statement. */
    @FunctionalInterface
    private interface Form {
        void run(Statement statement) throws SQLException;
    }

    private static final Map<String, Form> FORMS = new TreeMap<>(Map.of(
            "execute", statement -> statement.execute(LONG),
            "executeUpdate", statement -> statement.executeUpdate(LONG),
            "executeUpdate of several", statement -> statement.executeUpdate(LONG + "; " + LONG),
            "executeQuery",
                    statement -> statement.executeQuery(LONG + " RETURNING a").close(),
            "executeBatch",
                    statement -> {
                        statement.addBatch(LONG);
                        statement.executeBatch();
                    },
            "prepared", statement -> ((PreparedStatement) statement).executeUpdate(),
            "prepared batch",
                    statement -> {
                        ((PreparedStatement) statement).addBatch();
                        statement.executeBatch();
                    }));

    private static Statement statement(Connection connection, String form) throws SQLException {
        return form.startsWith("prepared") ? connection.prepareStatement(LONG) : connection.createStatement();
    }

    private Connection open(String strategy) throws SQLException {
        Path database = directory.resolve("c.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE IF NOT EXISTS t (a)", "DELETE FROM t");
        }
        return Sql.open(database, "synchronous=OFF", "backup.keep=1", "backup.strategy=" + strategy);
    }

    static Stream<Arguments> calls() {
        return FORMS.keySet().stream()
                .flatMap(form -> Stream.of(Arguments.of(form, "full"), Arguments.of(form, "incremental")));
    }

    /** Cancels at one callback of the progress handler, and lets SQLite go on. */
    private static final class Cancelling extends ProgressHandler {
        private final Statement statement;
        private final int at;
        private int calls;

        Cancelling(Statement statement, int at) {
            this.statement = statement;
            this.at = at;
        }

        @Override
        protected int progress() throws SQLException {
            if (++calls == at) {
                statement.cancel();
            }
            return 0;
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void atEachStepOfTheDrivers(String form, String strategy) throws Exception {
        for (boolean inTransaction : new boolean[] {false, true}) {
            int steps = stepsBefore(form, strategy, inTransaction);
            List<Integer> lost = new ArrayList<>();
            for (int at = 1; at <= steps; at += 1 + at / 10) {
                if (!isCancelled(form, strategy, inTransaction, at)) {
                    lost.add(at);
                }
            }
            assertThat(lost).as("in transaction: " + inTransaction).isEmpty();
        }
    }

    /** How many callbacks there are up to somewhere in the statement itself. */
    private int stepsBefore(String form, String strategy, boolean inTransaction) throws SQLException {
        try (Connection connection = begun(strategy, inTransaction);
                Statement statement = statement(connection, form)) {
            Cancelling never = new Cancelling(statement, -1);
            ProgressHandler.setHandler(connection, 1, never);
            FORMS.get(form).run(statement);
            ProgressHandler.clearHandler(connection);
            int twice = form.endsWith("several") ? 2 : 1;
            // The statement takes at least four for each row that it counts.
            int before = never.calls - twice * 2000 * 4;
            assertThat(before).isPositive();
            return before;
        }
    }

    private boolean isCancelled(String form, String strategy, boolean inTransaction, int at) throws SQLException {
        try (Connection connection = begun(strategy, inTransaction);
                Statement statement = statement(connection, form)) {
            ProgressHandler.setHandler(connection, 1, new Cancelling(statement, at));
            try {
                FORMS.get(form).run(statement);
                return false;
            } catch (SQLException e) {
                assertThat(e.getMessage()).endsWith(CANCELLED);
            } finally {
                ProgressHandler.clearHandler(connection);
            }
            // Of several statements those before it are done. What was done before the call depends on where SQLite
            // notices.
            assertThat(Sql.column(connection, "SELECT a FROM t WHERE a = 2000"))
                    .hasSizeLessThan(form.endsWith("several") ? 2 : 1);
            return true;
        }
    }

    /** A connection that has to ask SQLite whether a transaction is open. */
    private Connection begun(String strategy, boolean inTransaction) throws SQLException {
        Connection connection = open(strategy);
        if (inTransaction) {
            connection.setAutoCommit(false);
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO missing VALUES (1)"))
                .isInstanceOf(SQLException.class);
        return connection;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void whileItWaitsForTheConnection(String form, String strategy) throws Exception {
        try (Connection connection = open(strategy);
                Statement statement = statement(connection, form)) {
            CompletableFuture<Void> call = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    FORMS.get(form).run(statement);
                    call.complete(null);
                } catch (SQLException | RuntimeException e) {
                    call.completeExceptionally(e);
                }
            });
            synchronized (connection) {
                synchronized (((BackupConnection) connection).getDatabase()) {
                    caller.start();
                    while (caller.getState() != Thread.State.BLOCKED) {
                        Thread.onSpinWait();
                    }
                    statement.cancel();
                }
            }
            assertThatThrownBy(call::get).isInstanceOf(ExecutionException.class).hasMessageEndingWith(CANCELLED);
            caller.join();
            assertThat(Sql.column(connection, "SELECT a FROM t")).isEmpty();
            // That was for this call only. What is prepared sqlite-jdbc gives up with a call that is interrupted.
            try (Statement again = form.equals("prepared") ? statement(connection, form) : null) {
                FORMS.get(form).run(again == null ? statement : again);
            }
            assertThat(Sql.column(connection, "SELECT a FROM t")).isNotEmpty();
        }
    }

    /**
     * A cancel is for what runs, and not for what comes. Here no generated key is on its row, with which SQLite would remember
     * it, also for plain sqlite-jdbc.
     */
    @Test
    void whenNothingRuns() throws Exception {
        try (Connection connection = open("full");
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("DELETE FROM t")) {
            statement.cancel();
            Sql.run(connection, LONG);
            statement.cancel();
            prepared.cancel();
            assertThat(prepared.executeUpdate()).isOne();
            prepared.cancel();
            assertThat(statement.executeUpdate("CREATE TABLE made (a)")).isZero();
            statement.cancel();
            assertThat(statement.executeUpdate(LONG)).isOne();
        }
    }
}
