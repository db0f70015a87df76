package io.github.prtbackup.replay;

import java.util.ArrayList;
import java.util.List;

/** The schema that the random statements know: its parts, of which each script has some. */
final class Model {
    /** Tables that have a column {@code a} that is unique, and {@code b} and {@code c}. */
    static final List<String> TABLES =
            List.of("t", "w", "s", "g", "m", "tt", "aux.x", "mem.y", "self.t", "tv", "bux.x");

    private static final List<String> BASE = List.of(
            "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c INT CHECK(c<1000))",
            "CREATE TABLE log(what, n)",
            "INSERT INTO t VALUES(1,'one',1),(2,'two',2),(3,'three',3)");

    private static final List<List<String>> PARTS = List.of(
            List.of(
                    "CREATE TABLE w(a TEXT PRIMARY KEY ON CONFLICT FAIL, b, c NOT NULL ON CONFLICT IGNORE) WITHOUT ROWID",
                    "INSERT INTO w VALUES('1','x',1),('2','y',2)"),
            List.of(
                    "CREATE TABLE s(a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT UNIQUE ON CONFLICT REPLACE, c REAL) STRICT",
                    "INSERT INTO s(b,c) VALUES('one',1.5),('two',2.5)"),
            List.of(
                    "CREATE TABLE g(a INT UNIQUE ON CONFLICT ROLLBACK, b, c, d AS (a*2) STORED, e AS (b||c))",
                    "INSERT INTO g(a,b,c) VALUES(1,'x','y'),(2,'z',NULL)"),
            List.of(
                    "CREATE TABLE m(a UNIQUE, b DEFAULT (changes()), c DEFAULT (last_insert_rowid()))",
                    "INSERT INTO m(a) VALUES(1),(2)"),
            List.of("CREATE INDEX t_c ON t(c) WHERE c>1", "CREATE UNIQUE INDEX t_e ON t(lower(b), c)"),
            List.of(
                    "CREATE VIEW v AS SELECT a,b,c FROM t",
                    "CREATE TRIGGER v_i INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES(new.a,new.b,new.c); END",
                    "CREATE TRIGGER v_u INSTEAD OF UPDATE ON v BEGIN UPDATE t SET b=new.b, c=new.c WHERE a=old.a; END",
                    "CREATE TRIGGER v_d INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a=old.a; END"),
            List.of(
                    "CREATE TRIGGER r_abort BEFORE INSERT ON t WHEN new.b='abort' BEGIN INSERT INTO log VALUES('a',1); SELECT RAISE(ABORT,'stop'); END",
                    "CREATE TRIGGER r_fail AFTER INSERT ON t WHEN new.b='fail' BEGIN INSERT INTO log VALUES('f',1); SELECT RAISE(FAIL,'fail here'); END",
                    "CREATE TRIGGER r_rollback AFTER INSERT ON t WHEN new.b='rollback' BEGIN SELECT RAISE(ROLLBACK,'all back'); END",
                    "CREATE TRIGGER r_ignore BEFORE INSERT ON t WHEN new.b='ignore' BEGIN INSERT INTO log VALUES('i',1); SELECT RAISE(IGNORE); END"),
            List.of(
                    "CREATE TRIGGER t_log AFTER UPDATE ON t BEGIN INSERT INTO log VALUES(old.b||'>'||new.b, changes()); END",
                    "CREATE TRIGGER t_del AFTER DELETE ON t BEGIN INSERT INTO log VALUES('gone', total_changes()>0); DELETE FROM log WHERE n>5; END"),
            List.of(
                    "CREATE TABLE parent(id INTEGER PRIMARY KEY, u UNIQUE)",
                    "CREATE TABLE child(id INTEGER PRIMARY KEY, p REFERENCES parent ON DELETE CASCADE, q REFERENCES parent(u) DEFERRABLE INITIALLY DEFERRED)",
                    "INSERT INTO parent VALUES(1,10),(2,20)",
                    "INSERT INTO child VALUES(1,1,10),(2,2,NULL)",
                    "PRAGMA foreign_keys=ON"),
            List.of(
                    "CREATE TEMP TABLE tt(a INTEGER PRIMARY KEY, b, c)",
                    "INSERT INTO tt VALUES(1,'t',1)",
                    "CREATE TEMP TRIGGER tt_t AFTER INSERT ON main.t BEGIN INSERT INTO tt(b) VALUES(new.b); END"),
            List.of(
                    "ATTACH '$DIR/x.db' AS aux",
                    "CREATE TABLE aux.x(a INTEGER PRIMARY KEY, b, c)",
                    "INSERT INTO aux.x VALUES(1,'x',1)"),
            List.of(
                    "CREATE TEMP TABLE td(a, b)",
                    "CREATE TEMP TRIGGER td_log AFTER INSERT ON td BEGIN INSERT INTO log VALUES('td',new.a); END",
                    "INSERT INTO td VALUES(1,2)"),
            List.of("CREATE TEMP TRIGGER log_x AFTER INSERT ON log BEGIN INSERT INTO x(b) VALUES(new.what); END"),
            List.of(
                    "CREATE TEMP VIEW tv AS SELECT a,b,c FROM main.t",
                    "CREATE TEMP TRIGGER tv_i INSTEAD OF INSERT ON tv BEGIN INSERT INTO t VALUES(new.a,new.b,new.c); END",
                    "CREATE TEMP TRIGGER tv_d INSTEAD OF DELETE ON tv BEGIN DELETE FROM log; END"),
            List.of("ATTACH '$DIR/t.db' AS self"),
            List.of("ATTACH '$DIR/x.db' AS bux"),
            List.of("ATTACH ':memory:' AS mem", "CREATE TABLE mem.y(a INTEGER PRIMARY KEY, b, c)"),
            List.of(
                    "CREATE VIRTUAL TABLE f5 USING fts5(b, c)",
                    "INSERT INTO f5 VALUES('one two','three'),('four','five one')"),
            List.of("CREATE VIRTUAL TABLE f4 USING fts4(b, c, prefix='2')", "INSERT INTO f4 VALUES('one two','three')"),
            List.of("CREATE VIRTUAL TABLE f3 USING fts3(b)", "INSERT INTO f3 VALUES('alpha beta')"),
            List.of("CREATE VIRTUAL TABLE rt USING rtree(id, x0, x1)", "INSERT INTO rt VALUES(1,0,1),(2,3,4)"),
            List.of(
                    "CREATE VIRTUAL TABLE f5s USING fts5(b)",
                    "CREATE TRIGGER f5s_no BEFORE INSERT ON f5s_content WHEN new.id>2 BEGIN SELECT RAISE(ABORT,'shadow'); END",
                    "INSERT INTO f5s VALUES('a b')"),
            List.of(
                    "CREATE TABLE rec(n)",
                    "CREATE TRIGGER rec_t AFTER INSERT ON rec WHEN new.n<5 BEGIN INSERT INTO rec VALUES(new.n+1); END",
                    "PRAGMA recursive_triggers=ON"));

    /** What makes a database with incremental auto-vacuum, before its first table, and free pages in it, behind it. */
    private static final String VACUUM = "PRAGMA auto_vacuum=2";

    private static final List<String> FREE_PAGES =
            List.of("CREATE TABLE big AS SELECT zeroblob(30000) AS b", "DROP TABLE big");

    private static final List<String> BEFORE = List.of(
            "PRAGMA auto_vacuum=1",
            "PRAGMA page_size=1024",
            "PRAGMA page_size=8192",
            "PRAGMA encoding='UTF-16le'",
            "PRAGMA journal_mode=TRUNCATE",
            "PRAGMA journal_mode=PERSIST",
            "PRAGMA journal_mode=WAL",
            "PRAGMA journal_mode=MEMORY",
            "PRAGMA cache_size=5",
            "PRAGMA count_changes=1",
            "PRAGMA legacy_alter_table=ON",
            "PRAGMA temp_store=MEMORY",
            "PRAGMA secure_delete=ON",
            "PRAGMA locking_mode=EXCLUSIVE");

    private Model() {}

    static List<String> create(Dice dice) {
        List<String> statements = new ArrayList<>();
        if (dice.oneIn(3)) {
            statements.add(dice.of(BEFORE));
        }
        boolean vacuumed = dice.oneIn(4);
        if (vacuumed) {
            statements.add(VACUUM);
        }
        statements.addAll(BASE);
        if (vacuumed) {
            statements.addAll(FREE_PAGES);
        }
        for (List<String> part : PARTS) {
            // Counts are wrong where one of these is wrong: not in so many scripts.
            boolean counts = part.get(0).contains("changes()") || part.get(0).contains("fts5");
            if (dice.oneIn(counts ? 8 : 3)) {
                statements.addAll(part);
            }
        }
        return statements;
    }
}
