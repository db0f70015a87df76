package io.github.prtbackup.replay;

import java.util.List;

/** Statements for the {@linkplain Model model}, of which not all succeed: what fails has to fail alike. */
final class RandomSql {
    private final Dice dice;
    private final boolean counting;
    private int number;

    RandomSql(Dice dice) {
        this.dice = dice;
        // Not in all scripts, as what comes of a wrong count hides other things.
        this.counting = dice.oneIn(3);
    }

    String next() {
        number++;
        int kind = dice.upTo(100);
        if (kind < 22) {
            return insert();
        } else if (kind < 32) {
            return update();
        } else if (kind < 38) {
            return delete();
        } else if (kind < 46) {
            return select();
        } else if (kind < 50) {
            return counting ? counted() : insert();
        } else if (kind < 55) {
            return virtual();
        } else if (kind < 66) {
            return definition();
        } else if (kind < 71) {
            return alter();
        } else if (kind < 80) {
            return pragma();
        } else if (kind < 90) {
            return transaction();
        } else if (kind < 94) {
            return attached();
        }
        return upkeep();
    }

    private String table() {
        return dice.oneIn(8)
                ? dice.of("v", "log", "child", "parent", "rec", "missing")
                : dice.oneIn(2) ? "t" : dice.of(Model.TABLES);
    }

    private String value() {
        if (counting && dice.oneIn(8)) {
            return dice.of("changes()", "total_changes()", "last_insert_rowid()");
        }
        return dice.of(
                "1",
                "2",
                "3",
                "4",
                "NULL",
                "'one'",
                "'two'",
                "'x" + number + "'",
                "'abort'",
                "'fail'",
                "'rollback'",
                "'ignore'",
                "999",
                "1000",
                "1.5",
                "5",
                "6",
                "'y" + dice.upTo(9) + "'",
                "x'00ff'",
                "'it''s; -- \"not\"'",
                "(SELECT max(a) FROM t)",
                "(SELECT count(*)+10 FROM t)",
                "abs(-5)",
                "zeroblob(2000)",
                "hex(zeroblob(900))",
                String.valueOf(10 + dice.upTo(90)));
    }

    private String row() {
        return "(" + (dice.oneIn(2) ? "NULL" : value()) + "," + value() + "," + value() + ")";
    }

    private String rows() {
        StringBuilder rows = new StringBuilder(row());
        for (int i = dice.upTo(4); i > 1; i--) {
            rows.append(',').append(row());
        }
        return rows.toString();
    }

    private String or() {
        return dice.oneIn(2) ? "" : dice.of(" OR ABORT", " OR FAIL", " OR ROLLBACK", " OR IGNORE", " OR REPLACE");
    }

    private String returning() {
        return dice.oneIn(7) ? " RETURNING " + dice.of("a", "*", "a, b AS x", "rowid, b", "count(*)") : "";
    }

    private String where() {
        if (counting && dice.oneIn(8)) {
            return " WHERE changes()=0";
        }
        return dice.of(
                "",
                " WHERE a=1",
                " WHERE a=" + dice.upTo(12),
                " WHERE c>1",
                " WHERE b='one'",
                " WHERE 0",
                " WHERE a IN (1,2)",
                " WHERE a=12345",
                " WHERE rowid=(SELECT max(rowid) FROM t)",
                " WHERE b GLOB 'x*'");
    }

    private String insert() {
        String table = table();
        String with = dice.oneIn(8) ? "WITH q(x,y) AS (VALUES(5,'q'),(6,'r')) " : "";
        return switch (dice.upTo(8)) {
            case 0 -> "INSERT" + or() + " INTO " + table + " DEFAULT VALUES" + returning();
            case 1 ->
                with + "INSERT" + or() + " INTO " + table + "(a,b) SELECT " + value() + "," + value()
                        + dice.of("", " FROM t", where(), " FROM t WHERE c<3") + returning();
            case 2 ->
                "INSERT INTO " + table + "(a,b,c) VALUES" + rows() + " ON CONFLICT"
                        + dice.of("(a)", "(b)", "", "(a)", "(b,c)", "(lower(b),c)") + " DO "
                        + dice.of(
                                "NOTHING",
                                "UPDATE SET c=c+1",
                                "UPDATE SET b=excluded.b WHERE c<5",
                                "UPDATE SET a=a+100",
                                "UPDATE SET b=b")
                        + returning();
            case 3 -> "REPLACE INTO " + table + "(a,b,c) VALUES" + rows() + returning();
            case 4 ->
                "WITH RECURSIVE n(i) AS (VALUES(" + (20 + number) + ") UNION ALL SELECT i+1 FROM n LIMIT "
                        + (1 + dice.upTo(60)) + ") INSERT" + or() + " INTO " + table + "(a,b) SELECT i,'n'||(i%"
                        + (30 + dice.upTo(40)) + ") FROM n";
            default -> with + "INSERT" + or() + " INTO " + table + "(a,b,c) VALUES" + rows() + returning();
        };
    }

    private String update() {
        String table = table();
        return "UPDATE" + or() + " " + table + " SET "
                + dice.of(
                        "b=" + value(),
                        "c=c+1",
                        "a=a+1",
                        "a=a",
                        "c=" + value() + ", b=" + value(),
                        "(b,c)=(SELECT 'p',7)",
                        "a=1",
                        "n=n+1",
                        "c=2000")
                + dice.of("", "", " FROM (SELECT 1 AS z) AS j") + where() + returning();
    }

    private String delete() {
        return dice.maybe("WITH d AS (SELECT 1) ") + "DELETE FROM " + table() + where() + returning();
    }

    private String select() {
        String table = table();
        return dice.of(
                "SELECT * FROM " + table,
                "SELECT a, b FROM " + table + where(),
                "SELECT count(*), max(a) FROM " + table,
                "VALUES(1,'x'),(2,'y')",
                "SELECT x.a, y.b FROM t x LEFT JOIN " + table + " y USING(a) ORDER BY 1, 2",
                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<4) SELECT * FROM n",
                "SELECT what, sum(n) OVER (ORDER BY rowid) FROM log",
                "EXPLAIN QUERY PLAN SELECT * FROM " + table + where(),
                "EXPLAIN DELETE FROM " + table,
                "SELECT type, name, tbl_name FROM sqlite_schema",
                "SELECT name FROM pragma_table_info('t')",
                "SELECT * FROM f5 WHERE f5 MATCH 'one' ORDER BY rank",
                "SELECT id FROM rt WHERE x0<3",
                "SELECT 1/0, -x'1', '\u00e4\u20ac'",
                "SELECT abs(-9223372036854775808)",
                "SELECT json_extract('{\"a\":[1,2]}','$.a[1]')",
                "SELECT * FROM " + table + " WHERE nothing=1",
                "SELECT");
    }

    private String counted() {
        return dice.of(
                "SELECT changes(), total_changes(), last_insert_rowid()",
                "INSERT INTO log VALUES('changes', changes())",
                "INSERT INTO t(a,b) SELECT 7,'seven' WHERE changes()=0",
                "INSERT INTO m(a) VALUES(" + (100 + number) + ")",
                "UPDATE t SET c=changes() WHERE a=1",
                "UPDATE t SET b='q' WHERE a=4711",
                "CREATE VIEW IF NOT EXISTS vc AS SELECT changes() AS n",
                "SELECT n FROM vc",
                "DELETE FROM log WHERE n<>changes()",
                "CREATE TABLE IF NOT EXISTS dc(x DEFAULT (changes()), y DEFAULT (total_changes()))",
                "INSERT INTO dc DEFAULT VALUES",
                "INSERT INTO log SELECT 'n', changes() FROM t");
    }

    private String virtual() {
        String table = dice.of("f5", "f4", "f3", "f5s");
        return dice.of(
                "INSERT INTO " + table + "(b) VALUES('word" + number + " one')",
                "INSERT INTO " + table + "(rowid,b) VALUES(1,'again')",
                "INSERT INTO " + table + "(b) VALUES('a'),('b'),('c'),('d')",
                "UPDATE " + table + " SET b='changed one' WHERE rowid=1",
                "DELETE FROM " + table + " WHERE rowid=" + dice.upTo(3),
                "DELETE FROM " + table,
                "INSERT INTO " + table + "(" + table + ") VALUES('"
                        + dice.of("optimize", "rebuild", "integrity-check", "merge=1,2", "nonsense") + "')",
                "INSERT INTO rt VALUES(" + dice.upTo(5) + ",1,2)",
                "INSERT INTO rt VALUES(NULL,5,2)",
                "INSERT INTO rt VALUES(8,1,2),(9,1,2),(8,3,4)",
                "UPDATE OR REPLACE rt SET id=1 WHERE id=2",
                "DELETE FROM rt WHERE id=1",
                "DROP TABLE " + table,
                "CREATE TRIGGER IF NOT EXISTS sh BEFORE INSERT ON rt_node BEGIN SELECT RAISE(FAIL,'node'); END",
                "INSERT INTO f5s(b) VALUES('p'),('q'),('r')");
    }

    private String definition() {
        String no = String.valueOf(dice.upTo(3));
        return dice.of(
                "CREATE TABLE n" + no + "(a,b)",
                "CREATE TABLE IF NOT EXISTS n" + no + "(a INTEGER PRIMARY KEY, b UNIQUE)",
                "CREATE TABLE n" + no + " AS SELECT a,b FROM t",
                "CREATE TEMP TABLE n" + no + " AS SELECT * FROM t",
                "CREATE TABLE n" + no + "(a, a)",
                "CREATE TABLE n" + no + "(a, FOREIGN KEY(z) REFERENCES t)",
                "CREATE  table\n n" + no + " ( a -- comment\n , b /* more */ DEFAULT 'x;y' )",
                "DROP TABLE n" + no,
                "DROP TABLE IF EXISTS n" + no,
                "DROP TABLE IF EXISTS nothing",
                "DROP TABLE " + dice.of("log", "t", "parent", "sqlite_sequence", "f5_data", "x"),
                "CREATE INDEX i" + no + " ON t(c)",
                "CREATE UNIQUE INDEX i" + no + " ON t(c)",
                "CREATE UNIQUE INDEX iu" + no + " ON log(what)",
                "CREATE INDEX IF NOT EXISTS i" + no + " ON t(b) WHERE c>1",
                "CREATE INDEX i" + no + " ON t(nothing)",
                "CREATE INDEX i" + no + " ON t(json_extract(b,'$'))",
                "DROP INDEX i" + no,
                "DROP INDEX IF EXISTS i" + no,
                "CREATE VIEW n" + no + " AS SELECT * FROM t JOIN log",
                "CREATE TEMP VIEW tv" + no + " AS SELECT * FROM main.t",
                "DROP VIEW n" + no,
                "DROP VIEW IF EXISTS tv" + no,
                "CREATE TRIGGER r" + no + " AFTER INSERT ON log BEGIN UPDATE t SET c=c+1 WHERE a=1; END",
                "CREATE TRIGGER IF NOT EXISTS r" + no + " BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT,'kept'); END",
                "CREATE TRIGGER r" + no + " AFTER INSERT ON nothing BEGIN SELECT 1; END",
                "DROP TRIGGER r" + no,
                "DROP TRIGGER IF EXISTS r" + no,
                "CREATE VIRTUAL TABLE n" + no + " USING fts5(b)",
                "CREATE VIRTUAL TABLE n" + no + " USING fts5(b, nonsense=1)",
                "CREATE VIRTUAL TABLE n" + no + " USING nosuchmodule(b)",
                "CREATE VIRTUAL TABLE IF NOT EXISTS n" + no + " USING rtree(i,a,b)",
                "CREATE TABLE n" + no + "(a INT, b BLUB) STRICT",
                "CREATE TABLE n" + no + "(a) WITHOUT ROWID");
    }

    private String alter() {
        String table = dice.of("t", "t", "w", "s", "g", "log", "n0", "n1", "f5", "v", "aux.x", "tt");
        return "ALTER TABLE " + table
                + dice.of(
                        " ADD COLUMN d" + number,
                        " ADD COLUMN b",
                        " ADD COLUMN e NOT NULL",
                        " ADD COLUMN e UNIQUE",
                        " ADD COLUMN e DEFAULT (changes())",
                        " ADD COLUMN e INT CHECK(e>5) DEFAULT 1",
                        " ADD COLUMN e AS (a+1)",
                        " ADD COLUMN e REFERENCES t DEFAULT 1",
                        " RENAME COLUMN c TO cc",
                        " RENAME COLUMN cc TO c",
                        " RENAME COLUMN c TO b",
                        " RENAME TO n" + dice.upTo(3),
                        " RENAME TO t",
                        " DROP COLUMN c",
                        " DROP COLUMN b",
                        " DROP COLUMN nothing",
                        " RENAME what TO wat",
                        " ADD z");
    }

    private String pragma() {
        return "PRAGMA "
                + dice.of(
                        "journal_mode=WAL",
                        "journal_mode=DELETE",
                        "journal_mode=TRUNCATE",
                        "journal_mode=PERSIST",
                        "journal_mode=MEMORY",
                        "journal_mode",
                        "page_size=2048",
                        "page_size",
                        "auto_vacuum=1",
                        "auto_vacuum=2",
                        "auto_vacuum=0",
                        "incremental_vacuum",
                        "incremental_vacuum(2)",
                        "user_version=" + number,
                        "user_version",
                        "application_id=7",
                        "foreign_keys=ON",
                        "foreign_keys=OFF",
                        "foreign_keys",
                        "count_changes=1",
                        "count_changes=0",
                        "recursive_triggers=1",
                        "query_only=1",
                        "query_only=0",
                        "query_only=0",
                        "defer_foreign_keys=1",
                        "writable_schema=1",
                        "writable_schema=0",
                        "writable_schema=RESET",
                        "encoding='UTF-16'",
                        "encoding",
                        "wal_checkpoint",
                        "wal_checkpoint(TRUNCATE)",
                        "integrity_check",
                        "quick_check",
                        "foreign_key_check",
                        "optimize",
                        "table_info(t)",
                        "index_list(t)",
                        "database_list",
                        "cache_size=10",
                        "synchronous=0",
                        "schema_version",
                        "schema_version=77",
                        "freelist_count",
                        "page_count",
                        "max_page_count=1000",
                        "ignore_check_constraints=1",
                        "legacy_alter_table=1",
                        "secure_delete=1",
                        "aux.user_version=3",
                        "temp.user_version=2",
                        "locking_mode",
                        "locking_mode=EXCLUSIVE",
                        "locking_mode=NORMAL",
                        "shrink_memory",
                        "wal_autocheckpoint=3",
                        "nonsense=5",
                        "table_list",
                        "main.journal_mode=DELETE",
                        "short_column_names=0",
                        "full_column_names=1",
                        "reverse_unordered_selects=1",
                        "case_sensitive_like=1",
                        "data_version",
                        "busy_timeout",
                        "hard_heap_limit",
                        "trusted_schema=0",
                        "cell_size_check=1");
    }

    private String transaction() {
        return dice.of(
                "BEGIN",
                "BEGIN IMMEDIATE",
                "BEGIN EXCLUSIVE",
                "BEGIN DEFERRED TRANSACTION",
                "COMMIT",
                "COMMIT",
                "COMMIT",
                "END TRANSACTION",
                "ROLLBACK",
                "ROLLBACK TRANSACTION",
                "SAVEPOINT p",
                "SAVEPOINT q",
                "RELEASE p",
                "RELEASE SAVEPOINT q",
                "ROLLBACK TO p",
                "ROLLBACK TRANSACTION TO SAVEPOINT q",
                "begin;",
                " commit ",
                "/* x */ ROLLBACK",
                "BEGIN TRANSACTION foo");
    }

    private String attached() {
        return dice.of(
                "ATTACH '$DIR/x.db' AS aux",
                "ATTACH DATABASE '$DIR/y.db' AS other",
                "ATTACH ':memory:' AS mem",
                "ATTACH '' AS aux",
                "DETACH aux",
                "DETACH DATABASE mem",
                "DETACH other",
                "DETACH main",
                "ATTACH '$DIR/t.db' AS self",
                "SELECT * FROM self.t",
                "INSERT INTO self.log VALUES('self',1)",
                "DETACH self",
                "CREATE TABLE IF NOT EXISTS aux.x(a INTEGER PRIMARY KEY, b, c)",
                "CREATE TABLE other.z AS SELECT * FROM main.t",
                "INSERT INTO other.z SELECT * FROM t",
                "DROP TABLE other.z",
                "CREATE TABLE IF NOT EXISTS mem.y(a,b,c)",
                "ATTACH 'file:$DIR/x.db?mode=ro' AS ro",
                "INSERT INTO aux.x(b) SELECT b FROM t",
                "INSERT INTO t(b,c) SELECT b||'+', c FROM aux.x",
                "ATTACH '$DIR/nodir/z.db' AS bad");
    }

    private String upkeep() {
        return dice.of(List.of(
                "VACUUM",
                "VACUUM main",
                "VACUUM aux",
                "VACUUM INTO '$DIR/v" + dice.upTo(2) + ".db'",
                "REINDEX",
                "REINDEX t",
                "REINDEX nothing",
                "REINDEX nocase",
                "ANALYZE",
                "ANALYZE t",
                "ANALYZE main",
                "ANALYZE nothing",
                "DELETE FROM sqlite_stat1",
                "DELETE FROM sqlite_sequence",
                "UPDATE sqlite_schema SET sql=sql",
                "DELETE FROM sqlite_schema WHERE name='log'",
                "",
                ";",
                "-- nothing",
                "/* nothing */",
                "nonsense",
                "SELECT 'unfinished",
                "INSERT INTO t(b VALUES(1)",
                "INSERT INTO rec VALUES(1)",
                "EXPLAIN INSERT INTO t(b) VALUES('never')",
                "INSERT INTO log VALUES('\u0001\t;', 1)",
                "\ufeffINSERT INTO log VALUES('bom',1)",
                "INSERT INTO log VALUES(?1, :b)",
                "INSERT INTO log(what) VALUES(?)",
                "INSERT INTO child VALUES(NULL,99,NULL)",
                "INSERT INTO child VALUES(NULL,1,99)",
                "INSERT INTO parent VALUES(99,99)",
                "DELETE FROM parent WHERE id=1",
                "UPDATE parent SET id=5 WHERE id=2"));
    }
}
