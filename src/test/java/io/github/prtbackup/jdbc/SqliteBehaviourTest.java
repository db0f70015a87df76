package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteUpdateListener;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** What the guard relies on, asked of plain sqlite-jdbc. */
class SqliteBehaviourTest {

    private static final int OK = 0;
    private static final int ERROR = 1;
    private static final int INTERRUPT = 9;
    private static final int TOOBIG = 18;
    private static final int ROW = 100;
    private static final int DONE = 101;

    @TempDir
    Path directory;

    private SQLiteConnection connection;
    private Connection other;

    @BeforeEach
    void open() throws SQLException {
        Path database = directory.resolve("d.db");
        connection = (SQLiteConnection) DriverManager.getConnection("jdbc:sqlite:" + database);
        other = Sql.plain(database, "busy_timeout=0");
        Sql.run(connection, "CREATE TABLE t (a UNIQUE)", "CREATE VIRTUAL TABLE ft USING fts5 (x)");
        Sql.run(connection, "INSERT INTO t VALUES (1), (2), (3)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        other.close();
    }

    private JDBC4PreparedStatement prepare(String sql) throws SQLException {
        return new JDBC4PreparedStatement(connection, sql);
    }

    private static int step(JDBC4PreparedStatement statement) throws SQLException {
        return statement.pointer.safeRunInt(DB::step);
    }

    private static int reset(JDBC4PreparedStatement statement) throws SQLException {
        return statement.pointer.safeRunInt(DB::reset);
    }

    private static int run(JDBC4PreparedStatement statement) throws SQLException {
        int code = step(statement);
        int unused = reset(statement);
        return code;
    }

    private JDBC4PreparedStatement held() throws SQLException {
        JDBC4PreparedStatement hold = prepare("PRAGMA main.journal_mode");
        assertThat(step(hold)).isEqualTo(ROW);
        assertThat(run(prepare("PRAGMA main.incremental_vacuum(1)"))).isEqualTo(DONE);
        return hold;
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void aPragmaOnItsRowKeepsTheTransactionOfAutocommitAndItsLock(String journalMode) throws SQLException {
        Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
        JDBC4PreparedStatement hold = held();
        assertThatThrownBy(() -> Sql.run(other, "INSERT INTO t VALUES (9)")).hasMessageContaining("SQLITE_BUSY");
        connection.getDatabase()._exec("INSERT INTO t VALUES (4)");
        assertThat(Sql.number(other, "SELECT count(*) FROM t")).isEqualTo(3);
        assertThat(reset(hold)).isEqualTo(OK);
        assertThat(Sql.number(other, "SELECT count(*) FROM t")).isEqualTo(4);
        Sql.run(other, "INSERT INTO t VALUES (9)");
    }

    @Test
    void takingTheLockLeavesTheCountersAlone() throws SQLException {
        long total = connection.getDatabase().total_changes();
        JDBC4PreparedStatement hold = held();
        assertThat(reset(hold)).isEqualTo(OK);
        assertThat(connection.getDatabase().changes()).isEqualTo(3);
        assertThat(connection.getDatabase().total_changes()).isEqualTo(total);
    }

    /** What is too long is seen when the transaction is open, and before anything is done in it. */
    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL", "MEMORY", "OFF"})
    void aDefinitionThatIsTooLongTakesTheLockAndTouchesNothing(String journalMode) throws Exception {
        Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
        Sql.run(connection, "PRAGMA auto_vacuum = 2", "VACUUM", "CREATE TABLE big AS SELECT zeroblob(99999) AS b");
        Sql.run(connection, "DROP TABLE big", "UPDATE t SET a = a + 10");
        long total = connection.getDatabase().total_changes();
        byte[] before = Files.readAllBytes(directory.resolve("d.db"));
        JDBC4PreparedStatement hold = prepare("PRAGMA main.journal_mode");
        assertThat(step(hold)).isEqualTo(ROW);
        String definition = "CREATE TRIGGER main.too_long_to_be_stored AFTER INSERT ON t BEGIN SELECT 1; END";
        JDBC4PreparedStatement lock = prepare(definition);
        int length = SQLiteLimits.SQLITE_LIMIT_LENGTH.getId();
        int allowed = connection.getDatabase().limit(length, 0);
        assertThat(connection.getDatabase().limit(length, -1)).isLessThan(definition.length() / 2);
        assertThat(run(lock)).isEqualTo(TOOBIG);
        int unused = connection.getDatabase().limit(length, allowed);
        assertThatThrownBy(() -> Sql.run(other, "BEGIN IMMEDIATE")).hasMessageContaining("SQLITE_BUSY");
        assertThat(reset(hold)).isEqualTo(OK);
        assertThat(Files.readAllBytes(directory.resolve("d.db"))).isEqualTo(before);
        assertThat(connection.getDatabase().changes()).isEqualTo(3);
        assertThat(connection.getDatabase().total_changes()).isEqualTo(total);
        assertThat(Sql.column(connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'"))
                .isEmpty();
        Sql.run(other, "INSERT INTO t VALUES (9)");
    }

    @Test
    void explainOfAChangeForgetsChangesAndExplainOfAQueryDoesNot() throws SQLException {
        Sql.column(connection, "EXPLAIN SELECT 1 FROM t");
        Sql.column(connection, "EXPLAIN CREATE TABLE u AS SELECT 1");
        prepare("INSERT INTO t VALUES (7)").close();
        assertThat(connection.getDatabase().changes()).isEqualTo(3);
        Sql.column(connection, "EXPLAIN INSERT INTO t VALUES (7)");
        assertThat(connection.getDatabase().changes()).isZero();
    }

    @Test
    void anInterruptStaysInForceDuringAHoldAndDoesNotStopItsEnd() throws SQLException {
        JDBC4PreparedStatement query = prepare("SELECT 1");
        JDBC4PreparedStatement hold = held();
        connection.getDatabase()._exec("INSERT INTO t VALUES (4)");
        connection.getDatabase().interrupt();
        assertThat(run(query)).isEqualTo(INTERRUPT);
        assertThat(reset(hold)).isEqualTo(OK);
        assertThat(Sql.number(other, "SELECT count(*) FROM t")).isEqualTo(4);
        Sql.run(connection, "INSERT INTO t VALUES (5)");
    }

    @Test
    void anInterruptedWriteTakesTheWholeTransactionBack() throws SQLException {
        JDBC4PreparedStatement anchor = prepare("SELECT 1 UNION ALL SELECT 2");
        JDBC4PreparedStatement write = prepare("PRAGMA main.journal_mode");
        JDBC4PreparedStatement begin = prepare("BEGIN");
        assertThat(run(begin)).isEqualTo(DONE);
        connection.getDatabase()._exec("INSERT INTO t VALUES (4)");
        assertThat(step(anchor)).isEqualTo(ROW);
        connection.getDatabase().interrupt();
        assertThat(run(write)).isEqualTo(INTERRUPT);
        assertThat(reset(anchor)).isEqualTo(OK);
        assertThat(run(begin)).as("no transaction is open").isEqualTo(DONE);
        assertThat(run(begin)).as("one is").isEqualTo(ERROR);
        assertThat(Sql.number(other, "SELECT count(*) FROM t")).isEqualTo(3);
    }

    /** With its own end the statement commits, and what a full-text index writes in the commit is counted before its count. */
    @Test
    void aHoldThatIsGivenBackInTheUpdateHookLeavesTheEndToTheStatement() throws SQLException {
        try (Connection plain = Sql.plain(directory.resolve("plain.db"))) {
            Sql.run(plain, "CREATE TABLE t (a UNIQUE)", "CREATE VIRTUAL TABLE ft USING fts5 (x)");
            Sql.run(plain, "INSERT INTO t VALUES (1), (2), (3)", "INSERT INTO ft SELECT a FROM t");
            JDBC4PreparedStatement hold = held();
            int[] code = {-1};
            SQLiteUpdateListener listener = (type, database, table, row) -> {
                try {
                    code[0] = code[0] < 0 ? reset(hold) : code[0];
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            };
            connection.addUpdateListener(listener);
            try (Statement statement = connection.createStatement()) {
                connection.getConnectionConfig().setAutoCommit(false);
                statement.executeUpdate("INSERT INTO ft SELECT a FROM t");
            } finally {
                connection.getConnectionConfig().setAutoCommit(true);
            }
            connection.removeUpdateListener(listener);
            assertThat(code[0]).isEqualTo(OK);
            assertThat(Sql.number(other, "SELECT count(*) FROM ft")).isEqualTo(3);
            String counters = "SELECT changes() || ' ' || total_changes() || ' ' || last_insert_rowid()";
            assertThat(Sql.column(connection, counters)).isEqualTo(Sql.column(plain, counters));
        }
    }
}
