package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.BusyHandler;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteErrorCode;

/** What SQLite is asked before a write may fail by itself. */
class LookAheadTest {

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void setUp() throws Exception {
        database = directory.resolve("t.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "PRAGMA auto_vacuum = 2", "CREATE TABLE t (a UNIQUE)", "INSERT INTO t VALUES (1)");
        }
    }

    /** The first question of a new connection reads the schema. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void nothingIsWrittenWithoutABackupWhenSomebodyHasJustLetGo(String strategy) throws Exception {
        try (Connection other = Sql.plain(database);
                Connection connection = Sql.open(database, "backup.strategy=" + strategy)) {
            Sql.run(other, "BEGIN EXCLUSIVE");
            letGoWhenAsked(connection, other);
            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (2)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(SQLiteErrorCode.SQLITE_BUSY.code));
            assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isEqualTo(1);
            Sql.run(connection, "INSERT INTO t VALUES (2)");
        }
        assertThat(Backups.count(database)).isEqualTo(1);
    }

    private static void letGoWhenAsked(Connection connection, Connection other) throws SQLException {
        BusyHandler.setHandler(connection, new BusyHandler() {
            @Override
            protected int callback(int times) throws SQLException {
                Sql.run(other, "ROLLBACK");
                return 0;
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "full, INSERT INTO t VALUES (2)",
        "incremental, INSERT INTO t VALUES (2)",
        "full, CREATE TABLE u (a)",
        "incremental, PRAGMA user_version = 5",
        "full, VACUUM"
    })
    void nothingIsWrittenWithoutABackupWhereTheQuestionIsInterrupted(String strategy, String sql) throws Exception {
        int done = 0;
        for (int n = 1; n <= 60; n++) {
            Path fresh = directory.resolve("at" + n + ".db");
            try (Connection connection = Sql.plain(fresh)) {
                Sql.run(connection, "CREATE TABLE t (a UNIQUE)");
            }
            try (Connection connection = Sql.open(fresh, "backup.strategy=" + strategy)) {
                interruptAt(connection, n);
                Sql.run(connection, sql);
                done++;
                assertThat(Backups.count(fresh)).as("interrupted at %d", n).isEqualTo(1);
            } catch (SQLException e) {
                assertThat(e.getErrorCode())
                        .as("interrupted at %d", n)
                        .isEqualTo(SQLiteErrorCode.SQLITE_INTERRUPT.code);
            }
        }
        assertThat(done).isLessThan(60);
    }

    private static void interruptAt(Connection connection, int n) throws SQLException {
        int[] calls = {0};
        ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
            @Override
            protected int progress() {
                calls[0]++;
                return calls[0] == n ? 1 : 0;
            }
        });
    }

    /** With incremental auto-vacuum a table is looked for. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void aBusyHandlerStays(String strategy) throws Exception {
        try (Connection other = Sql.plain(database);
                Connection connection = Sql.open(database, "backup.strategy=" + strategy)) {
            assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isEqualTo(1);
            Sql.run(connection, "PRAGMA busy_timeout = 60000");
            for (int i = 2; i < 4; i++) {
                Sql.run(other, "BEGIN EXCLUSIVE");
                letGoWhenAsked(connection, other);
                String insert = "INSERT INTO t VALUES (" + i + ")";
                assertThatThrownBy(() -> Sql.run(connection, insert))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(SQLiteErrorCode.SQLITE_BUSY.code));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsKeptAfterAnErrorAndCannotBeCommittedSaysSo(boolean isPlain) throws Exception {
        try (Connection other = Sql.plain(database);
                Connection connection = isPlain ? Sql.plain(database) : Sql.open(database);
                Statement reading = other.createStatement();
                ResultSet open = reading.executeQuery("SELECT a FROM t")) {
            assertThat(open.next()).isTrue();
            Sql.run(connection, "PRAGMA busy_timeout = 0");
            assertThatThrownBy(() -> Sql.run(connection, "INSERT OR FAIL INTO t VALUES (3), (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(SQLiteErrorCode.SQLITE_BUSY.code));
            assertThat(Sql.number(connection, "SELECT changes()")).isZero();
            assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }
}
