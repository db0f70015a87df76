package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.Function;
import org.sqlite.ProgressHandler;

/** What docs/differences.md says that is not as with plain sqlite-jdbc: here it is watched, each under the name it has there. */
class DifferencesTest {

    @TempDir
    Path directory;

    /** What an application sees. */
    @FunctionalInterface
    private interface Example {
        String run(Connection connection) throws Exception;
    }

    private record Difference(Example example, String plain, String ours) {}

    private static final Map<String, Difference> DIFFERENCES = new TreeMap<>(Map.of(
            "total-changes-after-failed-commit",
            new Difference(
                    connection -> {
                        Sql.run(connection, "CREATE TABLE t (a)", "PRAGMA busy_timeout = 0");
                        Path file = Path.of(Sql.column(connection, "SELECT file FROM pragma_database_list")
                                .get(0));
                        try (Connection other = Sql.plain(file);
                                Statement reading = other.createStatement()) {
                            Sql.run(other, "INSERT INTO t VALUES (1), (2)");
                            try (ResultSet open = reading.executeQuery("SELECT a FROM t")) {
                                open.next();
                                Sql.run(connection, "INSERT INTO t VALUES (3)");
                            } catch (SQLException e) {
                                return "" + Sql.number(connection, "SELECT total_changes()");
                            }
                        }
                        return "not refused";
                    },
                    "0",
                    "1"),
            "autocommit-in-a-function",
            new Difference(
                    connection -> {
                        Sql.run(connection, "CREATE TABLE t (a)");
                        Function.create(connection, "autocommit", new Function() {
                            @Override
                            protected void xFunc() throws SQLException {
                                result(connection.getAutoCommit() ? 1 : 0);
                            }
                        });
                        Sql.run(connection, "INSERT INTO t VALUES (autocommit())");
                        return Sql.column(connection, "SELECT a FROM t").toString();
                    },
                    "[1]",
                    "[0]"),
            "transaction-in-a-function",
            new Difference(
                    connection -> {
                        Sql.run(connection, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 1)");
                        Function.create(
                                connection,
                                "rolled",
                                new Function() {
                                    @Override
                                    protected void xFunc() throws SQLException {
                                        try (Statement statement = connection.createStatement()) {
                                            statement.executeUpdate("ROLLBACK");
                                        } catch (SQLException e) {
                                            result("no transaction");
                                        }
                                    }
                                },
                                0,
                                Function.FLAG_DETERMINISTIC);
                        Sql.run(
                                connection,
                                "CREATE TABLE child (p REFERENCES t, q)",
                                "CREATE INDEX i ON t (b) WHERE rolled() = b",
                                "PRAGMA foreign_keys = ON");
                        try {
                            Sql.run(connection, "DROP TABLE t");
                        } catch (SQLException e) {
                            return "error " + e.getErrorCode();
                        }
                        return "dropped";
                    },
                    "dropped",
                    "error 4"),
            "progress-handler",
            new Difference(
                    connection -> {
                        Sql.run(connection, "CREATE TABLE t (a)");
                        int[] calls = {0};
                        ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
                            @Override
                            protected int progress() {
                                calls[0]++;
                                return 0;
                            }
                        });
                        Sql.run(connection, "INSERT INTO t VALUES (1)");
                        return calls[0] < 40 ? "few" : "many";
                    },
                    "few",
                    "many"),
            "cursor-beside-a-failed-definition",
            new Difference(
                    connection -> {
                        Sql.run(
                                connection,
                                "CREATE TABLE z (a)",
                                "INSERT INTO z VALUES (1), (2), (3)",
                                "CREATE TABLE t (a)",
                                "INSERT INTO t VALUES (1)");
                        try (Statement reading = connection.createStatement();
                                ResultSet open = reading.executeQuery("SELECT a FROM z")) {
                            open.next();
                            try {
                                Sql.run(connection, "ALTER TABLE t ADD COLUMN c CHECK (c > 5) DEFAULT 1");
                            } catch (SQLException e) {
                                assertThat(e.getMessage()).contains("CHECK");
                            }
                            open.next();
                            return open.getString(1);
                        } catch (SQLException e) {
                            return "error " + e.getErrorCode();
                        }
                    },
                    "2",
                    "error 4"),
            "trigger-behind-a-foreign-key",
            new Difference(
                    connection -> {
                        Path main = Path.of(Sql.column(connection, "SELECT file FROM pragma_database_list")
                                .get(0));
                        Path attached = main.resolveSibling("attached-to-" + main.getFileName());
                        Sql.run(
                                connection,
                                "ATTACH '" + attached + "' AS attached",
                                "CREATE TABLE attached.log (a)",
                                "CREATE TABLE t (a)",
                                "CREATE TABLE u (a)",
                                "CREATE TEMP TRIGGER tell AFTER INSERT ON u BEGIN INSERT INTO log VALUES (1); END",
                                "PRAGMA foreign_keys = ON",
                                "INSERT INTO t VALUES (1)",
                                "BEGIN",
                                "DELETE FROM t");
                        try (Connection other = Sql.plain(attached)) {
                            Sql.run(other, "PRAGMA busy_timeout = 0", "INSERT INTO log VALUES (2)");
                            return "free";
                        } catch (SQLException e) {
                            return "error " + e.getErrorCode();
                        } finally {
                            Sql.run(connection, "ROLLBACK");
                        }
                    },
                    "free",
                    "error 5"),
            "returning-left-on-its-row",
            new Difference(
                    connection -> {
                        Sql.run(
                                connection,
                                "CREATE TABLE t (id INTEGER PRIMARY KEY, n UNIQUE)",
                                "INSERT INTO t VALUES (1, 1)");
                        try (Statement returning = connection.createStatement();
                                ResultSet row = returning.executeQuery("INSERT INTO t (n) VALUES (10) RETURNING id")) {
                            assertThat(row.next()).isTrue();
                            Sql.run(connection, "BEGIN", "INSERT INTO t (n) VALUES (20)");
                            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (30, 30), (1, 31)"))
                                    .hasMessageContaining("UNIQUE");
                        }
                        Sql.run(connection, "COMMIT");
                        return Sql.column(connection, "SELECT n FROM t").toString();
                    },
                    "[1, 10, 20]",
                    "[1]"),
            "data-version",
            new Difference(
                    connection -> {
                        Sql.column(connection, "PRAGMA journal_mode = WAL");
                        Sql.column(connection, "PRAGMA journal_mode = PERSIST");
                        return Sql.column(connection, "PRAGMA data_version").toString();
                    },
                    "[1]",
                    "[2]")));

    static Set<String> differences() {
        return DIFFERENCES.keySet();
    }

    @ParameterizedTest
    @MethodSource("differences")
    void isAsItIsDocumented(String name) throws Exception {
        Difference difference = DIFFERENCES.get(name);
        try (Connection plain = Sql.plain(directory.resolve("plain.db"));
                Connection ours = Sql.open(directory.resolve("ours.db"))) {
            assertThat(difference.example().run(plain)).isEqualTo(difference.plain());
            assertThat(difference.example().run(ours)).isEqualTo(difference.ours());
        }
    }

    @Test
    void eachIsInTheDocumentation() throws Exception {
        Matcher names = Pattern.compile("`DifferencesTest`: ([a-z-]+)")
                .matcher(Files.readString(Path.of("docs/differences.md")));
        assertThat(names.results().map(found -> found.group(1)).collect(Collectors.toSet()))
                .isEqualTo(differences());
    }
}
