package io.github.prtbackup.backup.pages;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Measures, where it is run by hand, with the size of the database in MB: what finding the changed pages costs. */
final class PageSourceCost {

    private static final int TRANSACTIONS = 20_000;

    private final Connection connection;
    private final PageSource source;
    private final long rows;
    private final byte[] page = new byte[65536];

    private PageSourceCost(Connection connection, PageSource source, long rows) {
        this.connection = connection;
        this.source = source;
        this.rows = rows;
    }

    public static void main(String[] args) throws Exception {
        Path database = Files.createTempDirectory("cost").resolve("x.db");
        long rows = Long.parseLong(args[0]) * 1000;
        try (Connection connection = Sql.plain(database)) {
            Sql.column(connection, "PRAGMA journal_mode = WAL");
            Sql.run(
                    connection,
                    "PRAGMA synchronous = OFF",
                    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, b BLOB)",
                    "CREATE TABLE u(id INTEGER PRIMARY KEY, n INT)",
                    "CREATE TABLE v(id INTEGER PRIMARY KEY, n INT)",
                    "INSERT INTO u VALUES (1, 1)",
                    "INSERT INTO v VALUES (1, 1)",
                    "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < " + rows
                            + ") SELECT x, x, randomblob(950) FROM c");
            try (PageSource source = new PageSource(database)) {
                PageSourceCost cost = new PageSourceCost(connection, source, rows);
                cost.wal();
                cost.comparison();
            }
            Sql.column(connection, "PRAGMA journal_mode = DELETE");
            try (PageSource source = new PageSource(database)) {
                new PageSourceCost(connection, source, rows).journal();
            }
        } finally {
            Files.deleteIfExists(database);
        }
    }

    private void wal() throws Exception {
        long[] nanos = new long[TRANSACTIONS];
        Position then = null;
        for (int i = 0; i < TRANSACTIONS; i++) {
            Sql.run(connection, "BEGIN IMMEDIATE");
            long start = System.nanoTime();
            then = capture(then, List.of());
            nanos[i] = System.nanoTime() - start;
            threePages(i);
            Sql.run(connection, "COMMIT");
        }
        print("WAL, 3 frames", nanos);
    }

    private void journal() throws Exception {
        long[] capture = new long[TRANSACTIONS];
        long[] journal = new long[TRANSACTIONS];
        long[] confirm = new long[TRANSACTIONS];
        List<FileTransaction> known = new ArrayList<>();
        Position then = null;
        for (int i = 0; i < TRANSACTIONS; i++) {
            Sql.run(connection, "BEGIN IMMEDIATE");
            long start = System.nanoTime();
            then = capture(then, known);
            capture[i] = System.nanoTime() - start;
            threePages(i);
            start = System.nanoTime();
            Changed.Complete changed = (Changed.Complete) RollbackJournal.read(source.database());
            journal[i] = System.nanoTime() - start;
            Sql.run(connection, "COMMIT");
            start = System.nanoTime();
            FilePosition after = FilePosition.of(source.database());
            FileTransaction ended = FileTransaction.ending((FilePosition) then, true, changed.pages());
            known = List.of(ended.marked(ended.markAt(after)));
            confirm[i] = System.nanoTime() - start;
        }
        print("DELETE, 4 pages", capture);
        print("  the journal before COMMIT", journal);
        print("  the position after it", confirm);
    }

    private void comparison() throws Exception {
        Sql.run(connection, "BEGIN IMMEDIATE");
        CurrentPages now = source.now(false);
        PageHashes hashes = new PageHashes(now.pageSize());
        double bytes = (double) now.pages() * now.pageSize();
        for (int i = 0; i < 8; i++) {
            long start = System.nanoTime();
            int[] differences = {0};
            PageComparison.run(now, hashes, (number, content, offset) -> differences[0]++);
            System.out.printf(
                    "comparison of %d pages: %.2f GB/s, %d differ%n",
                    now.pages(), bytes / (System.nanoTime() - start), differences[0]);
        }
        Sql.run(connection, "ROLLBACK");
    }

    private Position capture(Position then, List<FileTransaction> known) throws Exception {
        CurrentPages now = source.now(false);
        if (then != null) {
            PageList pages = ((Changed.Complete) now.since(then, known)).pages();
            pages.forEach(number -> now.read(number, 1, page, 0));
        }
        return now.position();
    }

    private void threePages(int number) throws Exception {
        Sql.run(
                connection,
                "UPDATE t SET n = n + 1 WHERE id = " + (1 + number * 7919L % rows),
                "UPDATE u SET n = n + 1",
                "UPDATE v SET n = n + 1");
    }

    private static void print(String what, long[] nanos) {
        long[] warm = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
        Arrays.sort(warm);
        System.out.printf(
                "%s: median %.1f µs, 99 %% below %.1f µs%n",
                what, warm[warm.length / 2] / 1e3, warm[warm.length * 99 / 100] / 1e3);
    }
}
