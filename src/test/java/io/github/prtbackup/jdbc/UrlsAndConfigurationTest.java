package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.config.Setting;
import io.github.prtbackup.jdbc.Differential.Protocol;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/** URLs, properties, {@code SQLiteConfig} and data sources configure our connection as they do that of sqlite-jdbc. */
class UrlsAndConfigurationTest {

    /** What a pragma may be set to, also such as it does not take. */
    private static final List<String> VALUES = List.of("", "1", "0", "true", "off", "3", "WAL", "EXCLUSIVE", "x'y");

    private static final List<String> LOOKED_AT = List.of(
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "cache_size",
            "page_size",
            "auto_vacuum",
            "encoding",
            "locking_mode",
            "user_version",
            "application_id",
            "busy_timeout",
            "temp_store",
            "recursive_triggers",
            "defer_foreign_keys",
            "query_only",
            "secure_delete",
            "max_page_count",
            "journal_size_limit",
            "mmap_size",
            "read_uncommitted",
            "reverse_unordered_selects",
            "case_sensitive_like",
            "trusted_schema",
            "threads");

    @TempDir
    Path directory;

    private void requireSame(Differential.SideScenario scenario) throws Exception {
        new Differential(directory).requireSameSides(scenario);
    }

    /** What follows {@code jdbc:sqlite:}; the folder of the database goes where the dots are. */
    static Stream<String> addresses() {
        return Stream.of(
                "",
                ":memory:",
                "file::memory:",
                "file::memory:?cache=shared",
                "file:name?mode=memory&cache=shared",
                "….db",
                "…/same.db",
                "…/same.db?",
                "…/same.db?foreign_keys=on&foreign_keys=off",
                "…/same.db?foreign_keys=true&journal_mode=WAL&synchronous=OFF",
                "…/same.db?foreign_keys",
                "…/same.db?foreign_keys=",
                "…/same.db?=on",
                "…/same.db?&&foreign_keys=on&",
                "…/same.db?journal_mode=nonsense",
                "…/same.db?synchronous=nonsense",
                "…/same.db?unknown=1",
                "…/same.db?unknown=1&foreign_keys=on",
                "…/same.db?busy_timeout=abc",
                "…/same.db?open_mode=1",
                "…/same.db?transaction_mode=IMMEDIATE",
                "…/same.db?transaction_mode=never",
                "…/same.db?date_class=TEXT&date_string_format=yyyy",
                "…/same.db?date_class=nothing",
                "…/same.db?enable_load_extension=true",
                "…/same.db?limit_attached=0&limit_column=5",
                "…/same.db?jdbc.explicit_readonly=true",
                "…/same.db?jdbc.get_generated_keys=false",
                "…/same.db?user_version=9",
                "…/same.db?password=secret",
                "file:…/same.db",
                "file:…/same.db?mode=ro",
                "file:…/same.db?mode=rw&foreign_keys=on",
                "file:…/missing.db?mode=rw",
                "file:…/same.db?immutable=1",
                "file:…/same.db?vfs=none",
                "…/missing directory/x.db",
                "…",
                "…/created, with a comma.db",
                "…/ü %41.db",
                ":resource:no/such/resource.db",
                ":resource:file:…/same.db");
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void addressesAreUnderstoodAlike(String address) throws Exception {
        requireSame(seen -> {
            String url = seen.side.url(address.replace("…", seen.side.folder().toString()));
            look(seen, () -> DriverManager.getConnection(url));
            Properties properties = new Properties();
            properties.setProperty("foreign_keys", "true");
            properties.setProperty("user", "somebody");
            look(seen, () -> DriverManager.getConnection(url, properties));
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyPragmaAsAProperty(SQLiteConfig.Pragma pragma) throws Exception {
        requireSame(seen -> {
            for (String value : VALUES) {
                Properties properties = new Properties();
                properties.setProperty(pragma.pragmaName, value);
                Path file = seen.side.folder().resolve(value.replaceAll("\\W", "_") + "x.db");
                look(seen, () -> DriverManager.getConnection(seen.side.url(file), properties));
                look(
                        seen,
                        () -> DriverManager.getConnection(seen.side.url(file + "?" + pragma.pragmaName + "=" + value)));
            }
        });
    }

    @Test
    void dataSourcesAndConfigurations() throws Exception {
        requireSame(seen -> {
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.TRUNCATE);
            config.enforceForeignKeys(true);
            config.setBusyTimeout(1234);
            config.setUserVersion(4);
            config.setCacheSize(77);
            config.setTransactionMode(SQLiteConfig.TransactionMode.EXCLUSIVE);
            config.setReadOnly(false);
            SQLiteDataSource source = seen.side.ours() ? new BackupDataSource(config) : new SQLiteDataSource(config);
            source.setUrl(seen.side.url(seen.side.database()));
            source.setDatabaseName("named");
            look(seen, source::getConnection);
            look(seen, () -> source.getConnection("user", "password"));
            source.setReadOnly(true);
            look(seen, source::getConnection);
            source.getConfig().setOpenMode(SQLiteOpenMode.READWRITE);
            look(seen, source::getConnection);
            seen.add(source.getLoginTimeout() + " " + source.isWrapperFor(SQLiteDataSource.class));
        });
    }

    @Test
    void theDriverDescribesItselfAlike() throws Exception {
        Driver plain = new JDBC();
        Driver ours = new BackupDriver();
        for (Properties properties : Arrays.asList(null, new Properties())) {
            for (String address : Arrays.asList(null, "", ":memory:", "x.db?foreign_keys=on")) {
                String theirUrl = address == null ? null : "jdbc:sqlite:" + address;
                String ourUrl = address == null ? null : "jdbc:prtbackup:sqlite:" + address;
                assertThat(described(ours.getPropertyInfo(ourUrl, properties)))
                        .containsExactlyElementsOf(described(plain.getPropertyInfo(theirUrl, properties)));
            }
        }
        assertThat(ours.getMajorVersion()).isEqualTo(plain.getMajorVersion());
        assertThat(ours.getMinorVersion()).isEqualTo(plain.getMinorVersion());
        assertThat(ours.jdbcCompliant()).isEqualTo(plain.jdbcCompliant());
        for (String url : List.of("jdbc:h2:mem:", "", "sqlite:", "jdbc:sqlite", "JDBC:H2:x")) {
            assertThat(ours.acceptsURL(url)).isEqualTo(plain.acceptsURL(url));
            assertThat(ours.connect(url, new Properties())).isEqualTo(plain.connect(url, new Properties()));
        }
    }

    private static List<String> described(DriverPropertyInfo[] properties) {
        return Arrays.stream(properties)
                .filter(property -> !Setting.isOurs(property.name))
                .map(property -> property.name + " " + property.value + " " + property.description + " "
                        + property.required + " " + Arrays.toString(property.choices))
                .toList();
    }

    /** Opens a connection. */
    @FunctionalInterface
    private interface Opening {
        Connection open() throws SQLException;
    }

    private static void look(Protocol seen, Opening opening) {
        seen.attempt("open", () -> {
            try (Connection connection = opening.open()) {
                for (String pragma : LOOKED_AT) {
                    seen.attempt(pragma, () -> Sql.column(connection, "PRAGMA " + pragma));
                }
                seen.attempt("metadata", () -> connection.getMetaData().getURL());
                seen.attempt("read-only", connection::isReadOnly);
                seen.attempt("isolation", connection::getTransactionIsolation);
                seen.attemptVoid("write", () -> Sql.run(connection, "CREATE TABLE IF NOT EXISTS fresh (a)"));
                seen.attemptVoid("write", () -> Sql.run(connection, "INSERT INTO fresh VALUES (1)"));
                seen.attempt("read", () -> Sql.column(connection, "SELECT count(*) FROM fresh"));
                seen.attemptVoid("read-only", () -> connection.setReadOnly(true));
                seen.attemptVoid("transaction", () -> {
                    connection.setAutoCommit(false);
                    Sql.run(connection, "INSERT INTO fresh VALUES (2)");
                    connection.rollback();
                });
                return "opened";
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "limit_column, 5",
        "limit_expr_depth, 1",
        "limit_expr_depth, 2",
        "limit_sql_length, 100",
        "limit_length, 200",
        "limit_vdbe_op, 3",
        "limit_attached, 0",
        "limit_trigger_depth, 0",
        "limit_compound_select, 1"
    })
    void limitsAreForWhatTheUserRuns(String limit, String value) throws Exception {
        requireSame(seen -> {
            Properties properties = new Properties();
            properties.setProperty(limit, value);
            Path file = seen.side.folder().resolve("limited.db");
            try (Connection connection = DriverManager.getConnection(seen.side.url(file))) {
                Sql.run(connection, "PRAGMA auto_vacuum = INCREMENTAL", "CREATE TABLE t(a, b, c)");
            }
            try (Connection connection = DriverManager.getConnection(seen.side.url(file), properties)) {
                for (String sql : List.of(
                        "CREATE TEMP TABLE kept(a)",
                        "CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO kept VALUES (1); END",
                        "INSERT INTO t(a) VALUES (1)",
                        "INSERT INTO t(a) VALUES (2) RETURNING a",
                        "BEGIN",
                        "SELECT a FROM t",
                        "INSERT INTO t(a) VALUES (3)",
                        "SAVEPOINT s",
                        "UPDATE t SET a = 4 WHERE a = 3",
                        "ROLLBACK TO s",
                        "COMMIT",
                        "DELETE FROM t",
                        "SELECT count(*) FROM t",
                        "SELECT count(*) FROM kept")) {
                    seen.attempt(sql, () -> answer(connection, sql));
                }
                seen.attemptVoid("missing", () -> Sql.run(connection, "INSERT INTO missing(a) VALUES (1)"));
            }
        });
    }

    private static String answer(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return Integer.toString(statement.getUpdateCount());
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? row.getString(1) : "no row";
            }
        }
    }
}
