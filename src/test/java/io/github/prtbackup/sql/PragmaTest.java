package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PragmaTest {

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '~', textBlock = """
            PRAGMA user_version | READ | main | user_version | -
            PRAGMA user_version = 3 | WRITE | main | user_version | 3
            PRAGMA user_version == 3 | WRITE | main | user_version | 3
            pragma/**/User_Version(-450) | WRITE | main | user_version | -450
            PRAGMA "main".[user_version]='4' | WRITE | main | user_version | 4
            PRAGMA aux . application_id = +5 | WRITE | aux | application_id | +5
            PRAGMA schema_version = 9 | WRITE | main | schema_version | 9
            PRAGMA default_cache_size = 9 | WRITE | main | default_cache_size | 9
            PRAGMA journal_mode | READ | main | journal_mode | -
            PRAGMA journal_mode == wal | WRITE | main | journal_mode | wal
            PRAGMA journal_mode = 'D' | WRITE | main | journal_mode | D
            PRAGMA journal_mode = nonsense | READ | main | journal_mode | nonsense
            PRAGMA auto_vacuum = FULL | WRITE | main | auto_vacuum | FULL
            PRAGMA auto_vacuum = 2 | WRITE | main | auto_vacuum | 2
            PRAGMA auto_vacuum = none | READ | main | auto_vacuum | none
            PRAGMA auto_vacuum = 0 | READ | main | auto_vacuum | 0
            PRAGMA incremental_vacuum | WRITE | main | incremental_vacuum | -
            PRAGMA optimize | WRITE | main | optimize | -
            PRAGMA wal_checkpoint(TRUNCATE) | READ | main | wal_checkpoint | TRUNCATE
            PRAGMA foreign_keys = ON | READ | main | foreign_keys | ON
            PRAGMA synchronous = off | READ | main | synchronous | off
            PRAGMA table_info("user_version") | READ | main | table_info | user_version
            PRAGMA unheard_of = 5 | READ | main | unheard_of | 5
            """)
    void tellsReadsFromWrites(String sql, Effect effect, String schema, String name, String value) {
        SqlStatement statement = Classifier.parse(sql).first();

        assertThat(statement.effect()).isEqualTo(effect);
        assertThat(statement.schemaName()).isEqualTo(schema);
        assertThat(statement.pragmaName()).isEqualTo(name);
        assertThat(statement.pragmaValue()).isEqualTo(value);
        assertThat(statement.explainable()).isFalse();
    }

    @Test
    void knowsWhichActOnEveryAttachedDatabase() {
        assertThat(Classifier.parse("PRAGMA journal_mode = wal").first().everySchema())
                .isTrue();
        assertThat(Classifier.parse("PRAGMA aux.journal_mode = wal").first().everySchema())
                .isFalse();
        assertThat(Classifier.parse("SELECT * FROM pragma_optimize").first().everySchema())
                .isTrue();
        assertThat(Classifier.parse("PRAGMA user_version = 1").first().everySchema())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void noPragmaOfSqliteChangesTheFileUnnoticed(String journalMode) throws Exception {
        Path template = database(journalMode);
        List<String> writing = new ArrayList<>();
        for (String sql : everyPragma()) {
            Path file = Files.copy(template, dir.resolve("b.db"), StandardCopyOption.REPLACE_EXISTING);
            boolean changed;
            try (Connection connection = open(file);
                    Statement statement = connection.createStatement()) {
                byte[] before = content(file);
                runIgnoringErrors(statement, sql);
                changed = !Arrays.equals(before, content(file));
            }
            if (changed) {
                writing.add(sql);
                assertThat(Classifier.parse(sql).effect()).as(sql).isEqualTo(Effect.WRITE);
            }
        }
        assertThat(writing)
                .contains("PRAGMA user_version = 1", "PRAGMA main.schema_version(0)", "PRAGMA auto_vacuum = full")
                .contains("PRAGMA incremental_vacuum = 1", "PRAGMA optimize");
    }

    private static List<String> everyPragma() throws SQLException {
        List<String> pragmas = new ArrayList<>();
        try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = memory.createStatement();
                ResultSet names = statement.executeQuery("SELECT name FROM pragma_pragma_list")) {
            while (names.next()) {
                String name = names.getString(1);
                // A checkpoint moves what is committed from one file to the other.
                if (!name.equals("wal_checkpoint")) {
                    pragmas.add("PRAGMA " + name);
                    pragmas.add("PRAGMA " + name + " = 1");
                    pragmas.add("PRAGMA main." + name + "(0)");
                    pragmas.add("PRAGMA " + name + " = t");
                }
            }
        }
        pragmas.addAll(List.of(
                "PRAGMA journal_mode = wal",
                "PRAGMA journal_mode == 'delete'",
                "PRAGMA journal_mode = t",
                "PRAGMA encoding = 'UTF-16'",
                "PRAGMA page_size = 8192",
                "PRAGMA auto_vacuum = full",
                "PRAGMA auto_vacuum = off",
                "PRAGMA writable_schema = reset"));
        return pragmas;
    }

    private Path database(String journalMode) throws SQLException {
        Path file = dir.resolve("a.db");
        try (Connection connection = open(file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA auto_vacuum = incremental");
            statement.execute("PRAGMA journal_mode = " + journalMode);
            statement.executeUpdate("CREATE TABLE t (a, b); CREATE INDEX i ON t (a);"
                    + "WITH r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r WHERE x < 300)"
                    + " INSERT INTO t SELECT x, randomblob(100) FROM r; DELETE FROM t WHERE a > 10");
        }
        return file;
    }

    private static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static byte[] content(Path file) throws IOException {
        byte[] database = Files.readAllBytes(file);
        Path wal = Path.of(file + "-wal");
        if (!Files.exists(wal)) {
            return database;
        }
        byte[] log = Files.readAllBytes(wal);
        byte[] both = Arrays.copyOf(database, database.length + log.length);
        System.arraycopy(log, 0, both, database.length, log.length);
        return both;
    }

    private static void runIgnoringErrors(Statement statement, String sql) {
        try {
            // Unlike execute, it steps to the end: incremental_vacuum frees a page a step.
            statement.executeUpdate(sql);
        } catch (SQLException refused) {
            // A PRAGMA that refuses its value changes nothing.
        }
    }
}
