package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.config.Setting;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

class DriverTest {

    @TempDir
    Path directory;

    private Path database() {
        return directory.resolve("prt.db");
    }

    @Test
    void serviceLoaderFindsIt() {
        assertThat(ServiceLoader.load(Driver.class)).hasAtLeastOneElementOfType(BackupDriver.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:prtbackup:sqlite:", "jdbc:prtbackup:", "JDBC:PrtBackup:SQLite:"})
    void urls(String prefix) throws Exception {
        try (Connection connection = DriverManager.getConnection(prefix + database())) {
            Sql.run(connection, "CREATE TABLE t (a)");
            assertThat(connection.getMetaData().getURL()).isEqualTo("jdbc:prtbackup:sqlite:" + database());
            assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("SQLite");
        }
        assertThat(database()).exists();
        assertThat(Backups.count(database())).isOne();
    }

    @Test
    void foreignUrlsAreLeftAlone() throws Exception {
        BackupDriver driver = new BackupDriver();
        assertThat(driver.connect("jdbc:sqlite:" + database(), new Properties()))
                .isNull();
        assertThat(driver.acceptsURL("jdbc:sqlite::memory:")).isFalse();
        assertThat(driver.acceptsURL(null)).isFalse();
        assertThat(driver.acceptsURL("jdbc:prtbackup:x")).isTrue();
    }

    @Test
    void parametersOfSqliteJdbcPassThrough() throws Exception {
        String url = "jdbc:prtbackup:sqlite:" + database()
                + "?foreign_keys=on&backup.keep=3&journal_mode=WAL&backup.operation=import&busy_timeout=1234";
        try (Connection connection = DriverManager.getConnection(url)) {
            assertThat(Sql.column(connection, "PRAGMA foreign_keys")).containsExactly("1");
            assertThat(Sql.column(connection, "PRAGMA journal_mode")).containsExactly("wal");
            assertThat(connection.unwrap(SQLiteConnection.class).getBusyTimeout())
                    .isEqualTo(1234);
            Sql.run(connection, "CREATE TABLE t (a)");
        }
        assertThat(Backups.files(directory)).containsExactly("backups", "prt.db");
        assertThat(Backups.newest(database()).comment()).isEqualTo("Auto-backup before: import");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space.db", "Kontakte-äöü-日本.db", "per%20cent.db", "quo'te.db"})
    void unusualFileNames(String name) throws Exception {
        Path file = directory.resolve(name);
        try (Connection connection = Sql.open(file)) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
        }
        assertThat(Backups.count(file)).isEqualTo(2);
        assertThat(Sql.number(Backups.newest(file).backupPath(), "SELECT count(*) FROM t"))
                .isZero();
    }

    @Test
    void fileUris() throws Exception {
        Sql.open(database()).close();
        String uri = "file:" + database() + "?mode=rw&backup.operation=from%20a%20URI";
        try (Connection connection = DriverManager.getConnection("jdbc:prtbackup:sqlite:" + uri)) {
            Sql.run(connection, "CREATE TABLE t (a)");
        }
        assertThat(Backups.operations(database())).containsExactly("from a URI");
    }

    @Test
    void readOnlyUriLeavesNoBackup() throws Exception {
        try (Connection connection = Sql.plain(database())) {
            Sql.run(connection, "CREATE TABLE t (a)");
        }
        try (Connection connection =
                DriverManager.getConnection("jdbc:prtbackup:sqlite:file:" + database() + "?mode=ro")) {
            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (1)"))
                    .hasMessageContaining("[SQLITE_READONLY]");
        }
        assertThat(Backups.files(directory)).doesNotContain("backups");
    }

    @ParameterizedTest
    @ValueSource(strings = {":memory:", "", "file::memory:?cache=shared", "file:shared?mode=memory&cache=shared"})
    void databasesWithoutFileAreNotBackedUp(String address) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:prtbackup:sqlite:" + address)) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
            assertThat(Sql.number(connection, "SELECT count(*) FROM t")).isOne();
        }
        assertThat(Path.of("backups")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "backup.kep=3           | backup.kep=3",
                "backup.keep=many       | backup.keep=many",
                "backup.keep=0          | from 1",
                "backup.strategy=best   | auto, full, incremental",
                "backup.enabled=perhaps | true, false",
                "backup.min-interval=-1 | ISO-8601",
                "backup.full-max-size=x | KB, MB, GB or TB",
                "backup.dir=            | the path of a directory",
                "backup.on-failure=cry  | abort, warn"
            })
    void badSettingsSayWhatIsAllowed(String parameter, String said) {
        assertThatThrownBy(() -> Sql.open(database(), parameter))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(parameter.split("=", -1)[0])
                .hasMessageContaining(said);
        assertThat(database()).doesNotExist();
    }

    @Test
    void propertiesRuleOverUrlOverSystemProperties() throws Exception {
        System.setProperty("prtbackup.operation", "system");
        try {
            Sql.open(database()).close();
            assertThat(operationOf("", null)).isEqualTo("system");
            assertThat(operationOf("?backup.operation=url", null)).isEqualTo("url");
            assertThat(operationOf("?backup.operation=url", "property")).isEqualTo("property");
        } finally {
            System.clearProperty("prtbackup.operation");
        }
    }

    private String operationOf(String parameters, String property) throws Exception {
        Properties properties = new Properties();
        if (property != null) {
            properties.setProperty("backup.operation", property);
        }
        String url = "jdbc:prtbackup:sqlite:" + database() + parameters;
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            Sql.run(connection, "CREATE TABLE IF NOT EXISTS t (a)", "INSERT INTO t VALUES (1)");
        }
        List<String> operations = Backups.operations(database());
        return operations.get(operations.size() - 1);
    }

    @Test
    void everySettingIsDescribed() throws Exception {
        DriverPropertyInfo[] described =
                new BackupDriver().getPropertyInfo("jdbc:prtbackup:sqlite:x?backup.keep=7", null);
        assertThat(Arrays.stream(described).map(info -> info.name))
                .containsAll(Arrays.stream(Setting.values()).map(Setting::key).toList())
                .contains("journal_mode");
        assertThat(described)
                .filteredOn(info -> info.name.startsWith("backup."))
                .allSatisfy(info -> assertThat(info.description).isNotBlank())
                .anySatisfy(info -> {
                    assertThat(info.name).isEqualTo("backup.keep");
                    assertThat(info.value).isEqualTo("7");
                });
        assertThat(new BackupDriver().getPropertyInfo(null, null)).isNotEmpty();
    }

    @Test
    void openingIsNoFirstStatement() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.open(database, "jdbc.explicit_readonly=true")) {
            PrtBackup.of(connection).close();
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // executeUpdate does not look at that, with plain sqlite-jdbc either.
                assertThatThrownBy(() -> statement.execute("CREATE TABLE t (a)"))
                        .hasMessageContaining("SQLITE_READONLY");
            }
        }
    }

    /** As in a container without a locale: SQLite takes any name, Java only those of its character set. */
    @ParameterizedTest
    @CsvSource({"abort", "warn", "off"})
    void aFileNameThatJavaCannotExpress(String wanted) throws Exception {
        ProcessBuilder child = Jvm.command(
                InexpressibleName.class,
                List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"),
                directory,
                wanted.equals("off") ? "backup.enabled=false" : "backup.on-failure=" + wanted);
        child.environment().put("LC_ALL", "C");
        String message =
                "Java cannot express the file name .*donn\\\\u00e9es.db in the character set .*, so no backups can"
                        + " be made; set LC_ALL=C.UTF-8 or another UTF-8 locale";
        String refused = "thrown: " + message + "; the statement was not run\n";
        String warned = "warned: " + message + "; the statement ran without\n";
        String written = switch (wanted) {
            case "abort" -> refused;
            case "warn" -> warned;
            default -> "done\n";
        };
        assertThat(Jvm.await(child.start()))
                .matches("read: \\[1]\n"
                        + "insert: " + written
                        + "prepared: " + written
                        + "in transaction: " + written
                        + "batch: " + written.replace("thrown: ", "thrown: batch entry 0: ")
                        + "user_version: " + written
                        + "same journal_mode: done\n"
                        + "temp: done\n"
                        + "attached: done\n"
                        + "read: " + (wanted.equals("abort") ? "\\[1]" : "\\[1, 2, 3, 4, 5]") + "\n"
                        + "backups: " + (wanted.equals("off") ? "0" : "1") + "\n"
                        + "history: thrown: " + message + "\n");
    }

    /** Prints what becomes of reads and writes of a database with a letter beyond ASCII in its name. */
    static final class InexpressibleName {

        private InexpressibleName() {}

        @FunctionalInterface
        private interface Attempt {
            void run() throws Exception;
        }

        public static void main(String[] arguments) throws Exception {
            String file = arguments[0] + "/donn\u00e9es.db";
            Path other = Path.of(arguments[0], "other.db");
            try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                Sql.run(plain, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
            }
            try (Connection connection =
                    DriverManager.getConnection("jdbc:prtbackup:sqlite:" + file + "?" + arguments[1])) {
                System.out.println("read: " + Sql.column(connection, "SELECT a FROM t"));
                tell(connection, "insert", () -> Sql.run(connection, "INSERT INTO t VALUES (2)"));
                tell(connection, "prepared", () -> {
                    try (PreparedStatement statement = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                        statement.setInt(1, 3);
                        statement.executeUpdate();
                    }
                });
                connection.setAutoCommit(false);
                tell(connection, "in transaction", () -> Sql.run(connection, "INSERT INTO t VALUES (4)"));
                connection.commit();
                connection.setAutoCommit(true);
                tell(connection, "batch", () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.addBatch("INSERT INTO t VALUES (5)");
                        statement.executeBatch();
                    }
                });
                tell(connection, "user_version", () -> Sql.run(connection, "PRAGMA user_version = 7"));
                tell(connection, "same journal_mode", () -> Sql.run(connection, "PRAGMA journal_mode = DELETE"));
                tell(connection, "temp", () -> Sql.run(connection, "CREATE TEMP TABLE x (a)"));
                tell(
                        connection,
                        "attached",
                        () -> Sql.run(connection, "ATTACH '" + other + "' AS o", "CREATE TABLE o.t (a)"));
                System.out.println("read: " + Sql.column(connection, "SELECT a FROM main.t"));
                System.out.println("backups: " + Backups.count(other));
                System.out.print("history: ");
                tell(connection, () -> PrtBackup.of(connection).close());
            }
        }

        private static void tell(Connection connection, String what, Attempt attempt) throws Exception {
            System.out.print(what + ": ");
            tell(connection, attempt);
        }

        private static void tell(Connection connection, Attempt attempt) throws Exception {
            connection.clearWarnings();
            String said = "done";
            try {
                attempt.run();
                if (connection.getWarnings() != null) {
                    said = "warned: " + connection.getWarnings().getMessage();
                }
            } catch (SQLException e) {
                said = "thrown: " + e.getMessage();
            }
            System.out.println(said.replace("\u00e9", "\\u00e9"));
        }
    }

    @Test
    void warningsAreClearedAndDoNotFillTheMemory() throws Exception {
        Files.writeString(directory.resolve("backups"), "no directory");
        try (Connection connection = Sql.open(database(), "backup.on-failure=warn");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t (a)");
            assertThat(statement.getWarnings().getMessage()).contains("No backup of");
            statement.clearWarnings();
            assertThat((Object) statement.getWarnings()).isNull();
            for (int i = 0; i < 150; i++) {
                statement.executeUpdate("DELETE FROM t");
            }
            int held = 0;
            for (SQLWarning next = connection.getWarnings(); next != null; next = next.getNextWarning()) {
                held++;
            }
            assertThat(held).isEqualTo(100);
        }
    }

    @Test
    void disabledItIsPlain() throws Exception {
        try (Connection connection = Sql.open(database(), "backup.enabled=false")) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
        }
        assertThat(Backups.files(directory)).containsExactly("prt.db");
    }

    @Test
    void pragmasOfTheUrlThatWriteTheFileAreBackedUp() throws Exception {
        try (Connection connection = Sql.plain(database())) {
            Sql.run(connection, "CREATE TABLE t (a)");
        }
        try (Connection connection = Sql.open(database(), "user_version=5", "journal_mode=WAL")) {
            assertThat(Sql.column(connection, "PRAGMA user_version")).containsExactly("5");
            assertThat(Sql.column(connection, "PRAGMA journal_mode")).containsExactly("wal");
        }
        assertThat(Backups.operations(database()))
                .containsExactlyInAnyOrder("SQL: PRAGMA user_version", "SQL: PRAGMA journal_mode");
        Sql.open(database(), "journal_mode=WAL").close();
        assertThat(Backups.count(database())).isEqualTo(2);
    }

    @Test
    void everythingLeadsBackToTheGuardedConnection() throws Exception {
        try (Connection connection = Sql.open(database())) {
            Sql.run(connection, "CREATE TABLE t (a INTEGER PRIMARY KEY)");
            Statement statement = connection.createStatement();
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
            ResultSet tables = connection.getMetaData().getTables(null, null, "%", null);
            assertThat(tables.getStatement().getConnection()).isSameAs(connection);
            Statement reached = tables.getStatement();
            assertThat(reached).isInstanceOf(BackupStatement.class);
            statement.executeUpdate("INSERT INTO t VALUES (7)");
            assertThat(statement.getGeneratedKeys().getStatement()).isInstanceOf(BackupStatement.class);
            assertThat(connection.prepareStatement("SELECT 1")).isInstanceOf(BackupPreparedStatement.class);
            assertThat(connection.unwrap(SQLiteConnection.class)).isSameAs(connection);
        }
    }

    @Test
    void functionsWorkAndTheirWritesAreGuarded() throws Exception {
        try (Connection connection = Sql.open(database())) {
            Sql.run(connection, "CREATE TABLE t (a)", "CREATE TABLE log (b)");
            Function.create(connection, "twice", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    result(2 * value_int(0));
                }
            });
            Sql.run(connection, "INSERT INTO t VALUES (twice(21))");
            assertThat(Sql.column(connection, "SELECT a FROM t")).containsExactly("42");
        }
        assertThat(Backups.count(database())).isEqualTo(3);
    }

    @Test
    void dataSource() throws Exception {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        for (String url : List.of("jdbc:prtbackup:sqlite:" + database(), "jdbc:sqlite:" + database())) {
            BackupDataSource source = new BackupDataSource(config);
            source.setUrl(url);
            source.setBackupProperty("backup.operation", "from a data source");
            try (Connection connection = source.getConnection()) {
                Sql.run(connection, "CREATE TABLE IF NOT EXISTS t (a)", "INSERT INTO t VALUES (1)");
                assertThat(Sql.column(connection, "PRAGMA foreign_keys")).containsExactly("1");
            }
        }
        assertThat(Backups.operations(database()))
                .containsExactly("from a data source", "from a data source", "from a data source");
        BackupDataSource foreign = new BackupDataSource();
        foreign.setUrl("jdbc:h2:mem:");
        assertThatThrownBy(foreign::getConnection).isInstanceOf(SQLException.class);
    }

    @Test
    void clientInfoNamesTheOperation() throws Exception {
        try (Connection connection = Sql.open(database())) {
            connection.setClientInfo("backup.operation", "create_schema");
            Sql.run(connection, "CREATE TABLE t (a)");
            assertThat(connection.getClientInfo("backup.operation")).isEqualTo("create_schema");
            connection.setClientInfo("backup.operation", null);
            Sql.run(connection, "INSERT INTO t VALUES (1) /*action='add_tag',route='%2Ftags'*/", "DELETE FROM t");
            connection.setClientInfo("ApplicationName", "anything");
            try (PreparedStatement prepared = connection.prepareStatement("UPDATE t SET a = 2")) {
                prepared.executeUpdate();
            }
            assertThatThrownBy(() -> connection.setClientInfo("backup.keep", "3"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("backup.keep=3");
        }
        assertThat(Backups.operations(database()))
                .containsExactly("create_schema", "add_tag", "SQL: DELETE t", "SQL: UPDATE t");
    }

    @Test
    void backupDirectory() throws Exception {
        Path elsewhere = directory.resolve("some/where else");
        try (Connection connection = Sql.open(database(), "backup.dir=" + elsewhere)) {
            Sql.run(connection, "CREATE TABLE t (a)");
        }
        assertThat(Files.isDirectory(elsewhere)).isTrue();
        assertThat(Backups.files(elsewhere))
                .anyMatch(name -> name.matches("prt\\.db\\.backup_\\d{8}_\\d{6}_auto\\.db"));
        assertThat(Backups.files(directory)).doesNotContain("backups");
    }
}
