package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real files with changed bytes, with the checksums left wrong or put right: whatever they say, there is a result or a clear
 * error, in bounded time and heap, and the database loses nothing.
 *
 * <p>{@code -Dprtbackup.hostile.seconds=600 -Dprtbackup.hostile.seed=1} runs each case for so long. A failure tells its seed.
 */
class MutatedFilesTest {
    private static final int SHORT_FORM = 20;

    @TempDir
    Path directory;

    @FunctionalInterface
    private interface Round {
        void run(Random random, long seed) throws Exception;
    }

    private static void rounds(Round round) throws Exception {
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("prtbackup.hostile.seconds", 0))
                        .toNanos();
        long first = Long.getLong("prtbackup.hostile.seed", 1);
        for (long seed = first; seed < first + SHORT_FORM || System.nanoTime() < end; seed++) {
            try {
                round.run(new Random(seed), seed);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void aChangedFileOfTheBackupDirectory(String strategy, String journalMode) throws Exception {
        Path database = directory.resolve("a.db");
        Path backups = directory.resolve("backups");
        String[] parameters = {"backup.strategy=" + strategy, "journal_mode=" + journalMode, "backup.keep-points=5"};
        try (Connection connection = Sql.open(database, parameters)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t(v)",
                    "INSERT INTO t VALUES (zeroblob(9000))",
                    "INSERT INTO t VALUES (2)");
            connection.setAutoCommit(false);
            Sql.run(connection, "INSERT INTO t VALUES (3)");
            connection.commit();
        }
        Map<String, byte[]> good = read(backups);
        byte[] image = Files.readAllBytes(database);
        rounds((random, seed) -> {
            reset(backups, good);
            Files.write(database, image);
            List<String> names = new ArrayList<>(good.keySet());
            String name = names.get(random.nextInt(names.size()));
            byte[] mutated = new Mutations(random).mutate(good.get(name));
            if (name.endsWith(".head") && random.nextInt(4) > 0) {
                Mutations.repairHead(mutated);
            } else if (name.endsWith(".log") && random.nextInt(4) > 0) {
                Mutations.repairLog(mutated);
            }
            write(backups.resolve(name), mutated);
            exercise(database, name, parameters);
        });
    }

    private void exercise(Path database, String name, String... parameters) throws Exception {
        long rows = Sql.number(database, "SELECT count(*) FROM t");
        for (int i = 0; i < 2; i++) {
            Bounded.Outcome outcome = Bounded.run("a write with " + name, () -> {
                try (Connection connection = Sql.open(database, parameters)) {
                    Sql.run(connection, "INSERT INTO t VALUES (4)");
                }
                return null;
            });
            rows += outcome == Bounded.Outcome.RESULT ? 1 : 0;
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(rows);
        }
        Bounded.run("the Java API with " + name, () -> {
            try (PrtBackup backups = PrtBackup.open(database)) {
                for (BackupInfo info : backups.getBackupHistory()) {
                    boolean good =
                            backups.verifyBackup(info.backupId()).problems().isEmpty();
                    Bounded.Outcome restored = Bounded.run("restore", () -> backups.restoreFromBackup(info.backupId()));
                    assertThat(restored)
                            .as("%s", info)
                            .isEqualTo(good ? Bounded.Outcome.RESULT : Bounded.Outcome.REFUSED);
                    assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
                }
                backups.cleanupAutoBackups(1);
            }
            return null;
        });
    }

    /** What SQLite makes of it is what the next backup must hold. */
    @ParameterizedTest
    @CsvSource({"incremental, WAL", "full, WAL", "incremental, DELETE", "full, DELETE"})
    void aChangedLogOrJournal(String strategy, String journalMode) throws Exception {
        Path live = Files.createDirectory(directory.resolve("live")).resolve("a.db");
        String suffix = journalMode.equals("WAL") ? "-wal" : "-journal";
        String[] parameters = {"backup.strategy=" + strategy, "journal_mode=" + journalMode};
        Map<String, byte[]> beside;
        Map<String, byte[]> backups;
        try (Connection connection = Sql.open(live, parameters)) {
            Sql.run(connection, "PRAGMA cache_size = 10", "CREATE TABLE t(v)", "INSERT INTO t VALUES (zeroblob(9000))");
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            connection.setAutoCommit(false);
            // More than the cache holds, so that it is in the log or in the file before it is committed.
            Sql.run(connection, "UPDATE t SET v = randomblob(100000)", "INSERT INTO t VALUES (zeroblob(100000))");
            beside = read(live.getParent());
            backups = read(live.resolveSibling("backups"));
            connection.rollback();
        }
        beside.remove("a.db-shm");
        assertThat(beside).containsKey("a.db" + suffix);
        rounds((random, seed) -> {
            Path own = Files.createDirectory(directory.resolve("round-" + seed));
            byte[] mutated = new Mutations(random).mutate(beside.get("a.db" + suffix));
            for (String side : List.of("plain", "ours")) {
                reset(Files.createDirectory(own.resolve(side)), beside);
                write(own.resolve(side).resolve("a.db" + suffix), mutated);
            }
            reset(Files.createDirectory(own.resolve("ours").resolve("backups")), backups);
            Path ours = own.resolve("ours").resolve("a.db");
            List<List<String>> expected = new ArrayList<>();
            Bounded.Outcome plain = Bounded.run(
                    "plain", () -> expected.add(content(own.resolve("plain").resolve("a.db"))));
            Bounded.Outcome outcome = Bounded.run("a write", () -> {
                try (Connection connection = Sql.open(ours, parameters)) {
                    Sql.run(connection, "INSERT INTO t VALUES (5)");
                }
                return null;
            });
            if (plain == Bounded.Outcome.RESULT && outcome == Bounded.Outcome.RESULT) {
                try (PrtBackup made = PrtBackup.open(ours)) {
                    Path exported = own.resolve("exported.db");
                    made.exportBackup(Backups.newest(ours).backupId(), exported);
                    assertThat(content(exported)).isEqualTo(expected.get(0));
                }
            }
        });
    }

    private static List<String> content(Path database) throws Exception {
        return Sql.column(database, "SELECT quote(v) FROM t ORDER BY rowid");
    }

    private static Map<String, byte[]> read(Path from) throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : Backups.files(from)) {
            Path file = from.resolve(name);
            if (Files.isRegularFile(file) && !name.equals(".prtbackup.lock")) {
                files.put(name, Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void reset(Path into, Map<String, byte[]> files) throws Exception {
        for (String name : Backups.files(into)) {
            if (!name.equals(".prtbackup.lock")) {
                Files.delete(into.resolve(name));
            }
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            write(into.resolve(file.getKey()), file.getValue());
        }
    }

    /** A new file each time, because a process may still have the old one mapped or open. */
    private static void write(Path file, byte[] bytes) throws IOException {
        Path complete = Files.write(file.resolveSibling("writing"), bytes);
        Files.move(complete, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
