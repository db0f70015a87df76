package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Incremental backups hold at most 16 bytes of heap for each page of the database; everything else does not grow with it.
 *
 * <p>A JVM whose heap is too small ends, so the peak is measured, however short it is. What the program needs for a small
 * database is found first, by trying; the large one then gets 16 bytes more for each page that it has more.
 */
class HeapBoundTest {

    private static final int PAGE_SIZE = 512;

    /** More than is copied under the write lock, so that both databases take the same way. */
    private static final int FEW_PAGES = 20_000;

    private static final int MANY_PAGES = 220_000;

    private static final int BYTES_PER_PAGE = 16;

    /** How closely the heap for the small database is found, in KiB: one byte for each page of the large one. */
    private static final int STEP = 200;

    /** The JVM rounds the size of its heap to 2 MiB, so that is always the same, and the program takes away from it. */
    private static final int WHOLE_HEAP = 16 << 10;

    private static final int TOO_LITTLE = 2_800;
    private static final int ENOUGH = TOO_LITTLE + 64 * STEP;

    /** What a JVM ends with that runs out of heap. */
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void aPageCostsAtMostSixteenBytes(String journalMode) throws Exception {
        Path small = create("small", journalMode, FEW_PAGES);
        Path large = create("large", journalMode, MANY_PAGES);
        int constant = leastHeapFor(small);
        int perPage = BYTES_PER_PAGE * (MANY_PAGES - FEW_PAGES) / 1024;
        // All pages are compared, which no program does that holds nothing for each of them.
        assertThat(suffices(constant, large))
                .as("the heap of the small database for the large one")
                .isFalse();
        assertThat(suffices(constant + perPage, large))
                .as("%d KiB for the small database, and 16 bytes for each page more", constant)
                .isTrue();
        assertThat(Backups.count(large)).isEqualTo(Program.POINTS);
    }

    /** In KiB, found by halving, which takes for granted that more heap never does harm. */
    private static int leastHeapFor(Path database) throws Exception {
        int tooLittle = TOO_LITTLE;
        int enough = ENOUGH;
        assertThat(suffices(enough, database)).isTrue();
        while (enough - tooLittle > STEP) {
            int middle = (tooLittle + enough) / 2;
            if (suffices(middle, database)) {
                enough = middle;
            } else {
                tooLittle = middle;
            }
        }
        assertThat(tooLittle).as("in KiB, was seen to be too little").isGreaterThan(TOO_LITTLE);
        return enough;
    }

    private static boolean suffices(int heap, Path database) throws Exception {
        delete(database.resolveSibling("backups"));
        Process program = Jvm.start(
                Program.class,
                // A young generation of fixed size, so that all that is more goes to what lives long.
                List.of("-Xmx" + WHOLE_HEAP + "k", "-Xmn1024k", "-XX:+ExitOnOutOfMemoryError"),
                database,
                (WHOLE_HEAP - heap) << 10);
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = program.waitFor();
        assertThat(status).as(output).isIn(0, OUT_OF_MEMORY);
        return status == 0;
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Path create(String name, String journalMode, int pages) throws Exception {
        Path database =
                Files.createDirectory(directory.toRealPath().resolve(name)).resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA page_size = " + PAGE_SIZE, "PRAGMA synchronous = OFF");
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            // One page for each row, so that a statement can change every second page.
            Sql.run(
                    plain,
                    "CREATE TABLE log (x)",
                    "CREATE TABLE large (x)",
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + pages + ")"
                            + " INSERT INTO large SELECT zeroblob(400) FROM n");
        }
        assertThat(Sql.number(database, "PRAGMA page_count")).isBetween((long) pages, pages + pages / 20L);
        return database;
    }

    /**
     * Takes points in all ways: the first of a database, by what SQLite has noted, and by a comparison of all pages; after
     * transactions that change one page, every second one, and all.
     */
    static final class Program {

        static final int POINTS = 11;

        /** Keeps a part of the heap from being used. */
        @SuppressWarnings("unused")
        private static byte[] ballast;

        private static final String EVERY_PAGE = "UPDATE large SET x = randomblob(400)";
        private static final String EVERY_SECOND_PAGE = EVERY_PAGE + " WHERE rowid % 2 = 0";
        private static final String ONE_PAGE = "INSERT INTO log VALUES ('x')";

        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            ballast = new byte[Integer.parseInt(arguments[1])];
            // With the first point the log holds as many frames as the database has pages, and later many more.
            try (Connection plain = withLongLog(database)) {
                Sql.run(plain, EVERY_PAGE);
                try (Connection ours = ours(database)) {
                    Sql.run(ours, ONE_PAGE, ONE_PAGE);
                    Sql.run(plain, EVERY_PAGE, EVERY_SECOND_PAGE);
                    Sql.run(ours, EVERY_PAGE, EVERY_SECOND_PAGE, ONE_PAGE);
                }
            }
            write(database);
            // Somebody else, after whom no log and no journal is left, and the database has become larger.
            try (Connection plain = Sql.plain(database)) {
                Sql.run(plain, "INSERT INTO log VALUES (zeroblob(100000))");
            }
            write(database);
            // And after whom there is another log.
            try (Connection plain = withLongLog(database)) {
                Sql.run(plain, EVERY_PAGE, EVERY_SECOND_PAGE);
                write(database);
            }
            try (PrtBackup backups = PrtBackup.open(database)) {
                long newest = backups.getBackupHistory().get(0).backupId();
                backups.exportBackup(newest, database.resolveSibling("backups").resolve("exported.db"));
            }
        }

        private static void write(Path database) throws SQLException {
            try (Connection ours = ours(database)) {
                Sql.run(ours, ONE_PAGE, EVERY_SECOND_PAGE);
            }
        }

        private static Connection ours(Path database) throws SQLException {
            return Sql.open(database, "backup.strategy=incremental");
        }

        private static Connection withLongLog(Path database) throws SQLException {
            Connection plain = Sql.plain(database);
            Sql.run(plain, "PRAGMA wal_autocheckpoint = 0");
            return plain;
        }
    }
}
