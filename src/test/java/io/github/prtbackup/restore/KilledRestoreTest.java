package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code kill -9} at random moments of a restore leaves the old state or the new one, and nothing beside. */
class KilledRestoreTest {

    /** Of each kind; {@code -Dprtbackup.kills=100} for a long run. */
    private static final int KILLS = Integer.getInteger("prtbackup.kills", 6);

    private static final int PARALLEL = 2;
    private static final int LONGEST_DELAY_MILLIS = 120;
    private static final String STATE = "SELECT DISTINCT v || (SELECT count(*) FROM t) FROM t";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"DELETE, false", "WAL, false", "WAL, true"})
    void leavesOneOfBothStates(String journalMode, boolean withOthers) throws Exception {
        inParallel(seed -> {
            Path database =
                    Files.createDirectories(directory.resolve("d" + seed)).resolve("prt.db");
            create(database, journalMode);
            Random random = new Random(seed);
            for (int i = 0; i < KILLS / PARALLEL + 1; i++) {
                try (Connection other = withOthers ? Sql.plain(database) : null) {
                    if (withOthers) {
                        Sql.column(other, STATE);
                    }
                    killARestorer(database, random);
                }
                assertThat(Sql.column(database, STATE))
                        .containsAnyOf("old2000", "new3000")
                        .hasSize(1);
                assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
                assertNothingIsLeft(database);
            }
        });
    }

    /** With a file that no SQLite can read, the restore replaces the file itself. */
    @ParameterizedTest
    @EnumSource
    void leavesTheUselessFileOrTheBackup(Useless useless) throws Exception {
        byte[] garbage = new byte[20_000];
        Arrays.fill(garbage, (byte) '#');
        inParallel(seed -> {
            Path database =
                    Files.createDirectories(directory.resolve("d" + seed)).resolve("prt.db");
            create(database, "DELETE");
            Random random = new Random(seed);
            for (int i = 0; i < KILLS / PARALLEL + 1; i++) {
                Files.delete(database);
                if (useless == Useless.GARBAGE) {
                    Files.write(database, garbage);
                }
                killARestorer(database, random);
                PrtBackup.open(database).close();
                boolean untouched = useless == Useless.MISSING
                        ? !Files.exists(database)
                        : Arrays.equals(Files.readAllBytes(database), garbage);
                if (untouched) {
                    Files.copy(Backups.of(database).get(0).backupPath(), database, StandardCopyOption.REPLACE_EXISTING);
                }
                assertThat(Sql.column(database, STATE))
                        .containsAnyOf("old2000", "new3000")
                        .hasSize(1);
                assertNothingIsLeft(database);
            }
        });
    }

    enum Useless {
        MISSING,
        GARBAGE
    }

    private static void create(Path database, String journalMode) throws Exception {
        try (Connection connection = Sql.plain(database);
                PrtBackup backups = PrtBackup.open(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
            Sql.run(connection, "CREATE TABLE t (v, filling)");
            for (String state : List.of("new3000", "old2000")) {
                String rows = state.substring(3);
                Sql.run(
                        connection,
                        "DELETE FROM t",
                        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < " + rows + ") "
                                + "INSERT INTO t SELECT '" + state.substring(0, 3) + "', hex(randomblob(100)) FROM n");
                backups.createBackupWithComment(state);
            }
        }
    }

    private static void killARestorer(Path database, Random random) throws Exception {
        Process restorer = Jvm.start(Restorer.class, List.of(), database);
        try {
            assertThat(restorer.inputReader().readLine()).isEqualTo("ready");
            Thread.sleep(random.nextInt(LONGEST_DELAY_MILLIS));
        } finally {
            restorer.destroyForcibly();
            restorer.waitFor();
        }
    }

    private static void assertNothingIsLeft(Path database) throws Exception {
        PrtBackup.open(database).close();
        assertThat(Backups.files(database.getParent())).containsExactly("backups", "prt.db");
        assertThat(Backups.files(database.resolveSibling("backups"))).noneMatch(name -> name.startsWith(".tmp"));
        try (PrtBackup backups = PrtBackup.open(database)) {
            long newest = backups.getBackupHistory().get(0).backupId();
            assertThat(backups.verifyBackup(newest).problems()).isEmpty();
        }
    }

    /** A check of one of the databases. */
    @FunctionalInterface
    private interface Work {
        void run(int seed) throws Exception;
    }

    private static void inParallel(Work work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(PARALLEL);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int seed = 0; seed < PARALLEL; seed++) {
                int number = seed;
                tasks.add(() -> {
                    work.run(number);
                    return null;
                });
            }
            for (Future<Void> done : executor.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    /** Restores one backup and the other until it is killed. */
    static final class Restorer {

        private Restorer() {}

        public static void main(String[] arguments) throws Exception {
            try (PrtBackup backups = PrtBackup.open(Path.of(arguments[0]))) {
                System.out.println("ready");
                for (long i = 0; ; i++) {
                    backups.restoreFromBackup(1 + i % 2);
                }
            }
        }
    }
}
