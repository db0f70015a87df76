package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must be true of a database and its backups after whatever has happened. */
final class Aftermath {
    private final Path database;
    private final Setup setup;
    private final Diary diary;

    Aftermath(Path database, Setup setup, List<String> events) {
        this.database = database;
        this.setup = setup;
        this.diary = new Diary(events);
    }

    void check() throws Exception {
        checkAllButTraces();
        assertNothingIsLeft();
    }

    /** Where files could not be deleted. */
    void checkAllButTraces() throws Exception {
        if (Files.exists(database)) {
            assertThat(Content.check(database)).isIn(diary.possible());
        } else {
            assertThat(diary.mayBeMissing()).isTrue();
        }
        Map<Long, Long> before = checkBackups();
        assertThat(before).containsAllEntriesOf(diary.manual());
        if (!Files.exists(database)) {
            try (PrtBackup backups = open()) {
                backups.restoreFromBackup(diary.manual().keySet().iterator().next());
            }
        }
        nextBackupWorks(before.keySet());
    }

    private PrtBackup open() throws Exception {
        return PrtBackup.open(database, setup.properties());
    }

    /** All that are listed: their ids and the states they hold. */
    private Map<Long, Long> checkBackups() throws Exception {
        Map<Long, Long> states = new TreeMap<>();
        List<Long> automatic = new ArrayList<>();
        try (PrtBackup backups = open()) {
            List<BackupInfo> history = new ArrayList<>(backups.getBackupHistory());
            history.sort((left, right) -> Long.compare(left.backupId(), right.backupId()));
            for (BackupInfo backup : history) {
                long id = backup.backupId();
                assertThat(backups.verifyBackup(id).problems())
                        .as(backup.toString())
                        .isEmpty();
                Path exported = database.resolveSibling("exported-" + id + ".db");
                backups.exportBackup(id, exported);
                long state = Content.check(exported);
                deleteDatabase(exported);
                assertThat(states.put(id, state)).isNull();
                if (backup.isAuto()) {
                    automatic.add(state);
                }
            }
        }
        int found = 0;
        List<Long> required = diary.automatic(setup.keep());
        for (long state : automatic) {
            if (found < required.size() && required.get(found) == state) {
                found++;
            }
        }
        assertThat(found)
                .as("%s are among the automatic backups, %s", required, automatic)
                .isEqualTo(required.size());
        return states;
    }

    private static void deleteDatabase(Path file) throws Exception {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    private void nextBackupWorks(Set<Long> before) throws Exception {
        Set<Long> ids = new HashSet<>(before);
        ids.add(diary.largestId());
        long largest = ids.stream().mapToLong(Long::longValue).max().orElse(0);
        long state = Content.check(database);
        try (Connection connection = Sql.open(database, setup.parameters())) {
            Sql.run(connection, String.join(";", Content.steps(state)));
        }
        try (PrtBackup backups = open()) {
            BackupInfo automatic = backups.getBackupHistory().get(0);
            assertThat(automatic.isAuto()).isTrue();
            assertThat(automatic.backupId()).isGreaterThan(largest);
            assertThat(backups.verifyBackup(automatic.backupId()).problems()).isEmpty();
            backups.restoreFromBackup(automatic.backupId());
            assertThat(Content.check(database)).isEqualTo(state);
            BackupInfo manual = backups.createBackupWithComment("afterwards");
            assertThat(manual.backupId()).isGreaterThan(automatic.backupId());
        }
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(Backups.files(database.getParent()))
                .allMatch(name -> name.equals("backups") || name.matches("prt\\.db(-wal|-shm|-journal)?"));
        assertThat(Backups.files(database.resolveSibling("backups"))).noneMatch(name -> name.startsWith(".tmp"));
    }
}
