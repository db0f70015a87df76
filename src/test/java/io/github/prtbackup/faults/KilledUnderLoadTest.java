package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} at random times, while several processes with several threads each write, back up, clean up, fold, delete
 * and restore. Some are killed while the others go on, and those a little later. What they have said up to then is compared
 * with what is there, and the next processes go on with it.
 */
class KilledUnderLoadTest {
    private static final int PROCESSES = 2;
    private static final int LONGEST_MILLIS = 700;
    private static final int ROUNDS_WITH_ONE_DATABASE = 8;
    private static final int LOOKED_INTO = 12;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = Setup.WHERE_PROCESSES_FAIL)
    void nothingIsLostThatWasDone(Setup setup) throws Exception {
        long first = Long.getLong("prtbackup.kills.seed", 1);
        long end = System.nanoTime() + Long.getLong("prtbackup.kills.seconds", 0) * 250_000_000L;
        History history = null;
        long seed = first;
        do {
            if ((seed - first) % ROUNDS_WITH_ONE_DATABASE == 0) {
                Path run = Files.createDirectory(directory.resolve("run-" + seed));
                history = new History(run.resolve("prt.db"), setup);
                Content.create(history.database, setup.journalMode);
            }
            try {
                history.round(seed);
            } catch (AssertionError | Exception e) {
                throw new AssertionError(setup + ", seed " + seed, e);
            }
            seed++;
        } while (System.nanoTime() < end);
        System.out.println(setup + ": killed " + (seed - first) + " times, seeds " + first + " to " + (seed - 1) + ", "
                + history.done.size() + " transactions and " + history.restores
                + " restores in the last database");
    }

    /** A process and the file that takes what it says: with a pipe it would wait, with its locks, until somebody reads. */
    private record Loaded(Process process, Path said) {
        static Loaded start(Path database, Setup setup, String name, long seed) throws IOException {
            Path said = database.getParent().resolveSibling("said-" + name);
            return new Loaded(
                    Jvm.command(LoadedProcess.class, List.of(), database, setup, name, seed)
                            .redirectOutput(said.toFile())
                            .start(),
                    said);
        }

        /** Whole lines: it may be killed while it says something. */
        List<String> lines() throws IOException {
            String text = Files.readString(said);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        }

        void awaitLine(String beginning) throws IOException, InterruptedException {
            while (process.isAlive() && lines().stream().noneMatch(line -> line.startsWith(beginning))) {
                Thread.sleep(2);
            }
        }
    }

    /** What the processes have said of one database, and what was seen of it. */
    private static final class History {
        private final Path database;
        private final Setup setup;
        /** The states that transactions began with, by their names. */
        private final Map<String, Long> begun = new HashMap<>();
        /** The names of the transactions that were done by each thread, in their order, from round to round. */
        private final List<List<List<String>>> rounds = new ArrayList<>();

        private final Set<String> done = new HashSet<>();
        private final Set<Long> manual = new HashSet<>();
        /** The comments of all backups that were ever listed, by their ids. */
        private final Map<Long, String> seen = new HashMap<>();

        private int restores;

        History(Path database, Setup setup) {
            this.database = database;
            this.setup = setup;
        }

        void round(long seed) throws Exception {
            Random random = new Random(seed);
            List<Loaded> processes = new ArrayList<>();
            try {
                for (int i = 0; i < PROCESSES; i++) {
                    processes.add(Loaded.start(database, setup, seed + "-" + i, random.nextLong()));
                }
                for (Loaded process : processes) {
                    process.awaitLine("ready");
                }
                for (Loaded process : processes) {
                    // The first moments, in which classes are loaded, would otherwise be most of the time.
                    if (random.nextInt(4) > 0) {
                        process.awaitLine("done");
                    }
                    Thread.sleep(random.nextInt(LONGEST_MILLIS));
                    process.process.destroyForcibly();
                }
                List<String> told = new ArrayList<>();
                for (Loaded process : processes) {
                    process.process.waitFor();
                    told.addAll(process.lines());
                }
                told.removeIf("ready"::equals);
                check(told);
            } finally {
                processes.forEach(it -> it.process.destroyForcibly());
            }
        }

        private void check(List<String> told) throws Exception {
            Map<String, List<String>> threads = new HashMap<>();
            long highest = 0;
            long lowest = 0;
            boolean isRestored = false;
            Set<Long> mayBeDeleted = new HashSet<>();
            for (String line : told) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "begin" -> {
                        begun.put(words[1], Long.valueOf(words[2]));
                        highest = Math.max(highest, Long.parseLong(words[2]) + 1);
                    }
                    case "done" -> {
                        String thread = words[1].substring(0, words[1].lastIndexOf('-'));
                        threads.computeIfAbsent(thread, absent -> new ArrayList<>())
                                .add(words[1]);
                        done.add(words[1]);
                        lowest = Math.max(lowest, begun.get(words[1]) + 1);
                    }
                    case "manual" -> manual.add(Long.valueOf(words[1]));
                    case "deleting" -> mayBeDeleted.add(Long.valueOf(words[1]));
                    case "restoring" -> {
                        isRestored = true;
                        restores++;
                    }
                    default -> throw new AssertionError(line);
                }
            }
            manual.removeAll(mayBeDeleted);
            rounds.add(List.copyOf(threads.values()));
            long state = Content.check(database);
            if (!isRestored && !told.isEmpty()) {
                assertThat(state).isBetween(lowest, Math.max(lowest, highest));
            }
            checkBackups();
            nextBackupWorks(state);
        }

        private void checkBackups() throws Exception {
            Set<String> listed = new HashSet<>();
            try (PrtBackup backups = PrtBackup.open(database, setup.properties())) {
                List<BackupInfo> history = backups.getBackupHistory();
                assertThat(history).extracting(BackupInfo::backupId).doesNotHaveDuplicates();
                assertThat(history).extracting(BackupInfo::backupId).containsAll(manual);
                int lookedInto = 0;
                for (BackupInfo backup : history) {
                    long id = backup.backupId();
                    String former = seen.putIfAbsent(id, backup.comment());
                    assertThat(backup.comment()).isEqualTo(former == null ? backup.comment() : former);
                    assertThat(backups.verifyBackup(id).problems())
                            .as(backup.toString())
                            .isEmpty();
                    String name = backup.comment().replace("Auto-backup before: ", "");
                    assertThat(listed.add(name) || !backup.isAuto()).isTrue();
                    if (lookedInto++ < LOOKED_INTO) {
                        long state = look(backups, id);
                        assertThat(state).as(backup.toString()).isEqualTo(begun.getOrDefault(name, state));
                    }
                }
                long automatic = history.stream().filter(BackupInfo::isAuto).count();
                checkAutomatic(listed, automatic);
            }
            assertThat(Backups.files(database.getParent()))
                    .allMatch(name -> name.equals("backups") || name.matches("prt\\.db(-wal|-shm|-journal)?"));
            assertThat(Backups.files(database.resolveSibling("backups"))).noneMatch(name -> name.startsWith(".tmp"));
        }

        private long look(PrtBackup backups, long id) throws Exception {
            Path exported = database.resolveSibling("exported.db");
            backups.exportBackup(id, exported);
            try {
                return Content.check(exported);
            } finally {
                for (String suffix : List.of("", "-wal", "-shm")) {
                    Files.deleteIfExists(exported.resolveSibling("exported.db" + suffix));
                }
            }
        }

        /** Of the backups of transactions that were done, the oldest may be gone, if there are enough newer ones. */
        private void checkAutomatic(Set<String> listed, long count) {
            boolean isAnyListed = false;
            for (List<List<String>> round : rounds) {
                boolean isListedInRound = false;
                for (List<String> thread : round) {
                    boolean isListed = isAnyListed;
                    for (String name : thread) {
                        boolean isThere = listed.contains(name);
                        assertThat(isThere || !isListed)
                                .as("the backup before %s is gone, and an older one is not", name)
                                .isTrue();
                        assertThat(isThere || count >= LoadedProcess.FEWEST_KEPT)
                                .as("the backup before %s is gone, and only %d are there", name, count)
                                .isTrue();
                        isListed |= isThere;
                    }
                    isListedInRound |= isListed;
                }
                isAnyListed = isListedInRound;
            }
        }

        private void nextBackupWorks(long state) throws Exception {
            long largest =
                    seen.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
            try (Connection connection = Sql.open(database, setup.parameters())) {
                connection.setClientInfo("backup.operation", "next-" + rounds.size());
                Sql.run(connection, String.join(";", Content.steps(state)));
            }
            try (PrtBackup backups = PrtBackup.open(database, setup.properties())) {
                BackupInfo newest = backups.getBackupHistory().get(0);
                assertThat(newest.comment()).endsWith("next-" + rounds.size());
                assertThat(newest.backupId()).isGreaterThan(largest);
                seen.put(newest.backupId(), newest.comment());
                assertThat(look(backups, newest.backupId())).isEqualTo(state);
            }
        }
    }
}
