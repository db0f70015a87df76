package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainTest {

    private Connection connection;
    private Statement statement;

    @BeforeEach
    void createSchema() throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        statement = connection.createStatement();
        statement.execute("ATTACH ':memory:' AS aux");
        statement.executeUpdate("""
                CREATE TABLE note (id INTEGER PRIMARY KEY, body);
                CREATE INDEX note_body ON note (body);
                CREATE TABLE log (line);
                CREATE VIEW all_notes AS SELECT * FROM note;
                CREATE TRIGGER into_all_notes INSTEAD OF INSERT ON all_notes BEGIN
                  INSERT INTO note VALUES (new.id, new.body);
                END;
                CREATE VIRTUAL TABLE search USING fts5 (body);
                CREATE VIRTUAL TABLE search4 USING fts4 (body);
                CREATE VIRTUAL TABLE area USING rtree (id, x0, x1);
                CREATE TABLE aux.tag (name);
                CREATE TABLE aux.note (other);
                CREATE TEMP TABLE basket (id);
                CREATE TEMP TABLE reaching (id);
                CREATE TEMP TRIGGER reach AFTER INSERT ON reaching BEGIN INSERT INTO main.log VALUES (1); END;
                CREATE TEMP TRIGGER far AFTER DELETE ON log BEGIN DELETE FROM aux.tag; END;
                CREATE TEMP VIEW everything AS SELECT name FROM aux.tag;
                CREATE TEMP TRIGGER into_everything INSTEAD OF INSERT ON everything BEGIN
                  INSERT INTO aux.tag VALUES (new.name);
                END;
                """);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private static SqlStatement parse(String sql) {
        return Classifier.parse(sql).first();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            INSERT INTO note VALUES (1, 'a') | 0
            DELETE FROM note WHERE 0 | 0
            WITH x AS (SELECT 1) DELETE FROM note WHERE id IN x RETURNING * | 0
            INSERT INTO all_notes VALUES (1, 'a') | 0
            INSERT INTO tag VALUES (1) | 2
            UPDATE aux.note SET other = 1 | 2
            UPDATE note SET body = (SELECT name FROM tag) | 0
            INSERT INTO basket VALUES (1) | 1
            INSERT INTO temp.basket SELECT id FROM note | 1
            INSERT INTO reaching VALUES (1) | 0 1
            DELETE FROM log | 0 2
            INSERT INTO everything VALUES (1) | 1 2
            INSERT INTO search VALUES ('a') | 0
            INSERT INTO search (search) VALUES ('optimize') | 0
            DELETE FROM search4 | 0
            INSERT INTO area VALUES (1, 2, 3) | 0
            CREATE TABLE t (a) | 0
            CREATE TABLE IF NOT EXISTS note (a) | ~~
            CREATE TABLE IF NOT EXISTS basket (a) | 0
            CREATE INDEX IF NOT EXISTS note_body ON note (body) | ~~
            CREATE INDEX i ON basket (id) | 1
            CREATE TABLE aux.t AS SELECT * FROM note | 2
            CREATE VIRTUAL TABLE aux.s USING fts4 (body) | 2
            CREATE TRIGGER t AFTER INSERT ON basket BEGIN SELECT 1; END | 1
            DROP TABLE note | 0
            DROP TABLE IF EXISTS nowhere | ~~
            DROP TABLE basket | 1
            DROP TABLE search | 0
            DROP TRIGGER far | 1
            ALTER TABLE basket RENAME TO cart | 1
            ALTER TABLE tag ADD COLUMN colour | 2
            ANALYZE note | 0
            ANALYZE aux | 2
            REINDEX note | 0
            """)
    void namesTheDatabasesThatWouldBeWritten(String sql, String written) throws SQLException {
        Set<Integer> expected = Arrays.stream(written.split(" "))
                .filter(index -> !index.isEmpty())
                .map(Integer::valueOf)
                .collect(Collectors.toSet());

        assertThat(Explain.writtenDatabases(statement, parse(sql))).as(sql).isEqualTo(expected);
    }

    @Test
    void commentsAreNoHindrance() throws SQLException {
        assertThat(Explain.writtenDatabases(statement, parse("-- in front\nDELETE FROM note -- behind")))
                .containsExactly(0);
    }

    @Test
    void runsNothing() throws SQLException {
        Explain.writtenDatabases(statement, parse("INSERT INTO note VALUES (1, 'a')"));
        Explain.writtenDatabases(statement, parse("DROP TABLE log"));

        assertThat(statement.executeQuery("SELECT count(*) FROM note").getInt(1))
                .isZero();
        assertThat(statement.executeQuery("SELECT count(*) FROM log").getInt(1)).isZero();
    }

    @Test
    void passesOnWhatSqliteSays() {
        assertThatThrownBy(() -> Explain.writtenDatabases(statement, parse("DELETE FROM nowhere")))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no such table: nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHOW TABLES", "VACUUM nowhere", "DELETE FROM nowhere", "SELECT optimize(nowhere)", "'"})
    void findsOutAheadWhatCannotRun(String sql) {
        assertThatThrownBy(() -> Explain.check(statement, parse(sql))).isInstanceOf(SQLException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VACUUM",
                "PRAGMA nowhere.user_version = 1",
                "restore from x",
                "SELECT optimize(search4) FROM search4",
                "DROP TABLE note",
                "BEGIN"
            })
    void lookingAheadRunsNothing(String sql) throws SQLException {
        Explain.check(statement, parse(sql));

        assertThat(statement.executeQuery("SELECT count(*) FROM note").getInt(1))
                .isZero();
        statement.executeUpdate("BEGIN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VACUUM",
                "PRAGMA user_version = 1",
                "restore from x",
                "SELECT optimize(search4) FROM search4",
                "SELECT * FROM pragma_optimize",
                "UPDATE note SET body = (SELECT optimize(search4) FROM search4)",
                "CREATE VIEW v AS SELECT * FROM pragma_optimize",
                "MERGE INTO x",
                "SELECT 1"
            })
    void isNotAskedWhereItWouldNotTellTheTruth(String sql) {
        assertThat(parse(sql).explainable()).isFalse();
        assertThatThrownBy(() -> Explain.writtenDatabases(statement, parse(sql)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INSERT INTO basket VALUES (1) | READ
            INSERT INTO temp.basket VALUES (1) | READ
            DROP TABLE basket | READ
            BEGIN; DELETE FROM basket; COMMIT | TRANSACTION
            DELETE FROM basket; DELETE FROM note | WRITE
            INSERT INTO reaching VALUES (1) | WRITE
            INSERT INTO note (body) VALUES (1) | WRITE
            INSERT INTO tag VALUES (1) | WRITE
            DROP TABLE IF EXISTS nowhere | WRITE
            DELETE FROM nowhere | WRITE
            DROP TABLE basket; DELETE FROM basket | WRITE
            VACUUM | WRITE
            SELECT * FROM nowhere | READ
            """)
    void aSchemaDecidesWhatTextCannot(String sql, Effect effect) throws SQLException {
        assertThat(new SchemaClassifier(connection).classify(sql)).isEqualTo(effect);
    }

    @Test
    void withoutASchemaTheTextDecides() throws SQLException {
        assertThat(new SchemaClassifier(null).classify("DELETE FROM basket")).isEqualTo(Effect.WRITE);
        assertThat(new SchemaClassifier(null).classify("SELECT 1")).isEqualTo(Effect.READ);
    }
}
