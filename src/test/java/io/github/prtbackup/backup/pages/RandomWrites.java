package io.github.prtbackup.backup.pages;

import io.github.prtbackup.testing.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** Statements that change a database in all kinds of ways. */
final class RandomWrites {

    private static final List<String> TABLES = List.of("t0", "t1", "t2", "t3");

    private RandomWrites() {}

    /** Runs some inside the present transaction. */
    static void run(Connection connection, Random random, int statements) throws SQLException {
        for (int i = 0; i < statements; i++) {
            if (random.nextInt(12) == 0) {
                Sql.run(connection, "SAVEPOINT s");
                one(connection, random);
                one(connection, random);
                Sql.run(connection, random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s");
            } else {
                one(connection, random);
            }
        }
    }

    private static void one(Connection connection, Random random) throws SQLException {
        String table = TABLES.get(random.nextInt(TABLES.size()));
        Sql.run(connection, "CREATE TABLE IF NOT EXISTS " + table + "(id INTEGER PRIMARY KEY, n INT, b BLOB)");
        int id = random.nextInt(400);
        switch (random.nextInt(14)) {
            case 0, 1, 2 ->
                Sql.run(
                        connection,
                        "INSERT OR REPLACE INTO " + table + " VALUES (" + id + ", " + random.nextInt(1000)
                                + ", randomblob(" + random.nextInt(300) + "))");
            case 3 ->
                Sql.run(
                        connection,
                        "INSERT OR REPLACE INTO " + table + " VALUES (" + id + ", 7, randomblob("
                                + random.nextInt(60_000) + "))");
            case 4 ->
                Sql.run(
                        connection,
                        "INSERT OR REPLACE INTO " + table
                                + " WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < "
                                + (1 + random.nextInt(300)) + ") SELECT " + id
                                + " + x, x * 7919 % 1000, randomblob(50 + x % 90)"
                                + " FROM c");
            case 5, 6 -> Sql.run(connection, "UPDATE " + table + " SET n = n + 1, b = randomblob(20) WHERE id = " + id);
            case 7 ->
                Sql.run(
                        connection,
                        "UPDATE " + table + " SET b = randomblob(length(b) + 40) WHERE id % 7 = " + random.nextInt(7));
            case 8, 9 -> Sql.run(connection, "DELETE FROM " + table + " WHERE id BETWEEN " + id + " AND " + (id + 60));
            case 10 -> Sql.run(connection, "DELETE FROM " + table + (random.nextBoolean() ? "" : " WHERE id > 3"));
            case 11 -> Sql.run(connection, "DROP TABLE " + table);
            case 12 -> Sql.run(connection, "CREATE INDEX IF NOT EXISTS " + table + "_n ON " + table + "(n, b)");
            default -> Sql.run(connection, "DROP INDEX IF EXISTS " + table + "_n");
        }
    }
}
