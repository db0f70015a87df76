package io.github.prtbackup.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.cli.Cli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;

/** What the automatic backups of one database have to be: for each a copy of the database that was taken before it. */
final class Model {

    /** A transaction of which a backup is expected. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Expected(String transaction, byte[] before, boolean required) {
        boolean isStateOf(byte[] content) {
            // A new file has its first page before it can be locked.
            boolean bothEmpty = before.length == 0 && Image.isEmpty(content);
            return bothEmpty
                    || Arrays.equals(before, content)
                    || Arrays.equals(before, Image.withoutUnusedPages(content));
        }
    }

    private final Path database;
    private final Path scratch;
    private final NavigableMap<Long, Expected> expected = new TreeMap<>();

    private byte[] last = new byte[0];
    private long newest;

    /** How many of the newest must be there; those before may be gone. */
    private int kept = Integer.MAX_VALUE;

    private long compared;

    Model(Path database, Path scratch) {
        this.database = database;
        this.scratch = scratch;
    }

    /** Automatic backups found and compared byte for byte, each time counted. */
    long compared() {
        return compared;
    }

    /** How many have been made. */
    int size() {
        return expected.size();
    }

    /** Older ones may go. */
    void keep(int points) {
        kept = Math.min(kept, points);
    }

    /** A copy, once in memory if nothing has changed since the one before. */
    byte[] remember(byte[] image) {
        if (!Arrays.equals(last, image)) {
            last = image;
        }
        return last;
    }

    /** One transaction is over: it has left one backup if it changed anything, and may have left one if not. */
    void ended(String transaction, byte[] before, byte[] after) throws Exception {
        ended(List.of(new Expected(transaction, before, isChange(before, after))));
    }

    /** BEGIN IMMEDIATE and COMMIT give an empty file its first page, and write nothing. */
    static boolean isChange(byte[] before, byte[] after) {
        return !Arrays.equals(withoutCounters(before), withoutCounters(after))
                && !(before.length == 0 && Image.isEmpty(after));
    }

    private static byte[] withoutCounters(byte[] image) {
        byte[] copy = image.clone();
        if (copy.length > 0) {
            Arrays.fill(copy, 24, 28, (byte) 0);
            Arrays.fill(copy, 92, 96, (byte) 0);
        }
        return copy;
    }

    /** Several transactions are over, each of which has left one backup, or need not have if it is not required. */
    void ended(List<Expected> transactions) throws Exception {
        try (PrtBackup backups = open()) {
            List<BackupInfo> made = automatic(backups).stream()
                    .filter(backup -> backup.backupId() > newest)
                    .toList();
            List<byte[]> contents = new ArrayList<>();
            for (BackupInfo backup : made) {
                contents.add(export(backups, backup));
            }
            int[] left = match(contents, transactions);
            for (int i = 0; i < transactions.size(); i++) {
                if (left[i] > left[i + 1]) {
                    newest = made.get(made.size() - left[i]).backupId();
                    expected.put(newest, transactions.get(i));
                }
            }
            assertThat(left[0])
                    .as("the backups %s are the states before%s", made, differences(transactions, contents))
                    .isEqualTo(made.size());
        }
    }

    /**
     * Finds a transaction for each backup, in order, so that none is left over that requires one.
     *
     * @return for each transaction, and behind the last, how many backups, counted from the end, it and those after it
     *     have left
     */
    private static int[] match(List<byte[]> contents, List<Expected> transactions) {
        int backups = contents.size();
        int size = transactions.size();
        // fits[i][j]: the last j backups are those of the transactions from i on.
        boolean[][] fits = new boolean[size + 1][backups + 1];
        fits[size][0] = true;
        for (int i = size - 1; i >= 0; i--) {
            Expected one = transactions.get(i);
            for (int j = 0; j <= backups; j++) {
                boolean skipped = !one.required && fits[i + 1][j];
                fits[i][j] = skipped || (j > 0 && fits[i + 1][j - 1] && one.isStateOf(contents.get(backups - j)));
            }
        }
        int[] left = new int[size + 1];
        left[0] = fits[0][backups] ? backups : -1;
        for (int i = 0; i < size && left[0] >= 0; i++) {
            boolean skipped = !transactions.get(i).required && fits[i + 1][left[i]];
            left[i + 1] = skipped ? left[i] : left[i] - 1;
        }
        return left;
    }

    private static String differences(List<Expected> transactions, List<byte[]> contents) {
        StringBuilder text = new StringBuilder();
        for (Expected one : transactions) {
            text.append("\n    ").append(one.required ? "[required] " : "").append(one.transaction);
            for (byte[] content : contents) {
                text.append("\n        ").append(Image.difference(one.before, content));
            }
        }
        return text.toString();
    }

    /** Looks at all that are there, oldest first: none is missing, each is what it was, and none is damaged. */
    void check(boolean verify) throws Exception {
        try (PrtBackup backups = open()) {
            List<BackupInfo> present = automatic(backups);
            assertThat(present).extracting(BackupInfo::backupId).isSubsetOf(expected.keySet());
            // Those whose transactions changed nothing have given way.
            NavigableMap<Long, Expected> staying = new TreeMap<>(expected);
            staying.values().removeIf(one -> !one.required);
            assertThat(present.size()).isGreaterThanOrEqualTo(Math.min(kept, staying.size()));
            if (!present.isEmpty()) {
                List<Long> ids = present.stream().map(BackupInfo::backupId).toList();
                assertThat(staying.tailMap(firstPoint(present)).keySet())
                        .as("no gap")
                        .isSubsetOf(ids);
            }
            for (BackupInfo backup : present) {
                requireExact(backups, backup);
                if (verify) {
                    assertThat(backups.verifyBackup(backup.backupId()).problems())
                            .as("backup #%d", backup.backupId())
                            .isEmpty();
                }
            }
        }
    }

    /** The commands say the same. */
    void checkByCommandLine(Random random) throws Exception {
        try (PrtBackup backups = open()) {
            List<BackupInfo> present = automatic(backups);
            if (present.isEmpty()) {
                return;
            }
            List<Long> listed = new ArrayList<>();
            Cli.run("list", database, "--json")
                    .succeeds()
                    .json()
                    .get("backups")
                    .forEach(one -> listed.add(one.get("backup_id").asLong()));
            assertThat(listed)
                    .containsAll(present.stream().map(BackupInfo::backupId).toList());
            long id = present.get(random.nextInt(present.size())).backupId();
            Cli.run("verify", database, id).succeeds();
            Path file = scratch.resolve("exported-by-command.db");
            Files.deleteIfExists(file);
            Cli.run("export", database, id, file).succeeds();
            assertThat(expected.get(id).isStateOf(Files.readAllBytes(file))).isTrue();
        }
    }

    /** Full backups, of an empty file for one, are kept by another rule. */
    private static long firstPoint(List<BackupInfo> present) {
        return present.stream()
                .filter(Model::isPoint)
                .mapToLong(BackupInfo::backupId)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    static boolean isPoint(BackupInfo backup) {
        return backup.backupPath().toString().endsWith(".base");
    }

    /** Those made now and the copy that each must be. */
    Map<Long, Expected> expected() {
        return expected;
    }

    void requireExact(PrtBackup backups, BackupInfo backup) throws Exception {
        byte[] content = export(backups, backup);
        Expected transaction = expected.get(backup.backupId());
        assertThat(transaction.isStateOf(content))
                .as(
                        "backup #%d is not any more what it was before [%s]: %s",
                        backup.backupId(), transaction.transaction, Image.difference(transaction.before, content))
                .isTrue();
    }

    private byte[] export(PrtBackup backups, BackupInfo backup) throws Exception {
        Path file = scratch.resolve("exported.db");
        Files.deleteIfExists(file);
        backups.exportBackup(backup.backupId(), file);
        compared++;
        return Files.readAllBytes(file);
    }

    PrtBackup open() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", "10000");
        return PrtBackup.open(database, properties);
    }

    static List<BackupInfo> automatic(PrtBackup backups) throws Exception {
        return backups.getBackupHistory().stream()
                .filter(BackupInfo::isAuto)
                .sorted((one, other) -> Long.compare(one.backupId(), other.backupId()))
                .toList();
    }
}
