package io.github.prtbackup.differential;

import java.util.List;
import java.util.Random;

/** Random statements of all kinds, on a small schema that they keep taking apart and putting together again. */
final class RandomStatement {

    /** What the statements need to do something more than fail. */
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS t0 (id INTEGER PRIMARY KEY, n INT, b BLOB)",
            "CREATE TABLE IF NOT EXISTS t1 (id INTEGER PRIMARY KEY, n INT, b BLOB)",
            "CREATE TABLE IF NOT EXISTS t2 (id INTEGER PRIMARY KEY, n INT, b BLOB)",
            "CREATE TABLE IF NOT EXISTS w (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS u (a INTEGER UNIQUE, b)",
            "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(body)",
            "CREATE VIRTUAL TABLE IF NOT EXISTS g USING fts4(body)",
            "CREATE VIRTUAL TABLE IF NOT EXISTS r USING rtree(id, x0, x1, y0, y1)",
            "CREATE TABLE IF NOT EXISTS stamp (id INTEGER PRIMARY KEY, a, b)",
            "INSERT OR IGNORE INTO stamp VALUES (1, 0, 0)");

    private static final List<String> ON_CONFLICT =
            List.of("OR IGNORE", "OR FAIL", "OR ABORT", "OR ROLLBACK", "OR REPLACE", "");

    private final Random random;

    RandomStatement(Random random) {
        this.random = random;
    }

    /** One that never fails and needs no statement journal, as {@code journal_mode=OFF} has none. */
    String harmless(String schema) {
        return simple(schema + "t" + random.nextInt(2), schema, 9);
    }

    /** One that can stand inside a transaction. */
    String any(String schema) {
        return random.nextInt(3) > 0 ? simple(schema + table(), schema, 12) : special(schema);
    }

    private String simple(String table, String schema, int kinds) {
        int id = random.nextInt(400);
        return switch (random.nextInt(kinds)) {
            case 0, 1 ->
                "INSERT OR REPLACE INTO " + table + "(id, n, b) VALUES (" + id + ", " + random.nextInt(1000)
                        + ", randomblob(" + random.nextInt(300) + "))";
            case 2 ->
                "REPLACE INTO " + table + "(id, n, b) VALUES (" + id + ", 7, randomblob(" + random.nextInt(60_000)
                        + "))";
            case 3 ->
                "INSERT OR REPLACE INTO " + table + "(id, n, b) " + count(1 + random.nextInt(300)) + " SELECT " + id
                        + " + x, x * 7919 % 1000, randomblob(50 + x % 90) FROM c";
            case 4 -> "UPDATE " + table + " SET n = n + 1, b = randomblob(20) WHERE id = " + id;
            case 5 -> "UPDATE " + table + " SET b = randomblob(length(b) + 40) WHERE id % 7 = " + random.nextInt(7);
            case 6 -> "DELETE FROM " + table + " WHERE id BETWEEN " + id + " AND " + (id + 60);
            case 7 -> "DELETE FROM " + table + (random.nextBoolean() ? "" : " WHERE id > 3");
            case 8 ->
                "INSERT OR REPLACE INTO " + table + "(id, n, b) VALUES (" + id + ", 1, zeroblob("
                        + random.nextInt(90_000) + "))";
            case 9 ->
                "INSERT INTO " + schema + "w VALUES ('k" + id + "', hex(randomblob(40)))"
                        + " ON CONFLICT (k) DO UPDATE SET v = v || excluded.v";
            case 10 ->
                "INSERT " + ON_CONFLICT.get(random.nextInt(ON_CONFLICT.size())) + " INTO " + schema + "u VALUES ("
                        + id + ", 1), (" + (id + 1) + ", randomblob(200)), (" + (random.nextBoolean() ? id : id + 2)
                        + ", 3)";
            default ->
                "WITH doomed AS (SELECT id FROM " + table + " ORDER BY id LIMIT 20) DELETE FROM " + table
                        + " WHERE id IN doomed";
        };
    }

    private String special(String schema) {
        String name = table();
        String table = schema + name;
        int id = random.nextInt(400);
        return switch (random.nextInt(32)) {
            case 0 -> "DROP TABLE IF EXISTS " + table;
            case 1, 2, 27, 28 -> "CREATE TABLE IF NOT EXISTS " + table + " (id INTEGER PRIMARY KEY, n INT, b BLOB)";
            case 3 -> "CREATE INDEX IF NOT EXISTS " + schema + name + "_n ON " + name + "(n, b)";
            case 4 -> "DROP INDEX IF EXISTS " + schema + name + "_n";
            case 5 -> "ALTER TABLE " + table + " ADD COLUMN c" + random.nextInt(4) + " DEFAULT 5";
            case 6 -> "ALTER TABLE " + table + " DROP COLUMN c" + random.nextInt(4);
            // Not t2: its trigger stays where no statement is harmless.
            case 7 -> "ALTER TABLE " + schema + "t" + random.nextInt(2) + " RENAME TO t" + random.nextInt(2);
            case 8 ->
                "INSERT INTO " + schema + "f(body) " + count(1 + random.nextInt(60))
                        + " SELECT hex(randomblob(20)) || ' word' || x FROM c";
            case 9 -> "DELETE FROM " + schema + "f WHERE rowid % 5 = " + random.nextInt(5);
            case 10 ->
                "INSERT INTO " + schema + "f(f) VALUES ('"
                        + List.of("optimize", "rebuild", "integrity-check").get(random.nextInt(3)) + "')";
            case 11 -> "UPDATE " + schema + "f SET body = body || ' more' WHERE rowid < " + random.nextInt(30);
            case 12 ->
                "INSERT OR REPLACE INTO " + schema + "r " + count(1 + random.nextInt(80)) + " SELECT " + id
                        + " + x, x, x + 1, x * 3 % 50, x * 3 % 50 + 2 FROM c";
            case 13 -> "DELETE FROM " + schema + "r WHERE x0 < " + random.nextInt(60);
            case 14 -> "CREATE VIEW IF NOT EXISTS " + schema + "v AS SELECT id, n FROM t0";
            case 15 -> "DROP VIEW IF EXISTS " + schema + "v";
            case 16 ->
                "CREATE TRIGGER IF NOT EXISTS " + schema + "vt INSTEAD OF INSERT ON v BEGIN"
                        + " INSERT OR REPLACE INTO t1(id, n) VALUES (new.id, new.n); END";
            case 17 -> "INSERT INTO " + schema + "v VALUES (" + id + ", 2)";
            case 18 ->
                "CREATE TRIGGER IF NOT EXISTS " + schema + "tt AFTER UPDATE ON t0 WHEN new.id % 3 = 0 BEGIN"
                        + " INSERT OR REPLACE INTO t1(id, n, b) VALUES (new.id, new.n, new.b); END";
            case 19 ->
                "CREATE TRIGGER IF NOT EXISTS " + schema + "tr BEFORE DELETE ON t2 WHEN old.id = 50 BEGIN"
                        + " SELECT RAISE(ROLLBACK, 'not that one'); END";
            case 20 ->
                "DROP TRIGGER IF EXISTS " + schema + List.of("vt", "tt", "tr").get(random.nextInt(3));
            case 21 -> schema.isEmpty() ? "REINDEX" : "REINDEX " + schema + name;
            case 22 -> schema.isEmpty() ? "ANALYZE" : "ANALYZE " + schema + name;
            case 23 -> "PRAGMA " + schema + "user_version = " + random.nextInt();
            case 24 -> "PRAGMA " + schema + "application_id = " + random.nextInt();
            case 25 -> "PRAGMA " + schema + "incremental_vacuum(" + random.nextInt(20) + ")";
            case 26 ->
                "CREATE TABLE " + schema + "copy" + random.nextInt(4) + " AS SELECT * FROM " + table + " LIMIT "
                        + random.nextInt(100);
            case 29 ->
                "INSERT INTO " + schema + "g(body) " + count(1 + random.nextInt(900))
                        + " SELECT hex(randomblob(3)) || ' word' || x FROM c";
            case 30 ->
                random.nextBoolean()
                        ? "DELETE FROM " + schema + "g WHERE rowid % 3 = " + random.nextInt(3)
                        : "INSERT INTO " + schema + "g(g) VALUES ('"
                                + List.of("automerge=2", "optimize", "merge=4,2")
                                        .get(random.nextInt(3)) + "')";
            default -> "DROP TABLE IF EXISTS " + schema + "copy" + random.nextInt(4);
        };
    }

    /** One that gives rows of what it writes. */
    String returning(String schema) {
        String table = schema + table();
        return switch (random.nextInt(3)) {
            case 0 -> "DELETE FROM " + table + " WHERE id % 11 = " + random.nextInt(11) + " RETURNING id";
            case 1 -> "UPDATE " + table + " SET b = randomblob(700) WHERE id < 90 RETURNING id, n";
            default ->
                "INSERT INTO " + table + "(n, b) " + count(1 + random.nextInt(50))
                        + " SELECT x, randomblob(200) FROM c RETURNING id";
        };
    }

    /** One that makes the database small again. */
    static String shrink(int which) {
        return List.of("DELETE FROM t0", "DELETE FROM t1", "DELETE FROM t2", "DELETE FROM u", "VACUUM")
                .get(which % 5);
    }

    String table() {
        return "t" + random.nextInt(3);
    }

    private static String count(int rows) {
        return "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < " + rows + ")";
    }
}
