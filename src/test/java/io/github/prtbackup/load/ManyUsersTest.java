package io.github.prtbackup.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Eight processes of mixed strategies with two threads each, a writer without the driver and a reader work with one database;
 * some make manual backups and delete them, clean up, and restore. In rounds: after each all is checked, and forgotten.
 *
 * <p>{@code -Dprtbackup.load.seconds=240 -Dprtbackup.load.seed=1} goes on for so long in each journal mode.
 */
class ManyUsersTest {
    private static final List<String> STRATEGIES =
            List.of("full", "incremental", "auto", "incremental", "full", "incremental", "auto", "auto");
    private static final long SECONDS = Long.getLong("prtbackup.load.seconds", 0);
    private static final int TRANSACTIONS = SECONDS > 0 ? 24 : 7;
    private static final int ROUNDS = 4;
    private static final int WARM_UP = 2;
    private static final int ALL = 100_000;
    private static final int FEW = 3;
    private static final long SOME_HEAP = 4 << 20;
    /** The lock of the directory may be open once more than needed, until somebody needs it. */
    private static final int SOME_DESCRIPTORS = 4;

    @TempDir
    Path directory;

    private Path database;

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void nothingIsLostAndNothingGrows(String journalMode) throws Exception {
        database = directory.resolve("prt.db");
        Ledger.create(database, journalMode);
        List<Member> writers = new ArrayList<>();
        Member reader = Member.reader(database);
        try {
            for (String strategy : STRATEGIES) {
                writers.add(Member.user(database, strategy, writers.isEmpty()));
            }
            writers.add(Member.plain(database, journalMode));
            rounds(writers, reader);
        } finally {
            reader.close();
            writers.forEach(Member::close);
        }
    }

    private void rounds(List<Member> writers, Member reader) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        long seed = Long.getLong("prtbackup.load.seed", 1);
        Map<Member, Member.Report> early = new HashMap<>();
        long largestId = 0;
        long transactions = 0;
        int round = 0;
        for (; round < ROUNDS || System.nanoTime() < end; round++) {
            // In every second round old ones are deleted all the time.
            int keep = round % 2 == 0 ? ALL : FEW;
            reader.begin();
            for (int i = 0; i < writers.size(); i++) {
                writers.get(i).round(1 + (seed * 1000 + i) * 1000, TRANSACTIONS, keep);
            }
            Round told = new Round();
            for (Member writer : writers) {
                Member.Report report = writer.report();
                told.add(writer.toString(), report.lines());
                if (round < WARM_UP) {
                    early.merge(writer, report, Member.Report::larger);
                } else {
                    assertThat(report.descriptors())
                            .as("descriptors of %s", writer)
                            .isLessThan(early.get(writer).descriptors() + SOME_DESCRIPTORS);
                    assertThat(report.heap())
                            .as("heap of %s", writer)
                            .isLessThan(early.get(writer).heap() + SOME_HEAP);
                }
            }
            reader.stop();
            assertThat(reader.report().lines()).noneMatch("read 0"::equals);
            try {
                largestId = check(told, keep == ALL, largestId);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + e.getMessage(), e);
            }
            transactions += told.done.size();
            reset();
            seed++;
        }
        System.out.println(round + " rounds, " + transactions + " transactions");
    }

    /** What the processes have told of a round. */
    private static final class Round {
        /** The last number of each committed transaction, to the first one where the driver was used. */
        final Map<Long, Long> done = new TreeMap<>();

        final Set<Long> plain = new HashSet<>();
        /** The states that others found and left as they were. */
        final List<Long> rolledBack = new ArrayList<>();

        final Set<Long> manual = new TreeSet<>();
        final Set<Long> deleted = new TreeSet<>();

        void add(String who, List<String> lines) {
            for (String line : lines) {
                String[] words = line.split(" ", -1);
                long number = Long.parseLong(words[1]);
                switch (words[0]) {
                    case "done" -> {
                        long last = Long.parseLong(words[words.length - 1]);
                        done.put(last, number);
                        if (who.equals("plain") || who.equals("sqlite3")) {
                            plain.add(last);
                        }
                    }
                    case "rolled" -> rolledBack.add(number);
                    case "manual", "safety" -> manual.add(number);
                    case "deleted" -> deleted.add(number);
                    case "gone" -> {
                        // Nothing was restored.
                    }
                    default -> throw new AssertionError(who + " has failed: " + String.join("\n", lines));
                }
            }
            manual.removeAll(deleted);
        }
    }

    /** Gives the largest id that was seen. */
    private long check(Round round, boolean allAreKept, long before) throws Exception {
        // The states, by their hashes, that the database has had: which transaction led to each, and from which.
        Map<Long, Long> cameFrom = new HashMap<>();
        Map<Long, Long> hashes = new HashMap<>();
        follow(round, Ledger.check(database), cameFrom, hashes);
        Map<Long, Long> backups = new TreeMap<>();
        List<Long> automatic = new ArrayList<>();
        Set<Long> manual = new TreeSet<>();
        for (BackupInfo backup : Backups.of(database)) {
            assertThat(backup.backupId()).isGreaterThan(before);
            List<Long> numbers = content(backup.backupId());
            long hash = Ledger.ROOT;
            for (long number : numbers) {
                hash = Ledger.next(hash, number);
            }
            assertThat(backups.put(backup.backupId(), hash)).isNull();
            if (backup.isAuto()) {
                automatic.add(hash);
            } else {
                manual.add(backup.backupId());
                // One restore may keep two states, if somebody commits in the middle of it.
                if (!round.manual.contains(backup.backupId())) {
                    assertThat(backup.comment()).startsWith("Safety backup before restore");
                }
                // Also of what a restore has taken away.
                follow(round, numbers, cameFrom, hashes);
            }
        }
        assertThat(hashes.keySet()).containsAll(round.done.keySet());
        assertThat(manual).containsAll(round.manual);
        Set<Long> states = new HashSet<>(cameFrom.keySet());
        states.add(Ledger.ROOT);
        assertThat(states).containsAll(backups.values());
        if (allAreKept) {
            List<Long> met = new ArrayList<>();
            for (long last : round.done.keySet()) {
                if (!round.plain.contains(last)) {
                    met.add(cameFrom.get(hashes.get(last)));
                }
            }
            // Those of what was rolled back give way to the next, unless somebody has restored in between.
            List<Long> others = new ArrayList<>(automatic);
            assertThat(met).allMatch(others::remove);
            List<Long> rolledBack = new ArrayList<>(round.rolledBack);
            assertThat(others).allMatch(rolledBack::remove);
        }
        return backups.keySet().stream().mapToLong(Long::longValue).max().orElse(before);
    }

    /** The way to a state, transaction by transaction. */
    private static void follow(Round round, List<Long> numbers, Map<Long, Long> cameFrom, Map<Long, Long> hashes) {
        long before = Ledger.ROOT;
        for (int i = 0; i < numbers.size(); i++) {
            long first = numbers.get(i);
            long hash = Ledger.next(before, first);
            if (!round.done.containsKey(first)) {
                i++;
                assertThat(round.done).containsEntry(numbers.get(i), first);
                hash = Ledger.next(hash, numbers.get(i));
            }
            long last = numbers.get(i);
            cameFrom.put(hash, before);
            hashes.put(last, hash);
            before = hash;
        }
    }

    private List<Long> content(long id) throws Exception {
        Path exported = directory.resolve("exported.db");
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.verifyBackup(id).problems()).isEmpty();
            backups.exportBackup(id, exported);
        }
        List<Long> numbers = Ledger.check(exported);
        Files.delete(exported);
        return numbers;
    }

    private void reset() throws Exception {
        try (Connection connection = Sql.open(database, "busy_timeout=120000")) {
            Sql.run(connection, Ledger.reset());
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.cleanupAutoBackups(0);
            for (BackupInfo left : backups.getBackupHistory()) {
                backups.deleteBackup(left.backupId());
            }
            assertThat(backups.getBackupHistory()).isEmpty();
        }
        assertThat(Backups.files(directory.resolve("backups")))
                .noneMatch(name -> name.startsWith(".tmp") || name.contains("damaged") || name.contains("unreadable"));
    }
}
