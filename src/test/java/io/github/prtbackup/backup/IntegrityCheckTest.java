package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.AppSql;
import io.github.prtbackup.testing.AppSql.Schema;
import io.github.prtbackup.testing.Sql;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteConnection;

/** Damage is found where something else cannot be checked. */
class IntegrityCheckTest {
    private static final int ROWS = 3000;

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void name() {
        database = directory.resolve("app.db");
    }

    private void create(Schema schema) throws Exception {
        try (Connection connection = AppSql.with(Sql.plain(database))) {
            schema.create(connection);
            Sql.run(
                    connection,
                    "CREATE TABLE other(id INTEGER PRIMARY KEY, x)",
                    "CREATE INDEX oi ON other(x)",
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS
                            + ") INSERT INTO t(id, s) SELECT i, 'v' || i FROM n",
                    "INSERT INTO other SELECT id, s FROM t");
        }
    }

    private IntegrityCheck check() throws Exception {
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(database)) {
            return IntegrityCheck.complete(connection);
        }
    }

    @ParameterizedTest
    @EnumSource(Schema.class)
    void nothingIsWrong(Schema schema) throws Exception {
        create(schema);
        assertThat(check().problems()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Schema.class)
    void aPageIsDamaged(Schema schema) throws Exception {
        create(schema);
        long root = Sql.number(database, "SELECT rootpage FROM sqlite_schema WHERE name = 'other'");
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek((root - 1) * 4096);
            file.write(new byte[200]);
        }
        assertThat(check().problems()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(Schema.class)
    void anIndexThatComputesNothingLacksARow(Schema schema) throws Exception {
        create(schema);
        try (Connection connection = AppSql.with(Sql.plain(database))) {
            forget(connection, "oi", "INSERT INTO other VALUES (99999, 'new')");
        }
        assertThat(check().problems())
                .anySatisfy(problem ->
                        assertThat(problem).matches("row \\d+ missing from index oi|wrong # of entries in index oi"));
    }

    /** Beside one that cannot be judged and has more to complain of than SQLite tells by itself. */
    @Test
    void anIndexOfTheSameTableLacksARow() throws Exception {
        create(Schema.VIRTUAL_INDEXED);
        try (Connection connection = AppSql.with(Sql.plain(database))) {
            forget(connection, "tj", "INSERT INTO t(id, s) VALUES (99999, 'new')");
        }
        assertThat(check().problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).endsWith(" index tj"));
    }

    /** Writes while SQLite does not know of an index. */
    private static void forget(Connection connection, String index, String write) throws Exception {
        Sql.run(
                connection,
                "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '" + index + "'",
                "PRAGMA writable_schema = ON",
                "DELETE FROM sqlite_schema WHERE name = '" + index + "'",
                "PRAGMA writable_schema = RESET",
                write,
                "PRAGMA writable_schema = ON",
                "INSERT INTO sqlite_schema SELECT * FROM temp.kept",
                "PRAGMA writable_schema = RESET");
    }
}
