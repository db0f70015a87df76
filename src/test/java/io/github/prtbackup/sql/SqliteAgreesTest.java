package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/**
 * Runs strings of mangled statements in SQLite: when the database's bytes have changed, the text must have been called a
 * write. Mangled, many do not run; those that do are forms that nobody would have thought of.
 */
class SqliteAgreesTest {

    private static final String SCHEMA = """
            CREATE TABLE t (a PRIMARY KEY, b);
            INSERT INTO t VALUES (1, 2), (3, 4);
            CREATE VIEW v AS SELECT * FROM t;
            CREATE TRIGGER into_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END;
            CREATE VIRTUAL TABLE ft USING fts4 (x);
            INSERT INTO ft VALUES ('a b');
            INSERT INTO ft VALUES ('c');
            CREATE TEMP TABLE tt (a);
            CREATE TEMP TRIGGER reach AFTER INSERT ON tt BEGIN INSERT INTO t VALUES (new.a, 1); END;
            """;

    private static final List<String> STATEMENTS = List.of(
            "SELECT ';', \"a\", [a], `b`, 'it''s' FROM t",
            "SELECT $a::b(;), :x, @y, #z, ?1, x'00ff', .5",
            "SELECT optimize(ft) FROM ft LIMIT 1",
            "SELECT * FROM pragma_optimize",
            "WITH \"delete\" AS (SELECT 1) SELECT * FROM \"delete\"",
            "WITH replace AS (SELECT 1) SELECT * FROM replace",
            "WITH x (q) AS NOT MATERIALIZED (SELECT 5), y AS (SELECT ';') INSERT INTO t SELECT q, 1 FROM x",
            "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) UPDATE t SET b = 9 WHERE a IN r",
            "DELETE FROM t",
            "INSERT OR IGNORE INTO v VALUES (5, 5)",
            "INSERT INTO temp.tt VALUES (9)",
            "UPDATE OR REPLACE t SET a = 2 RETURNING *",
            "REPLACE INTO t VALUES (1, 3)",
            "CREATE TABLE IF NOT EXISTS n (a DEFAULT ';')",
            "CREATE TEMP TABLE IF NOT EXISTS n (a)",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET b = CASE b WHEN 1 THEN 2 END; SELECT 1; END",
            "CREATE TEMP TRIGGER tr2 AFTER DELETE ON t WHEN CASE WHEN 1 THEN 1 END BEGIN DELETE FROM tt; END",
            "EXPLAIN QUERY PLAN CREATE TRIGGER zz AFTER INSERT ON t BEGIN DELETE FROM t; END",
            "EXPLAIN DELETE FROM t",
            "DROP VIEW IF EXISTS v",
            "ALTER TABLE t ADD COLUMN c",
            "PRAGMA \"main\".[user_version] == '7'",
            "PRAGMA application_id(6)",
            "PRAGMA user_version",
            "REINDEX t",
            "ANALYZE",
            "BEGIN IMMEDIATE",
            "END TRANSACTION",
            "SAVEPOINT s",
            "ROLLBACK TRANSACTION TO s",
            "ATTACH ':memory:' AS aux");

    private static final List<String> BLANKS = List.of(
            " ",
            "\n",
            "\f",
            "\r\n",
            "/**/",
            "/* ; */",
            "-- ;\n",
            "/*/ ' */",
            "--'\n",
            " \uFEFF",
            "/* \" */",
            "/*-- */");

    private static final List<String> TOKENS = List.of(
            ";",
            "(",
            ")",
            "'",
            "\"",
            "[",
            "]",
            "`",
            "--",
            "/*",
            "*/",
            "END",
            "BEGIN",
            "CASE",
            "WITH",
            "AS",
            "EXPLAIN",
            "SELECT",
            "DELETE",
            "temp",
            ".",
            "TEMP",
            "main",
            "x'",
            "\0",
            "OR",
            "RETURNING",
            "CREATE",
            "TRIGGER",
            "\uFEFF",
            "\u00a0",
            "TO",
            "IF",
            "NOT",
            "EXISTS",
            "=",
            "1",
            "t",
            "''",
            "INTO",
            "RECURSIVE",
            "replace",
            "VALUES",
            ",");

    private static final Pattern TOKEN = Pattern.compile("\\s+|'[^']*'|\"[^\"]*\"|\\w+|.", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noChangeOfTheDatabaseComesUnannounced(long seed) throws SQLException {
        Random random = new Random(seed);
        int writes = 0;
        for (int i = 0; i < 300; i++) {
            String sql = script(random);
            if (changesTheDatabase(sql)) {
                writes++;
                assertThat(Classifier.parse(sql).effect()).as(sql).isEqualTo(Effect.WRITE);
            }
        }
        assertThat(writes).isGreaterThan(50);
    }

    private static boolean changesTheDatabase(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(SCHEMA);
            byte[] before = connection.unwrap(SQLiteConnection.class).serialize("main");
            try {
                statement.executeUpdate(sql);
            } catch (SQLException mangled) {
                // What ran before the error still counts.
            }
            return !Arrays.equals(
                    before, connection.unwrap(SQLiteConnection.class).serialize("main"));
        }
    }

    private static String script(Random random) {
        StringBuilder script = new StringBuilder();
        for (int n = random.nextInt(3); n >= 0; n--) {
            script.append(random.nextInt(4) == 0 ? any(BLANKS, random) : "");
            script.append(mangled(any(STATEMENTS, random), random)).append(';');
        }
        return script.toString();
    }

    private static String mangled(String statement, Random random) {
        List<String> tokens = new ArrayList<>();
        TOKEN.matcher(statement).results().forEach(match -> tokens.add(match.group()));
        for (int n = random.nextInt(6) - 3; n > 0; n--) {
            int at = random.nextInt(tokens.size());
            if (random.nextBoolean()) {
                tokens.set(at, any(TOKENS, random));
            } else {
                tokens.add(at, any(random.nextBoolean() ? TOKENS : tokens, random));
            }
        }
        StringBuilder sql = new StringBuilder();
        for (String token : tokens) {
            sql.append(token.isBlank() && random.nextInt(4) == 0 ? any(BLANKS, random) : token);
        }
        return sql.toString();
    }

    private static String any(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
