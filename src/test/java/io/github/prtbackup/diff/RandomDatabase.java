package io.github.prtbackup.diff;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Statements that fill a database with whatever SQLite allows, and change it. Some fail, which is no matter. */
final class RandomDatabase {
    private static final List<String> TABLES = List.of(
            "CREATE TABLE plain (a, b TEXT, c REAL)",
            "CREATE TABLE ids (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INT)",
            "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT)",
            "CREATE TABLE pairs (x, y TEXT COLLATE NOCASE, z, PRIMARY KEY (x, y))",
            "CREATE TABLE \"no \"\"rowid\" (k TEXT COLLATE NOCASE, n, v BLOB, PRIMARY KEY (n DESC, k)) WITHOUT ROWID",
            "CREATE TABLE strictly (id INT PRIMARY KEY, t TEXT, r REAL, b BLOB, w ANY) STRICT",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INT, b INT AS (a * 2), c TEXT AS (a || '!') STORED UNIQUE)",
            "CREATE TABLE hidden (rowid TEXT, oid, _rowid_)",
            "CREATE TABLE hidden_key (rowid INTEGER PRIMARY KEY, oid, _rowid_)",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES ids(id) ON DELETE CASCADE)",
            "CREATE TABLE checked (a CHECK (a IS NULL OR a <> 7), \"select\" DEFAULT 'x', [b c] DEFAULT 3.0)",
            "CREATE VIRTUAL TABLE texts USING fts5(title, body)",
            "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
            "CREATE VIRTUAL TABLE old_texts USING fts4(body)",
            "CREATE VIRTUAL TABLE oldest_texts USING fts3(body)",
            "CREATE VIRTUAL TABLE found USING fts5(name, content='ids', content_rowid='id')",
            "CREATE VIRTUAL TABLE found_plain USING fts5(a, content='plain')",
            "CREATE VIRTUAL TABLE only_index USING fts5(body, content='', columnsize=0)",
            "CREATE VIRTUAL TABLE noted_boxes USING rtree_i32(id, x0, x1, y0, y1, +note)",
            "CREATE TABLE \"select\" (\"from\" INTEGER PRIMARY KEY DESC, \"where\" UNIQUE ON CONFLICT REPLACE)",
            "CREATE TABLE anything (k PRIMARY KEY, v UNIQUE) WITHOUT ROWID",
            "CREATE TABLE numbers (k NUMERIC, l COLLATE RTRIM, v, PRIMARY KEY (l, k)) WITHOUT ROWID",
            "CREATE TABLE nodes (id INTEGER PRIMARY KEY, up REFERENCES nodes(id) DEFERRABLE INITIALLY DEFERRED,"
                    + " place NOT NULL DEFAULT 0, UNIQUE (up, place))",
            "CREATE TABLE counted_too (id INTEGER PRIMARY KEY AUTOINCREMENT, \"autoincrement\")",
            "CREATE TABLE wide (" + columns(120) + ")");

    /** So many columns, some of them with types. */
    private static String columns(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "c" + i + " "
                        + List.of("", "INT", "TEXT", "REAL", "NUMERIC").get(i % 5))
                .collect(Collectors.joining(", "));
    }

    private static final List<String> OTHERS = List.of(
            "CREATE INDEX by_size ON ids(size)",
            "CREATE UNIQUE INDEX by_both ON ids(size, name) WHERE size > 5",
            "CREATE UNIQUE INDEX by_expression ON plain(abs(a), b, c, a) WHERE typeof(a) = 'integer' AND b IS NULL AND c > 1e9",
            "CREATE INDEX by_note ON counted(lower(note))",
            "CREATE VIEW sizes AS SELECT name, size FROM ids",
            "CREATE TRIGGER log_ids AFTER DELETE ON ids BEGIN INSERT INTO plain(a) VALUES (old.id); END",
            "CREATE TRIGGER log_pairs AFTER UPDATE ON pairs BEGIN DELETE FROM plain; END",
            "CREATE TRIGGER no_counting BEFORE INSERT ON counted WHEN new.note = 'no' BEGIN SELECT RAISE(IGNORE); END",
            "CREATE TRIGGER into_view INSTEAD OF INSERT ON sizes BEGIN INSERT INTO ids(name) VALUES (new.name); END",
            "DROP INDEX by_size",
            "DROP INDEX by_both",
            "DROP VIEW sizes",
            "DROP TRIGGER log_ids",
            "DROP TRIGGER log_pairs",
            "DROP TABLE plain",
            "DROP TABLE ids",
            "DROP TABLE counted",
            "DROP TABLE texts",
            "DROP TABLE boxes",
            "DROP TABLE pairs",
            "DROP TABLE \"no \"\"rowid\"",
            "ALTER TABLE plain ADD COLUMN later INT DEFAULT 5",
            "ALTER TABLE plain ADD COLUMN latest TEXT",
            "ALTER TABLE plain DROP COLUMN c",
            "ALTER TABLE plain RENAME COLUMN b TO bb",
            "ALTER TABLE pairs RENAME TO couples",
            "ALTER TABLE counted ADD COLUMN more DEFAULT x'00'",
            "ANALYZE",
            "DROP TABLE sqlite_stat1",
            "REINDEX",
            "PRAGMA user_version = 42",
            "PRAGMA user_version = 0",
            "PRAGMA application_id = -7",
            "INSERT INTO texts(texts) VALUES ('optimize')",
            "UPDATE sqlite_sequence SET seq = seq + 10",
            "DROP TABLE \"select\"",
            "DROP TABLE anything",
            "DROP TABLE counted_too",
            "DROP TABLE found",
            "DROP TABLE only_index",
            "DROP TABLE nodes",
            "CREATE TABLE plain (b, a PRIMARY KEY)",
            "CREATE TABLE ids (name TEXT, id TEXT, size)",
            "CREATE TABLE pairs (x, y TEXT, z, PRIMARY KEY (y, x)) WITHOUT ROWID",
            "CREATE TABLE anything (k INTEGER PRIMARY KEY, v)",
            "CREATE VIRTUAL TABLE texts USING fts5(title, body, prefix=2)",
            "CREATE VIRTUAL TABLE only_index USING fts5(body, content='')",
            "ALTER TABLE couples RENAME TO pairs",
            "ALTER TABLE nodes RENAME COLUMN place TO position",
            "ALTER TABLE strictly ADD COLUMN added ANY DEFAULT '1'",
            "ALTER TABLE checked ADD COLUMN twice AS (a || a)",
            "ALTER TABLE anything ADD COLUMN w NUMERIC DEFAULT '1e2'",
            "ALTER TABLE wide DROP COLUMN c7",
            "CREATE INDEX by_twice ON made(b DESC, a COLLATE RTRIM) WHERE b IS NOT NULL",
            "CREATE UNIQUE INDEX by_where ON \"select\"(\"where\" COLLATE NOCASE)",
            "CREATE VIEW trees AS WITH RECURSIVE n(i) AS (SELECT 1) SELECT * FROM n, nodes -- all of them",
            "DROP VIEW trees",
            "CREATE TRIGGER into_found AFTER INSERT ON ids BEGIN INSERT INTO found(rowid, name)"
                    + " VALUES (new.id, new.name); END /* of it */",
            "CREATE TRIGGER grow AFTER INSERT ON nodes WHEN new.id < 50 BEGIN INSERT OR IGNORE INTO nodes(up, place)"
                    + " VALUES (new.id, new.id); UPDATE counted SET note = 'grown'; END",
            "INSERT INTO found(found) VALUES ('rebuild')",
            "INSERT INTO found_plain(found_plain) VALUES ('rebuild')",
            "INSERT INTO texts(texts, rank) VALUES ('pgsz', 64)",
            "INSERT INTO boxes SELECT id, id, id + 1 FROM ids WHERE typeof(id) = 'integer' AND id < 1000",
            "PRAGMA incremental_vacuum(3)",
            "PRAGMA auto_vacuum = 0",
            "VACUUM");

    private static final List<String> CHANGES = List.of(
            "INSERT INTO plain(a, b) VALUES (?, ?)",
            "INSERT INTO plain(a) SELECT a FROM plain LIMIT 3",
            "DELETE FROM plain WHERE rowid % 7 = # % 7",
            "UPDATE plain SET a = ? WHERE rowid % 5 = # % 5",
            "INSERT OR REPLACE INTO ids VALUES (#, 'n' || #, ?)",
            "UPDATE ids SET size = ? WHERE id % 4 = # % 4",
            "UPDATE ids SET id = id + 100000 WHERE id = #",
            "UPDATE ids SET name = (SELECT 'n' || (200000 - id)) WHERE id < 20",
            "DELETE FROM ids WHERE id = #",
            "INSERT INTO counted(note) VALUES (?)",
            "DELETE FROM counted WHERE id % 6 = # % 6",
            "INSERT OR REPLACE INTO pairs VALUES (?, ?, ?)",
            "INSERT INTO pairs VALUES (NULL, ?, ?)",
            "UPDATE pairs SET z = ? WHERE rowid % 3 = # % 3",
            "UPDATE pairs SET y = upper(y)",
            "DELETE FROM pairs WHERE rowid % 8 = # % 8",
            "INSERT OR REPLACE INTO \"no \"\"rowid\" VALUES ('K' || #, #, ?)",
            "UPDATE \"no \"\"rowid\" SET v = ? WHERE n % 3 = # % 3",
            "UPDATE \"no \"\"rowid\" SET k = lower(k) WHERE n % 2 = 0",
            "DELETE FROM \"no \"\"rowid\" WHERE n % 9 = # % 9",
            "INSERT OR REPLACE INTO strictly VALUES (#, 't' || #, # / 3.0, x'0102', ?)",
            "UPDATE strictly SET w = ? WHERE id % 3 = # % 3",
            "INSERT OR IGNORE INTO made(a) VALUES (#)",
            "UPDATE OR IGNORE made SET a = a + 1 WHERE id % 3 = # % 3",
            "INSERT INTO hidden VALUES ('r', ?, ?)",
            "DELETE FROM hidden WHERE oid IS NULL",
            "INSERT OR REPLACE INTO hidden_key VALUES (#, ?, ?)",
            "INSERT INTO child(parent) VALUES (#)",
            "DELETE FROM child WHERE id % 5 = # % 5",
            "INSERT INTO checked(a) VALUES (?)",
            "INSERT INTO texts VALUES ('title ' || #, 'some words ' || # || ' more')",
            "UPDATE texts SET body = 'changed ' || # WHERE rowid % 5 = # % 5",
            "DELETE FROM texts WHERE rowid % 7 = # % 7",
            "INSERT INTO old_texts VALUES ('word ' || #)",
            "DELETE FROM old_texts WHERE rowid % 4 = 1",
            "INSERT OR REPLACE INTO boxes VALUES (#, # % 10, # % 10 + 5)",
            "INSERT INTO oldest_texts VALUES ('word ' || #)",
            "INSERT INTO only_index(rowid, body) VALUES (#, 'word ' || #)",
            "INSERT OR REPLACE INTO noted_boxes VALUES (#, 1, 2, # % 9, # % 9 + 1, ?)",
            "DELETE FROM noted_boxes WHERE id % 3 = # % 3",
            "INSERT INTO \"select\" VALUES (#, ?)",
            "UPDATE \"select\" SET \"from\" = -\"from\" WHERE \"from\" % 3 = # % 3",
            "INSERT OR IGNORE INTO anything(k, v) VALUES (?, #)",
            "INSERT OR IGNORE INTO anything(k, v) VALUES (#, ?)",
            "UPDATE OR IGNORE anything SET v = ? WHERE k = ?",
            "DELETE FROM anything WHERE k = ?",
            "INSERT OR IGNORE INTO numbers VALUES (?, ?, ?)",
            "UPDATE numbers SET v = ? WHERE k IS ?",
            "DELETE FROM numbers WHERE typeof(k) = typeof(?)",
            "INSERT INTO nodes VALUES (#, # / 2, #)",
            "UPDATE nodes SET place = -place",
            "UPDATE nodes SET place = (SELECT max(place) FROM nodes) - place + 1",
            "DELETE FROM nodes WHERE id % 4 = # % 4",
            "INSERT INTO counted_too(\"autoincrement\") VALUES (?)",
            "INSERT INTO wide(c0, c1, c2, c3, c4, c99) VALUES (?, ?, ?, ?, ?, ?)",
            "UPDATE wide SET c2 = ?, c98 = c99 WHERE rowid % 3 = # % 3",
            "INSERT INTO hidden(rowid, oid) SELECT name, size FROM ids LIMIT 20",
            "UPDATE pairs SET x = NULL WHERE rowid % 4 = # % 4",
            "INSERT INTO plain(a, b) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                    + " SELECT i, 'row ' || i || hex(randomblob(20)) FROM n",
            "INSERT OR REPLACE INTO ids(id, size) WITH RECURSIVE n(i) AS (SELECT # UNION ALL SELECT i + 1 FROM n"
                    + " WHERE i < # + 200) SELECT i, i % 50 FROM n",
            "UPDATE plain SET b = zeroblob(length(b)) WHERE rowid = #",
            "UPDATE ids SET size = zeroblob(9000 + # % 3) WHERE id = #",
            "UPDATE ids SET size = CAST(substr(size, 1, 6000) || x'07' || substr(size, 6002) AS BLOB)"
                    + " WHERE typeof(size) = 'blob' AND length(size) > 7000");

    private static final List<String> VALUES = List.of(
            "NULL",
            "1",
            "1.0",
            "'1'",
            "x'31'",
            "''",
            "x''",
            "0.1",
            "-0.0",
            "1e308 * 10",
            "-1e308 * 10",
            "5e-324",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.0 / 3",
            "9007199254740993",
            "9007199254740992.0",
            "9223372036854775807",
            "-9223372036854775807 - 1",
            "9223372036854775807.0",
            "9007199254740991.0",
            "'9007199254740991'",
            "'1e2'",
            "'x  '",
            "char(12, 10) || ';' || char(10) || '.quit' || char(10) || '/'",
            "'it''s'",
            "'a' || char(0) || 'b'",
            "char(10, 13, 9, 27)",
            "CAST(x'ff00fe41' AS TEXT)",
            "CAST(x'00d8' AS TEXT)",
            "char(65279) || 'bom'",
            "'äöü 漢字 ' || char(128512)",
            "x'00ff'",
            "randomblob(10)",
            "zeroblob(9000)",
            "randomblob(9000)",
            "hex(randomblob(6000))",
            "random()",
            "'Ab'",
            "'aB'",
            "7");

    private final Random random;

    RandomDatabase(Random random) {
        this.random = random;
    }

    /** Statements that make some of the tables, with rows. */
    List<String> first() {
        List<String> statements = new ArrayList<>();
        for (String table : TABLES) {
            if (random.nextInt(4) > 0) {
                statements.add(table);
            }
        }
        for (int i = 0; i < 4; i++) {
            statements.add(filled(any(OTHERS)));
        }
        statements.addAll(changes(60));
        return statements;
    }

    /** Statements that change what is there. */
    List<String> changes(int most) {
        List<String> statements = new ArrayList<>();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(40);
            statements.add(filled(any(kind == 0 ? TABLES : kind < 4 ? OTHERS : CHANGES)));
        }
        return statements;
    }

    private String filled(String statement) {
        String number = String.valueOf(random.nextInt(random.nextBoolean() ? 30 : 3000));
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < statement.length(); i++) {
            char c = statement.charAt(i);
            filled.append(c == '?' ? any(VALUES) : c == '#' ? number : String.valueOf(c));
        }
        return filled.toString();
    }

    private String any(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    /**
     * Runs statements, and goes on behind those that fail.
     *
     * @return how many failed
     */
    static int run(Connection connection, List<String> statements) {
        int failed = 0;
        for (String sql : statements) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            } catch (SQLException e) {
                // Its table is not there, or a constraint is in the way.
                failed++;
            }
        }
        return failed;
    }
}
