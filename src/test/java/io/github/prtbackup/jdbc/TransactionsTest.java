package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a backup is made, and what it holds: the rule of the contract, form by form. */
class TransactionsTest {

    @TempDir
    Path directory;

    private Path database;
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(
                    plain,
                    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)",
                    "INSERT INTO t VALUES (1, 'first')");
        }
        connection = Sql.open(database, "backup.keep=1000");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    /** The number of rows in each backup, oldest first. */
    private List<Long> rows() throws Exception {
        return rows(database);
    }

    private static List<Long> rows(Path database) throws Exception {
        List<BackupInfo> backups = Backups.of(database);
        Long[] rows = new Long[backups.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Sql.number(backups.get(i).backupPath(), "SELECT count(*) FROM t");
        }
        return List.of(rows);
    }

    private void insert(String value) throws SQLException {
        Sql.run(connection, "INSERT INTO t (b) VALUES ('" + value + "')");
    }

    @Test
    void eachAutocommitCallIsOne() throws Exception {
        insert("x");
        insert("y");
        assertThat(rows()).containsExactly(1L, 2L);
    }

    @Test
    void readsAreNone() throws Exception {
        Sql.column(connection, "SELECT * FROM t");
        Sql.column(connection, "WITH x AS (SELECT 1) SELECT * FROM x");
        Sql.column(connection, "EXPLAIN DELETE FROM t");
        Sql.column(connection, "PRAGMA table_info(t)");
        Sql.column(connection, "PRAGMA wal_checkpoint");
        Sql.run(connection, "VACUUM INTO '" + directory.resolve("into.db") + "'");
        Sql.run(connection, "backup to '" + directory.resolve("copy.db") + "'");
        connection.getMetaData().getTables(null, null, null, null).close();
        assertThat(connection.isValid(1)).isTrue();
        assertThat(rows()).isEmpty();
        assertThat(directory.resolve("backups")).doesNotExist();
    }

    @Test
    void setAutoCommit() throws Exception {
        connection.setAutoCommit(false);
        insert("x");
        insert("y");
        connection.commit();
        insert("z");
        connection.rollback();
        Sql.column(connection, "SELECT * FROM t");
        connection.commit();
        insert("z");
        connection.setAutoCommit(true);
        // What was rolled back has given way to the next.
        assertThat(rows()).containsExactly(1L, 3L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEGIN", "BEGIN DEFERRED TRANSACTION", "begin immediate", "BEGIN EXCLUSIVE", "SAVEPOINT s"})
    void transactionsInSql(String begin) throws Exception {
        String end = begin.startsWith("SAVEPOINT") ? "RELEASE s" : "END";
        for (int i = 0; i < 2; i++) {
            Sql.run(connection, begin);
            insert("x" + i);
            insert("y" + i);
            Sql.run(connection, end);
        }
        assertThat(rows()).containsExactly(1L, 3L);
    }

    @Test
    void rollbackToDoesNotEndATransaction() throws Exception {
        connection.setAutoCommit(false);
        Savepoint savepoint = connection.setSavepoint();
        insert("x");
        connection.rollback(savepoint);
        insert("y");
        connection.releaseSavepoint(savepoint);
        insert("z");
        connection.commit();
        assertThat(rows()).containsExactly(1L);
    }

    @Test
    void savepointInAutocommitBeginsATransaction() throws Exception {
        Savepoint savepoint = connection.setSavepoint("outer");
        insert("x");
        connection.releaseSavepoint(savepoint);
        connection.setSavepoint("next");
        insert("y");
        connection.commit();
        assertThat(rows()).containsExactly(1L, 2L);
    }

    @Test
    void oneBatchIsOne() throws Exception {
        try (PreparedStatement prepared = connection.prepareStatement("INSERT INTO t (b) VALUES (?)");
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 3; i++) {
                prepared.setInt(1, i);
                prepared.addBatch();
                statement.addBatch("INSERT INTO t (b) VALUES ('s" + i + "')");
            }
            assertThat(prepared.executeBatch()).containsExactly(1, 1, 1);
            assertThat(statement.executeBatch()).containsExactly(1, 1, 1);
            prepared.setString(1, "again");
            prepared.addBatch();
            prepared.executeBatch();
        }
        assertThat(rows()).containsExactly(1L, 4L, 7L);
    }

    @Test
    void oneStringIsOne() throws Exception {
        insert("x'); INSERT INTO t (b) VALUES ('y");
        Sql.run(
                connection,
                "CREATE TABLE u (a); INSERT INTO u VALUES (1); DROP TABLE u; INSERT INTO t (b) VALUES ('z')");
        Sql.run(connection, "INSERT INTO t (b) VALUES ('v'); PRAGMA foreign_keys = ON; INSERT INTO t (b) VALUES ('w')");
        assertThat(rows()).containsExactly(1L, 3L, 4L);
    }

    @Test
    void transactionsInOneStringAreEachOne() throws Exception {
        Sql.run(
                connection,
                "BEGIN; INSERT INTO t (b) VALUES ('x'); END; BEGIN; INSERT INTO t (b) VALUES ('y'); COMMIT");
        assertThat(rows()).containsExactly(1L, 2L);
    }

    @Test
    void returningIsOne() throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("INSERT INTO t (b) VALUES ('x'), ('y') RETURNING a")) {
            assertThat(rows.next()).isTrue();
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isOne();
        }
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(3);
        try (PreparedStatement prepared = connection.prepareStatement("UPDATE t SET b = b || '!' RETURNING b")) {
            assertThat(prepared.execute()).isTrue();
            try (ResultSet rows = prepared.getResultSet()) {
                rows.next();
            }
        }
        insert("z");
        assertThat(rows()).containsExactly(1L, 3L, 3L);
    }

    @Test
    void severalWritesWithUnreadRowsAreOneTransaction() throws Exception {
        try (Statement second = connection.createStatement()) {
            ResultSet unread;
            try (Statement first = connection.createStatement()) {
                first.executeQuery("INSERT INTO t (b) VALUES ('x') RETURNING a").next();
                unread = second.executeQuery("INSERT INTO t (b) VALUES ('y') RETURNING a");
            }
            insert("z");
            assertThat(unread.next()).isTrue();
        }
        insert("later");
        assertThat(rows()).containsExactly(1L, 4L);
        assertThat(Sql.column(database, "SELECT b FROM t")).containsExactly("first", "x", "y", "z", "later");
    }

    @Test
    void executingAgainEndsTheTransactionWhoseRowsWereNotRead() throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("INSERT INTO t (b) VALUES ('a') RETURNING a").next();
            statement.executeQuery("INSERT INTO t (b) VALUES ('b') RETURNING a").next();
            statement.execute("INSERT INTO t (b) VALUES ('c') RETURNING a");
            statement.executeUpdate("INSERT INTO t (b) VALUES ('d')");
            statement.execute("INSERT INTO t (b) VALUES ('e') RETURNING a");
            statement.addBatch("INSERT INTO t (b) VALUES ('f')");
            statement.executeBatch();
        }
        assertThat(rows()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void executingAgainEndsTheTransactionOfAPreparedStatement() throws Exception {
        try (PreparedStatement prepared = connection.prepareStatement("INSERT INTO t (b) VALUES (?) RETURNING a")) {
            for (String value : List.of("a", "b")) {
                prepared.setString(1, value);
                prepared.executeQuery().next();
            }
            prepared.setString(1, "c");
            prepared.execute();
        }
        assertThat(rows()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void returningWithoutRowsCommitsAtOnce() throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("UPDATE t SET b = 'x' WHERE a = 99 RETURNING a");
            try (Connection other = Sql.plain(database, "busy_timeout=0")) {
                Sql.run(other, "INSERT INTO t (b) VALUES ('other')");
            }
        }
        assertThat(rows()).containsExactly(1L);
    }

    @Test
    void transactionsThatEndByThemselves() throws Exception {
        Sql.run(connection, "BEGIN");
        insert("x");
        assertThatThrownBy(() -> Sql.run(connection, "INSERT OR ROLLBACK INTO t (b) VALUES ('first')"))
                .hasMessageContaining("UNIQUE");
        insert("after");
        connection.setAutoCommit(false);
        insert("y");
        assertThatThrownBy(() -> Sql.run(connection, "INSERT OR ROLLBACK INTO t (b) VALUES ('first')"))
                .hasMessageContaining("UNIQUE");
        insert("z");
        // What was rolled back has given way to the next.
        assertThat(rows()).containsExactly(1L, 2L);
    }

    @Test
    void standingAlone() throws Exception {
        Sql.run(connection, "VACUUM");
        Sql.column(connection, "PRAGMA journal_mode = WAL");
        Sql.column(connection, "PRAGMA journal_mode = WAL");
        Sql.column(connection, "PRAGMA journal_mode = DELETE");
        Sql.column(connection, "PRAGMA journal_mode = TRUNCATE");
        assertThat(Backups.operations(database))
                .containsExactly("SQL: VACUUM", "SQL: PRAGMA journal_mode", "SQL: PRAGMA journal_mode");
    }

    @Test
    void restoreFrom() throws Exception {
        Path copy = directory.resolve("copy.db");
        Sql.run(connection, "backup to '" + copy + "'");
        insert("x");
        Sql.run(connection, "restore from '" + copy + "'");
        assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isOne();
        assertThat(rows()).containsExactly(1L, 2L);
    }

    @Test
    void settingsOfANewDatabaseTakeEffect() throws Exception {
        Path fresh = directory.resolve("fresh.db");
        try (Connection first = Sql.open(fresh)) {
            Sql.run(
                    first,
                    "PRAGMA page_size = 8192",
                    "PRAGMA auto_vacuum = INCREMENTAL",
                    "PRAGMA encoding = 'UTF-16le'");
            Sql.run(first, "CREATE TABLE t (a)");
            assertThat(Sql.column(first, "PRAGMA page_size")).containsExactly("8192");
            assertThat(Sql.column(first, "PRAGMA auto_vacuum")).containsExactly("2");
            assertThat(Sql.column(first, "PRAGMA encoding")).containsExactly("UTF-16le");
        }
        assertThat(Backups.of(fresh))
                .last()
                .satisfies(backup -> assertThat(Sql.column(backup.backupPath(), "SELECT count(*) FROM sqlite_schema"))
                        .containsExactly("0"));
    }

    @Test
    void incrementalVacuumIsLeftToTheApplication() throws Exception {
        Path vacuumed = directory.resolve("vacuumed.db");
        try (Connection plain = Sql.plain(vacuumed)) {
            Sql.run(plain, "PRAGMA auto_vacuum = INCREMENTAL", "CREATE TABLE t (a)", "CREATE TABLE big (b)");
            Sql.run(plain, "INSERT INTO big VALUES (zeroblob(100000))", "DELETE FROM big");
        }
        long free = Sql.number(vacuumed, "PRAGMA freelist_count");
        assertThat(free).isGreaterThan(10);
        try (Connection ours = Sql.open(vacuumed)) {
            Sql.run(ours, "DELETE FROM t");
        }
        assertThat(Sql.number(vacuumed, "PRAGMA freelist_count")).isEqualTo(free);
        assertThat(Backups.count(vacuumed)).isOne();
    }

    /** A connection does not notice that somebody has switched it on until it looks at the file. */
    @ParameterizedTest
    @CsvSource({
        "full, DELETE, autocommit",
        "full, DELETE, transaction",
        "full, DELETE, returning",
        "full, WAL, autocommit",
        "full, WAL, transaction",
        "full, WAL, returning",
        "incremental, DELETE, autocommit",
        "incremental, DELETE, transaction",
        "incremental, DELETE, returning",
        "full, OFF, autocommit",
        "full, OFF, transaction",
        "incremental, OFF, autocommit",
        "incremental, OFF, transaction",
        "incremental, OFF, returning",
        "incremental, WAL, autocommit",
        "incremental, WAL, transaction",
        "incremental, WAL, returning"
    })
    void incrementalVacuumThatSomebodySwitchesOnIsLeftAlone(String strategy, String journalMode, String way)
            throws Exception {
        Path vacuumed = directory.resolve("switched.db");
        try (Connection plain = Sql.plain(vacuumed)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (a)", "CREATE TABLE big (b)");
        }
        try (Connection ours = Sql.open(vacuumed, "backup.strategy=" + strategy);
                Connection plain = Sql.plain(vacuumed)) {
            Sql.column(ours, "PRAGMA journal_mode = " + journalMode);
            Sql.run(ours, "INSERT INTO t VALUES (1)");
            Sql.run(plain, "PRAGMA auto_vacuum = INCREMENTAL", "VACUUM");
            Sql.run(plain, "INSERT INTO big VALUES (zeroblob(100000))", "DELETE FROM big");
            Sql.column(plain, "PRAGMA wal_checkpoint(TRUNCATE)");
            Path before = Files.copy(vacuumed, directory.resolve("before.db"));
            switch (way) {
                case "autocommit" -> Sql.run(ours, "INSERT INTO t VALUES (2)");
                case "returning" ->
                    assertThat(Sql.column(ours, "INSERT INTO t VALUES (2) RETURNING a"))
                            .containsExactly("2");
                default -> Sql.run(ours, "BEGIN", "INSERT INTO t VALUES (2)", "COMMIT");
            }
            Path backup = directory.resolve("newest.db");
            try (PrtBackup backups = PrtBackup.open(vacuumed)) {
                backups.exportBackup(Backups.newest(vacuumed).backupId(), backup);
            }
            assertThat(backup).hasSameBinaryContentAs(before);
            assertThat(Sql.column(ours, "PRAGMA freelist_count"))
                    .isEqualTo(Sql.column(before, "PRAGMA freelist_count"))
                    .isNotEqualTo(List.of("0"));
        }
    }

    @Test
    void attachedDatabases() throws Exception {
        Path other = directory.resolve("other.db");
        try (Connection plain = Sql.plain(other)) {
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
        }
        Sql.run(connection, "ATTACH '" + other + "' AS other", "ATTACH ':memory:' AS memory");
        Sql.run(connection, "CREATE TABLE memory.m (a)", "INSERT INTO memory.m VALUES (1)");
        Sql.run(connection, "CREATE TEMP TABLE temporary (a)", "INSERT INTO temporary VALUES (1)");
        assertThat(rows()).isEmpty();
        Sql.run(connection, "INSERT INTO other.t (b) VALUES ('x')");
        assertThat(rows()).isEmpty();
        assertThat(rows(other)).containsExactly(0L);
        connection.setAutoCommit(false);
        insert("x");
        Sql.run(connection, "INSERT INTO other.t (b) VALUES ('y')", "INSERT INTO other.t (b) VALUES ('z')");
        insert("y");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(rows()).containsExactly(1L);
        assertThat(rows(other)).containsExactly(0L, 1L);
        Sql.run(connection, "CREATE TABLE other.far (b)");
        Sql.run(
                connection,
                "CREATE TEMP TRIGGER reach AFTER INSERT ON main.t BEGIN INSERT INTO far VALUES (new.b); END");
        insert("through a trigger");
        assertThat(rows()).containsExactly(1L, 3L);
        assertThat(Backups.operations(other)).endsWith("SQL: CREATE TABLE other.far", "SQL: INSERT t");
    }

    @Test
    void onlyTheDatabaseThatIsWrittenIsLocked() throws Exception {
        Path other = directory.resolve("other.db");
        Sql.plain(other).close();
        try (Connection holder = Sql.plain(other)) {
            Sql.run(holder, "CREATE TABLE t (a)", "BEGIN IMMEDIATE");
            Sql.run(connection, "ATTACH '" + other + "' AS other", "PRAGMA busy_timeout = 0");
            insert("x");
            Sql.run(holder, "ROLLBACK");
        }
        assertThat(rows()).containsExactly(1L);
    }

    @Test
    void namesThatChangeTheirMeaning() throws Exception {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (b) VALUES ('same text')")) {
            Sql.run(connection, "CREATE TEMP TABLE t (b)");
            insert.executeUpdate();
            assertThat(rows()).isEmpty();
            Sql.run(connection, "DROP TABLE temp.t");
            insert.executeUpdate();
            assertThat(rows()).containsExactly(1L);
            connection.setAutoCommit(false);
            Sql.run(connection, "CREATE TEMP TABLE t (b)");
            insert.executeUpdate();
            connection.rollback();
            connection.setAutoCommit(true);
            Sql.run(connection, "DELETE FROM t WHERE a > 1");
            insert.executeUpdate();
            assertThat(rows()).containsExactly(1L, 2L, 1L);
        }
    }

    @Test
    void whatCannotHappenLeavesNoBackup() throws Exception {
        for (String impossible : List.of(
                "INSERT INTO missing VALUES (1)",
                "nonsense",
                "CREATE TABLE t (a)",
                "DROP TABLE missing",
                "INSERT INTO t VALUES (1, 2, 3)",
                "nonsense; INSERT INTO t (b) VALUES ('x')",
                "VACUUM missing")) {
            assertThatThrownBy(() -> Sql.run(connection, impossible)).isInstanceOf(SQLException.class);
        }
        Sql.run(connection, "CREATE TABLE IF NOT EXISTS t (a)", "DROP TABLE IF EXISTS missing");
        Sql.run(connection, "PRAGMA query_only = ON");
        assertThatThrownBy(() -> insert("x")).hasMessageContaining("SQLITE_READONLY");
        Sql.run(connection, "PRAGMA query_only = OFF");
        assertThat(rows()).isEmpty();
    }

    @Test
    void aPreparedWriteThatSomebodyElseMadeNecessary() throws Exception {
        try (Connection other = Sql.open(database);
                PreparedStatement create = connection.prepareStatement("CREATE TABLE IF NOT EXISTS t (a, b)");
                PreparedStatement drop = connection.prepareStatement("DROP TABLE IF EXISTS u")) {
            create.execute();
            drop.executeUpdate();
            Sql.run(other, "DROP TABLE t", "CREATE TABLE u (a)");
            assertThat(Backups.count(database)).isEqualTo(2);
            create.execute();
            assertThat(drop.executeUpdate()).isZero();
            create.execute();
        }
        assertThat(Backups.count(database)).isEqualTo(4);
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
                .containsExactly("t");
    }

    /** SQLite counts a statement that was rolled back as one in progress until its result set is closed. */
    @Test
    void aWriteBesideRowsThatARollbackHasLeftUnreadHasItsBackup() throws Exception {
        Sql.run(connection, "BEGIN");
        try (Statement unread = connection.createStatement()) {
            assertThat(unread.execute("INSERT INTO t (a) VALUES (7), (8) RETURNING a"))
                    .isTrue();
            Sql.run(connection, "ROLLBACK");
            insert("x");
            insert("y");
        }
        insert("z");
        connection.close();
        List<Long> states = rows();
        // What the rows keep uncommitted is one transaction.
        assertThat(states.get(states.size() - 1)).isEqualTo(states.get(0) + 2);
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(states.get(0) + 3);
    }

    @Test
    void closingInMidTransactionRollsBack() throws Exception {
        connection.setAutoCommit(false);
        insert("x");
        connection.close();
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isOne();
        assertThat(rows()).containsExactly(1L);
    }

    @Test
    void selectsThatWrite() throws Exception {
        Sql.run(
                connection,
                "CREATE VIRTUAL TABLE ft USING fts4 (x)",
                "INSERT INTO ft VALUES ('text')",
                "INSERT INTO ft VALUES ('more')");
        int before = Backups.count(database);
        Sql.column(connection, "SELECT optimize(ft) FROM ft LIMIT 1");
        assertThat(Backups.count(database)).isEqualTo(before + 1);
        // Another backup, because the first has changed something.
        Sql.run(connection, "INSERT INTO ft (ft) VALUES ('optimize')");
        assertThat(Backups.count(database)).isEqualTo(before + 2);
    }

    /** What the statement would write is unknown to the connection: its schema is an old one. */
    @ParameterizedTest
    @ValueSource(strings = {"update", "batch", "script", "prepared batch"})
    void whatSomebodyElseHasJustCreatedIsNotDroppedWithoutABackup(String way) throws Exception {
        String drop = "DROP TABLE IF EXISTS other";
        assertThat(Sql.column(connection, "SELECT count(*) FROM sqlite_schema")).hasSize(1);
        int before = Backups.count(database);
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE other (a)");
        }
        try (Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement(drop)) {
            switch (way) {
                case "update" -> statement.executeUpdate(drop);
                case "script" -> statement.executeUpdate(drop + "; " + drop);
                case "batch" -> {
                    statement.addBatch(drop);
                    statement.executeBatch();
                }
                default -> {
                    prepared.addBatch();
                    prepared.executeBatch();
                }
            }
        }
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema WHERE name = 'other'"))
                .isEmpty();
        assertThat(Backups.count(database)).isEqualTo(before + 1);
    }

    @Test
    void whatAQueryHasAttachedIsBackedUp() throws Exception {
        Path other = database.resolveSibling("other.db");
        try (Connection plain = Sql.plain(other);
                Statement statement = connection.createStatement()) {
            Sql.run(plain, "CREATE TABLE two (a)");
            statement.executeUpdate("INSERT INTO t (b) VALUES ('x')");
            assertThatThrownBy(() -> statement.executeQuery("ATTACH '" + other + "' AS other"))
                    .hasMessageContaining("does not return ResultSet");
            statement.executeUpdate("INSERT INTO two VALUES (1)");
        }
        assertThat(Backups.count(other)).isEqualTo(1);
    }

    @Test
    void norBehindOneThatSurelyWritesAnotherDatabase() throws Exception {
        Path other = database.resolveSibling("other.db");
        Sql.run(connection, "ATTACH '" + other + "' AS other", "CREATE TABLE other.kept (a)");
        assertThat(Sql.column(connection, "SELECT count(*) FROM other.sqlite_schema"))
                .hasSize(1);
        try (Connection plain = Sql.plain(other)) {
            Sql.run(plain, "CREATE TABLE gone (a)");
        }
        int before = Backups.count(other);
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO t (b) VALUES ('x')");
            statement.addBatch("DROP TABLE IF EXISTS other.gone");
            statement.executeBatch();
        }
        assertThat(Sql.column(other, "SELECT name FROM sqlite_schema")).containsExactly("kept");
        assertThat(Backups.count(other)).isEqualTo(before + 1);
    }

    /** With the table, its name goes to the next database that has one. */
    @ParameterizedTest
    @ValueSource(strings = {"other", "temp"})
    void norInACallInWhichNamesChange(String schema) throws Exception {
        Path other = database.resolveSibling("other.db");
        Sql.run(
                connection,
                "ATTACH '" + other + "' AS other",
                "CREATE TABLE other.t (a, b)",
                "CREATE TEMP TABLE u (a)");
        Sql.run(connection, "CREATE TABLE u (a)");
        Path written = schema.equals("temp") ? database : other;
        String name = schema.equals("temp") ? "u" : "t";
        int before = Backups.count(written);
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("DROP TABLE " + name);
            statement.addBatch("INSERT INTO " + name + " (a) VALUES (1)");
            statement.executeBatch();
        }
        assertThat(Sql.number(written, "SELECT count(*) FROM " + name)).isOne();
        assertThat(Backups.count(written)).isEqualTo(before + 1);
    }

    /** SQLite learns that a table is gone, or there, as late as it runs the statement. */
    @ParameterizedTest
    @CsvSource({
        "DROP TABLE both, DELETE FROM both, other",
        "DROP TABLE both, DELETE FROM both RETURNING a, other",
        "DROP TABLE both, INSERT INTO both (a) SELECT 7 FROM main.t, other",
        "CREATE TABLE late (a), INSERT INTO late (a) SELECT 7 FROM main.t, main",
        "CREATE TABLE late (a), INSERT INTO late (a) SELECT 7 FROM main.t RETURNING a, main",
        "CREATE TABLE late (a), INSERT INTO late (a) VALUES (1), other",
        "CREATE TABLE late (a), UPDATE late SET a = (SELECT max(a) FROM main.t), main",
        "CREATE TABLE memory (a), INSERT INTO memory (a) SELECT 7 FROM main.t, main",
        "CREATE TABLE memory (a), INSERT INTO memory (a) SELECT 7 FROM main.t RETURNING a, main",
    })
    void norWhereSomebodyElseChangesNames(String change, String write, String written) throws Exception {
        Path other = database.resolveSibling("other.db");
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection plain = Sql.plain(database);
                    Connection plainOther = Sql.plain(other)) {
                Sql.run(
                        plain,
                        "DROP TABLE IF EXISTS late",
                        "DROP TABLE IF EXISTS memory",
                        "CREATE TABLE IF NOT EXISTS both (a)");
                Sql.run(plain, "INSERT OR IGNORE INTO t (b) VALUES ('x')");
                for (String table : List.of("both", "late")) {
                    Sql.run(plainOther, "CREATE TABLE IF NOT EXISTS " + table + " (a)");
                    Sql.run(plainOther, "INSERT INTO " + table + " VALUES (1)");
                }
            }
            try (Connection ours = Sql.open(database)) {
                Sql.run(
                        ours,
                        "ATTACH '" + other + "' AS other",
                        "ATTACH ':memory:' AS memory",
                        "CREATE TABLE memory.memory (a)");
                assertThat(Sql.column(ours, "SELECT name FROM main.sqlite_schema"))
                        .isNotEmpty();
                assertThat(Sql.column(ours, "SELECT name FROM other.sqlite_schema"))
                        .isNotEmpty();
                try (Connection plain = Sql.plain(database)) {
                    Sql.run(plain, change);
                }
                int backups = Backups.count(database);
                int othersBackups = Backups.count(other);
                ours.setAutoCommit(autocommit);
                try (Statement statement = ours.createStatement()) {
                    statement.execute(write);
                }
                if (!autocommit) {
                    ours.commit();
                }
                assertThat(Backups.count(written.equals("main") ? database : other))
                        .isEqualTo((written.equals("main") ? backups : othersBackups) + 1);
            }
        }
    }

    /** SQLite compiles a prepared statement anew when a table that it names is gone, and not when there is another. */
    @Test
    void norWhereAPreparedStatementGoesOnAsItWas() throws Exception {
        Path other = database.resolveSibling("other.db");
        Sql.run(connection, "ATTACH '" + other + "' AS other", "CREATE TABLE other.u (a)");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO u VALUES (1)")) {
            Sql.run(connection, "CREATE TABLE main.u (a)");
            int before = Backups.count(other);
            insert.executeUpdate();
            assertThat(Sql.number(other, "SELECT count(*) FROM u")).isOne();
            assertThat(Backups.count(other)).isEqualTo(before + 1);
        }
    }

    @Test
    void norWhereAHiddenTableIsDroppedAfterWhatHidIt() throws Exception {
        Sql.run(connection, "CREATE TABLE u (a)", "CREATE TEMP TABLE u (a)");
        int before = Backups.count(database);
        Sql.run(connection, "DROP TABLE u; DROP TABLE u");
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema WHERE name = 'u'"))
                .isEmpty();
        assertThat(Backups.count(database)).isEqualTo(before + 1);
    }

    /** Neither does what a trigger does then to what the same call did before. */
    @Test
    void aTriggerOfTheSameCallTakesNothingElseBack() throws Exception {
        String twice = "CREATE TRIGGER never BEFORE INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'never'); END;"
                + " INSERT INTO t (b) VALUES ('x')";
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate(twice)).hasMessageContaining("never");
        }
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema WHERE type = 'trigger'"))
                .containsExactly("never");
    }

    @Test
    void minInterval() throws Exception {
        connection.close();
        connection = Sql.open(database, "backup.min-interval=1h");
        insert("x");
        insert("y");
        connection.setAutoCommit(false);
        insert("z");
        connection.commit();
        assertThat(rows()).containsExactly(1L);
        BackupInfo only = Backups.newest(database);
        Files.setLastModifiedTime(
                only.backupPath(),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 2 * 3600 * 1000L));
        insert("later");
        assertThat(rows()).containsExactly(1L, 4L);
    }

    @Test
    void keep() throws Exception {
        connection.close();
        connection = Sql.open(database, "backup.keep=3");
        for (int i = 0; i < 6; i++) {
            insert("x" + i);
        }
        assertThat(rows()).containsExactly(4L, 5L, 6L);
        assertThat(Backups.of(database)).extracting(BackupInfo::backupId).containsExactly(4L, 5L, 6L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF", "WAL"})
    void everyJournalMode(String mode) throws Exception {
        connection.close();
        connection = Sql.open(database, "journal_mode=" + mode, "locking_mode=EXCLUSIVE");
        int before = Backups.count(database);
        insert("x");
        Sql.run(connection, "BEGIN EXCLUSIVE");
        insert("y");
        Sql.run(connection, "COMMIT");
        Sql.column(connection, "INSERT INTO t (b) VALUES ('z') RETURNING a");
        connection.close();
        assertThat(rows().subList(before, before + 3)).containsExactly(1L, 2L, 3L);
    }
}
