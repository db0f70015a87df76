package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single statements do, by their text alone. A write that passes for a read is the error that must not happen. */
class EffectTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO note VALUES (1)",
                "insert or replace into note values (1)",
                "REPLACE INTO note VALUES (1)",
                "UPDATE note SET body = ''",
                "UPDATE OR ROLLBACK note SET body = ''",
                "DELETE FROM note",
                "DELETE FROM note RETURNING id",
                // Whatever can stand in front.
                "\uFEFFDELETE FROM note",
                " \t\r\n\fDELETE FROM note",
                ";;DELETE FROM note",
                "; \uFEFF;DELETE FROM note",
                "-- select\nDELETE FROM note",
                "/* select */DELETE/**/FROM note",
                "/*/ select */ DELETE FROM note",
                "/* c */ ; WITH x AS (SELECT 1) INSERT INTO note SELECT * FROM x",
                // Common table expressions.
                "WITH x AS (SELECT 1) DELETE FROM note WHERE id IN x",
                "WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x) INSERT INTO note SELECT i FROM x",
                "WITH x AS NOT MATERIALIZED (SELECT ')'), y(a, b) AS MATERIALIZED (VALUES (1, 2)) REPLACE INTO note SELECT a FROM y",
                "WITH \"select\" AS (SELECT 1) UPDATE note SET id = 2",
                "WITH [a(] AS (SELECT 1), replace AS (SELECT 2) REPLACE INTO note SELECT 3",
                "with x as (select /* ) */ 1 -- )\n) delete from note",
                // Definitions.
                "CREATE TABLE tag (id)",
                "CREATE TABLE IF NOT EXISTS tag (id)",
                "CREATE UNIQUE INDEX tag_id ON tag (id)",
                "CREATE VIEW all_tags AS SELECT * FROM tag",
                "CREATE VIRTUAL TABLE search USING fts5 (body)",
                "CREATE TRIGGER t AFTER INSERT ON tag BEGIN DELETE FROM note; END",
                "ALTER TABLE tag ADD COLUMN name",
                "DROP TABLE IF EXISTS tag",
                "DROP TABLE temperature",
                "DROP TABLE main.temp",
                "CREATE TABLE \"temp.x\" (id)",
                // Maintenance.
                "VACUUM",
                "VACUUM 'main'",
                "REINDEX",
                "REINDEX temp",
                "ANALYZE",
                "ANALYZE main.tag",
                // A trigger of temp may reach further.
                "INSERT INTO temp.basket VALUES (1)",
                // Queries that write.
                "SELECT optimize(search) FROM search LIMIT 1",
                "SELECT \"OPTIMIZE\" (search) FROM search",
                "SELECT [optimize]/**/(search) FROM search",
                "SELECT * FROM pragma_optimize",
                "SELECT * FROM main.`pragma_optimize`(0xfffe)",
                "SELECT * FROM 'pragma_optimize'",
                "SELECT 1 WHERE 0 IN pragma_optimize",
                "WITH x AS (SELECT optimize(search) FROM search) SELECT * FROM x",
                "CREATE TEMP TABLE x AS SELECT optimize(search) FROM search",
                // Commands of sqlite-jdbc.
                "restore from backup.db",
                "RESTORE main from 'a;b.db'",
                "restore \"main\"  FROM \"a b\"",
                // Not understood.
                "MERGE INTO note USING tag ON 1 WHEN MATCHED THEN DELETE",
                "(DELETE FROM note)",
                "WITH x AS SELECT 1",
                "WITH",
                "'",
                "\u00a0SELECT 1",
                "\u0131nsert into note values (1)"
            })
    void writes(String sql) {
        assertThat(Classifier.parse(sql).effect()).isEqualTo(Effect.WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "VALUES (1), (2)",
                "\uFEFFselect * from note",
                "SELECT 'DELETE FROM note; --' FROM note",
                "SELECT 'a\\', 'DELETE FROM note'",
                "SELECT x'64656c657465', 0x1F, .5e-3, ?1, :a, @b, #c, $d::e(;)",
                "WITH \"delete\" AS (SELECT 1) SELECT * FROM \"delete\"",
                "WITH 'insert' AS (SELECT 1) SELECT * FROM 'insert'",
                "WITH replace AS (SELECT 1) SELECT * FROM replace",
                "WITH x AS (SELECT 1), replace(a) AS (SELECT 2) SELECT replace(a, 'x', 'y') FROM replace",
                "WITH x AS (SELECT 1) VALUES (2)",
                "WITH optimize(a) AS (SELECT 1) SELECT a FROM optimize",
                "SELECT optimize FROM settings",
                "SELECT 1 FROM sqlite_master WHERE name = 'pragma_optimize'",
                "SELECT 'optimize(search)'",
                "EXPLAIN DELETE FROM note",
                "/* c */ -- d\n explain /* e */ query -- f\n plan delete from note",
                "EXPLAIN SELECT optimize(search) FROM search",
                "EXPLAIN CREATE TRIGGER t AFTER INSERT ON tag BEGIN DELETE FROM note; DELETE FROM tag; END",
                "ATTACH 'other.db' AS other",
                "DETACH other",
                "VACUUM INTO 'copy.db'",
                "vacuum /* into */ main into 'copy.db'",
                "VACUUM main INTO (SELECT path FROM settings)",
                "backup to copy.db",
                "BACKUP main TO \"a b\"",
                "CREATE TEMP TABLE basket (id)",
                "CREATE TEMPORARY VIEW v AS SELECT 1",
                "CREATE TABLE temp.basket (id)",
                "CREATE TABLE IF NOT EXISTS [TEMP] . basket (id)",
                "CREATE VIRTUAL TABLE temp.search USING fts5 (body)",
                "CREATE INDEX \"temp\".i ON basket (id)",
                "CREATE TRIGGER temp.t AFTER INSERT ON note BEGIN DELETE FROM note; END",
                "ALTER TABLE temp.basket RENAME TO cart",
                "DROP TABLE IF EXISTS 'temp'.basket",
                "REINDEX temp.basket",
                "ANALYZE temp",
                "ANALYZE temp.basket"
            })
    void reads(String sql) {
        assertThat(Classifier.parse(sql).effect()).isEqualTo(Effect.READ);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            BEGIN | BEGIN | -
            begin deferred transaction | BEGIN | -
            BEGIN IMMEDIATE TRANSACTION x | BEGIN | -
            /* c */ ; BEGIN EXCLUSIVE | BEGIN | -
            COMMIT TRANSACTION | COMMIT | -
            END | COMMIT | -
            end transaction x | COMMIT | -
            ROLLBACK | ROLLBACK | -
            ROLLBACK TRANSACTION "to" | ROLLBACK | -
            rollback to a | ROLLBACK_TO | a
            ROLLBACK TRANSACTION TO SAVEPOINT [a b] | ROLLBACK_TO | a b
            ROLLBACK TRANSACTION x TO savepoint savepoint | ROLLBACK_TO | savepoint
            SAVEPOINT "a""b" | SAVEPOINT | a"b
            savepoint savepoint | SAVEPOINT | savepoint
            RELEASE a | RELEASE | a
            RELEASE SAVEPOINT `a` | RELEASE | a
            """)
    void controlsTransactions(String sql, TransactionControl control, String savepoint) {
        SqlStatement statement = Classifier.parse(sql).first();

        assertThat(statement.effect()).isEqualTo(Effect.TRANSACTION);
        assertThat(statement.control()).isEqualTo(control);
        assertThat(statement.savepointName()).isEqualTo(savepoint);
    }
}
