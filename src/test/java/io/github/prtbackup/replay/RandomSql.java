package io.github.prtbackup.replay;

/** Statements for the {@linkplain Model model}, of which not all succeed: what fails has to fail alike. */
final class RandomSql {
    private final Dice dice;
    private final RandomDefinitions others;
    private final boolean counting;
    private int number;

    RandomSql(Dice dice) {
        this.dice = dice;
        this.others = new RandomDefinitions(dice);
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
            return others.definition();
        } else if (kind < 71) {
            return others.alter(number);
        } else if (kind < 80) {
            return others.pragma(number);
        } else if (kind < 90) {
            return others.transaction();
        } else if (kind < 94) {
            return others.attached();
        }
        return others.upkeep();
    }

    private String table() {
        return dice.oneIn(8)
                ? dice.of("v", "log", "child", "parent", "rec", "missing", "self.log", "td")
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
}
