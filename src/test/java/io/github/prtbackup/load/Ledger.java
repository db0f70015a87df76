package io.github.prtbackup.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database in which each insert has a number of its writer's, and a trigger does the rest: the head's hash follows from all
 * the numbers so far and names the state; one account is filled anew, over one page or several.
 */
final class Ledger {
    /** The hash of the state without entries. */
    static final long ROOT = 0;

    private static final long PRIME = 9_007_199_254_740_881L;
    private static final int ACCOUNTS = 40;

    private static final String BODY =
            "substr(replace(hex(zeroblob(450)), '00', printf('%08d', SEAL)), 1, SEAL % 97 * 70)";

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE entry (n INTEGER PRIMARY KEY, number INT UNIQUE)",
            "CREATE TABLE head (n INT, hash INT, seals INT)",
            "CREATE TABLE account (slot INTEGER PRIMARY KEY, seal INT, body TEXT)",
            "CREATE INDEX bodies ON account (body)",
            "CREATE TRIGGER follow AFTER INSERT ON entry BEGIN"
                    + " UPDATE head SET n = new.n, hash = (hash * 31 + new.number) % " + PRIME + ";"
                    + " UPDATE head SET seals = seals + new.number - (SELECT seal FROM account WHERE slot = hash % "
                    + ACCOUNTS + ");"
                    + " UPDATE account SET seal = new.number, body = " + BODY.replace("SEAL", "new.number")
                    + " WHERE slot = (SELECT hash % " + ACCOUNTS + " FROM head);"
                    + " END");

    private static final String WRONG = "SELECT"
            + " (SELECT count(*) FROM account) <> " + ACCOUNTS
            + " OR (SELECT sum(seal) FROM account) <> (SELECT seals FROM head)"
            + " OR (SELECT count(*) FROM entry) <> (SELECT n FROM head)"
            + " OR EXISTS (SELECT 1 FROM account WHERE body <> " + BODY.replace("SEAL", "seal") + ")";

    private Ledger() {}

    static void create(Path database, String journalMode) throws SQLException {
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, SCHEMA.toArray(String[]::new));
            Sql.run(plain, reset());
        }
    }

    /** What leads back to the state without entries. */
    static String[] reset() {
        return new String[] {
            "BEGIN IMMEDIATE",
            "DELETE FROM entry",
            "DELETE FROM head",
            "INSERT INTO head VALUES (0, " + ROOT + ", 0)",
            "DELETE FROM account",
            "WITH RECURSIVE s (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM s WHERE i < " + (ACCOUNTS - 1)
                    + ") INSERT INTO account SELECT i, 0, '' FROM s",
            "COMMIT"
        };
    }

    static String insert(long number) {
        return "INSERT INTO entry (number) VALUES (" + number + ")";
    }

    /** The hash of the state that follows one. */
    static long next(long hash, long number) {
        return (hash * 31 + number) % PRIME;
    }

    /** The numbers of all entries of a file, after its content was checked. */
    static List<Long> check(Path database) throws SQLException {
        try (Connection plain = Sql.plain(database, "busy_timeout=120000")) {
            Sql.run(plain, "BEGIN");
            assertThat(Sql.column(plain, "PRAGMA integrity_check"))
                    .as(database.toString())
                    .containsExactly("ok");
            requireConsistent(plain, database.toString());
            List<Long> numbers = new ArrayList<>();
            long hash = ROOT;
            try (Statement statement = plain.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT number FROM entry ORDER BY n")) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                    hash = next(hash, rows.getLong(1));
                }
            }
            assertThat(Sql.number(plain, "SELECT hash FROM head"))
                    .as(database.toString())
                    .isEqualTo(hash);
            return numbers;
        }
    }

    /** What is true of each snapshot. */
    static void requireConsistent(Connection connection, String what) throws SQLException {
        assertThat(Sql.number(connection, WRONG)).as(what).isZero();
    }
}
