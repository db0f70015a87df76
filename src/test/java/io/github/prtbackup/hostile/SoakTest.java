package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many transactions, one after the other, with retention at work: what they need must not depend on how many there have been.
 * {@code -Dprtbackup.soak.transactions=1000000} runs as many for each case, a tenth of them where each makes a full copy, and prints what each tenth needed.
 */
class SoakTest {
    private static final int TENTHS = 10;
    private static final long SHORT_FORM = 3000;
    /** Connections are pooled, and not for ever. */
    private static final int PER_CONNECTION = 500;

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    Path directory;

    /** What one tenth needed. The latency is told, not asserted: other processes have their part in it. */
    private record Tenth(long heap, long descriptors, long disk, long files, double medianMicros) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "heap %,d KiB, %d descriptors, disk %,d KiB in %d files, median %.0f us",
                    heap >> 10,
                    descriptors,
                    disk >> 10,
                    files,
                    medianMicros);
        }
    }

    @ParameterizedTest
    @CsvSource({"incremental, WAL", "incremental, DELETE", "full, WAL"})
    void theLastTenthNeedsNoMoreThanTheFirst(String strategy, String journalMode) throws Exception {
        Path database = directory.resolve("soak.db");
        // A full backup waits for the disk three times.
        long transactions =
                Long.getLong("prtbackup.soak.transactions", SHORT_FORM) / (strategy.equals("full") ? 10 : 1);
        String[] parameters = {
            "backup.strategy=" + strategy, "journal_mode=" + journalMode, "synchronous=OFF", "backup.keep-points=300"
        };
        try (Connection connection = Sql.open(database, parameters)) {
            Sql.run(connection, "CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
            Sql.run(
                    connection,
                    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                            + " INSERT INTO t SELECT i, randomblob(200) FROM n");
        }
        long before = Backups.newest(database).backupId();
        List<Tenth> tenths = new ArrayList<>();
        for (int tenth = 0; tenth < TENTHS; tenth++) {
            tenths.add(run(database, transactions / TENTHS, parameters));
            System.out.println(strategy + " " + journalMode + ", tenth " + (tenth + 1) + ": " + tenths.get(tenth));
        }
        // The first tenth may still be filling what is kept.
        Tenth early = tenths.get(1);
        Tenth last = tenths.get(TENTHS - 1);
        // Folding may be under way at that moment, and has a few files open then. A leak would have left one a
        // connection.
        assertThat(last.descriptors()).isLessThanOrEqualTo(early.descriptors() + 4);
        assertThat(last.heap()).isLessThan(early.heap() + (8 << 20));
        // A segment of the log is folded when it is full, and a batch of them when eight are.
        assertThat(last.files())
                .isLessThanOrEqualTo(
                        tenths.stream().limit(5).mapToLong(Tenth::files).max().orElseThrow() + 9);
        assertThat(last.disk())
                .isLessThan(3
                        * tenths.stream().limit(5).mapToLong(Tenth::disk).max().orElseThrow());
        assertThat(Backups.newest(database).backupId()).isEqualTo(before + transactions);
    }

    private Tenth run(Path database, long transactions, String... parameters) throws Exception {
        long[] nanos = new long[Math.toIntExact(transactions)];
        for (int done = 0; done < transactions; ) {
            try (Connection connection = Sql.open(database, parameters);
                    PreparedStatement update =
                            connection.prepareStatement("UPDATE t SET v = randomblob(200) WHERE id = ?")) {
                for (int i = 0; i < PER_CONNECTION && done < transactions; i++) {
                    update.setInt(1, 1 + done % 500);
                    long start = System.nanoTime();
                    update.executeUpdate();
                    nanos[done++] = System.nanoTime() - start;
                }
            }
        }
        Arrays.sort(nanos);
        List<Path> files = files();
        long disk = 0;
        for (Path file : files) {
            disk += Files.size(file);
        }
        return new Tenth(heap(), descriptors(), disk, files.size(), nanos[nanos.length / 2] / 1e3);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private static long heap() {
        // What is in use after a collection, of which one may leave something for the next.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The descriptors of this test's files: those of the JVM and of other tests' threads come and go as they like. */
    private long descriptors() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        Path real = directory.toRealPath();
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.filter(descriptor -> isBelow(real, descriptor)).count();
        }
    }

    private static boolean isBelow(Path real, Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(real);
        } catch (IOException e) {
            // It has been closed in between.
            return false;
        }
    }
}
