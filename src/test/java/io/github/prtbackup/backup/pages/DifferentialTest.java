package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Applies what the sources report to a copy of the state before, and compares that with the database byte by byte, over
 * thousands of random transactions. {@code -Dprtbackup.test.transactions=100000} runs longer.
 */
class DifferentialTest {

    private static final int TRANSACTIONS = Integer.getInteger("prtbackup.test.transactions", 2000);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "WAL, 4096, 50, NORMAL, 1000",
        "WAL, 512, 50, NORMAL, 1000",
        "WAL, 65536, 50, OFF, 1000",
        "WAL, 1024, 1000, OFF, 1000",
        "DELETE, 4096, 0, OFF, 1000",
        "TRUNCATE, 1024, 0, OFF, 1000",
        "PERSIST, 4096, 0, OFF, 1000",
        "DELETE, 65536, 0, OFF, 300",
        "DELETE, 1024, 0, NORMAL, 200",
        "PERSIST, 512, 0, NORMAL, 200",
        "TRUNCATE, 4096, 0, FULL, 100"
    })
    void ordinaryTransactionsAreNeverLost(
            String mode, int pageSize, int autoCheckpoint, String synchronous, int transactions) throws Exception {
        Path database = create(mode, pageSize, 0);
        Image image = new Image();
        Random random = new Random(pageSize);
        List<FileTransaction> known = new ArrayList<>();
        try (OurWriter one = new OurWriter(database, image, known);
                OurWriter two = new OurWriter(database, image, known)) {
            for (OurWriter writer : List.of(one, two)) {
                Sql.run(
                        writer.connection,
                        "PRAGMA wal_autocheckpoint = " + autoCheckpoint,
                        "PRAGMA journal_mode = " + mode);
                Sql.run(writer.connection, "PRAGMA cache_size = 5", "PRAGMA synchronous = " + synchronous);
            }
            for (int i = 0; i < transactions; i++) {
                OurWriter writer = random.nextInt(3) == 0 ? two : one;
                writer.transaction(
                        random.nextInt(8) > 0,
                        "transaction " + i,
                        connection -> RandomWrites.run(connection, random, 1 + random.nextInt(4)));
            }
        }
        assertThat(image.lost).as(image.why.toString()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyChangeIsFoundWhateverHappensBetween(long seed) throws Exception {
        for (int run = 0; run * 200 < TRANSACTIONS / 12; run++) {
            anything(seed * 1_000_001 + run * 8L, 200);
        }
    }

    private void anything(long seed, int transactions) throws Exception {
        Random random = new Random(seed);
        List<String> modes = List.of("WAL", "DELETE", "WAL", "PERSIST", "WAL", "TRUNCATE", "WAL", "MEMORY");
        String mode = modes.get((int) (seed % modes.size()));
        int autoVacuum = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
        Path database = create(mode, 512 << random.nextInt(8), autoVacuum);
        Image image = new Image();
        List<FileTransaction> known = new ArrayList<>();
        OurWriter ours = null;
        Connection plain = null;
        ForeignWriter foreign = new ForeignWriter(database);
        int done = 0;
        try {
            while (done < transactions) {
                String what = "seed " + seed + ", transaction " + done + ", " + mode;
                if (ours == null) {
                    ours = new OurWriter(database, image, known);
                    Sql.run(
                            ours.connection,
                            "PRAGMA cache_size = 2",
                            "PRAGMA wal_autocheckpoint = " + (3 + random.nextInt(90)));
                    setMode(ours.connection, mode);
                }
                if (plain == null) {
                    plain = Sql.plain(database, "busy_timeout=5000");
                    Sql.run(plain, "PRAGMA cache_size = 2", "PRAGMA synchronous = OFF");
                    setMode(plain, mode);
                }
                switch (random.nextInt(40)) {
                    case 0, 1, 2 -> {
                        int count = random.nextInt(4);
                        for (int i = 0; i < count; i++) {
                            write(plain, random, true);
                        }
                    }
                    case 3 -> {
                        settle();
                        write(plain, random, false);
                    }
                    case 4, 5 -> {
                        int count = random.nextInt(4);
                        for (int i = 0; i < count; i++) {
                            foreign.tell("write " + random.nextLong());
                        }
                    }
                    case 6 -> {
                        settle();
                        foreign.tell("spill " + random.nextLong());
                        foreign.tell("ROLLBACK");
                    }
                    case 7 -> checkpoint(plain, random);
                    case 8 -> checkpoint(ours.connection, random);
                    case 9 -> foreign.tell("PRAGMA wal_checkpoint(" + checkpointMode(random) + ")");
                    case 10 -> {
                        plain.close();
                        plain = null;
                    }
                    case 11 -> {
                        ours.close();
                        ours = null;
                    }
                    case 12 -> foreign.tell(random.nextBoolean() ? "close" : "open");
                    case 13 -> {
                        // All close, the last of them deletes the log; or a writer that is left in mid-transaction
                        // dies.
                        ours.close();
                        ours = null;
                        plain.close();
                        plain = null;
                        if (random.nextBoolean()) {
                            settle();
                            foreign.tell("open");
                            foreign.tell("spill " + random.nextLong());
                        } else {
                            foreign.tell("close");
                        }
                        if (random.nextInt(3) == 0) {
                            foreign.kill();
                            foreign = new ForeignWriter(database);
                        } else {
                            foreign.tell("ROLLBACK");
                        }
                        foreign.tell("open");
                    }
                    case 17 -> {
                        // A writer dies in mid-transaction while others are connected.
                        settle();
                        foreign.tell("spill " + random.nextLong());
                        foreign.kill();
                        foreign = new ForeignWriter(database);
                    }
                    case 14 -> {
                        if (random.nextInt(3) == 0) {
                            Sql.run(plain, "VACUUM");
                        }
                    }
                    case 15 -> {
                        if (random.nextInt(3) == 0) {
                            Sql.run(ours.connection, "VACUUM");
                        }
                    }
                    case 16 -> {
                        if (random.nextInt(4) == 0) {
                            foreign.tell("close");
                            plain.close();
                            plain = null;
                            mode = List.of("WAL", "DELETE", "PERSIST", "TRUNCATE")
                                    .get(random.nextInt(4));
                            setMode(ours.connection, mode);
                        }
                    }
                    default -> {
                        Random inner = new Random(random.nextLong());
                        ours.transaction(
                                random.nextInt(6) > 0,
                                what,
                                connection -> RandomWrites.run(connection, inner, 1 + inner.nextInt(4)));
                        done++;
                    }
                }
            }
            // An image that is always compared anew would be right, too.
            assertThat(image.lost).as("seed " + seed + image.why).isLessThan(done);
        } finally {
            if (ours != null) {
                ours.close();
            }
            if (plain != null) {
                plain.close();
            }
            foreign.close();
        }
    }

    /** The time of the last write is exact to a tick of the kernel; what happens within one of them is not told apart. */
    private static void settle() throws InterruptedException {
        Thread.sleep(12);
    }

    private static void write(Connection connection, Random random, boolean commit) throws SQLException {
        Sql.run(connection, "BEGIN IMMEDIATE");
        RandomWrites.run(connection, random, 1 + random.nextInt(4));
        Sql.run(connection, commit ? "COMMIT" : "ROLLBACK");
    }

    private static void checkpoint(Connection connection, Random random) throws SQLException {
        Sql.column(connection, "PRAGMA wal_checkpoint(" + checkpointMode(random) + ")");
    }

    private static String checkpointMode(Random random) {
        return List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE").get(random.nextInt(4));
    }

    private static void setMode(Connection connection, String mode) throws SQLException {
        Sql.column(connection, "PRAGMA journal_mode = " + mode);
    }

    private Path create(String mode, int pageSize, int autoVacuum) throws Exception {
        Path database = Files.createTempDirectory(directory, "d").resolve("x.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(
                    connection,
                    "PRAGMA page_size = " + pageSize,
                    "PRAGMA auto_vacuum = " + autoVacuum,
                    "CREATE TABLE first(a)");
            setMode(connection, mode);
        }
        return database;
    }
}
