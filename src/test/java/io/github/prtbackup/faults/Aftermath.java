package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.sqlite.SQLiteConnection;

/** What must be true of a database and its backups after whatever has happened. */
final class Aftermath {
    private static final List<String> LATER = List.of(
            "UPDATE t SET v = 'later ' || hex(randomblob(300)) WHERE id % 2; CREATE TABLE sooner (v)",
            "CREATE TABLE later (v); INSERT INTO later VALUES (randomblob(9000))",
            "UPDATE t SET v = 'last ' || hex(randomblob(200)); DELETE FROM later");

    private final Path database;
    private final Setup setup;
    private final Diary diary;
    private final int told;
    /** Ids that must not be given again, though their backups may be gone. */
    private final Set<Long> used = new HashSet<>();

    Aftermath(Path database, Setup setup, List<String> events) {
        this.database = database;
        this.setup = setup;
        this.diary = new Diary(events);
        this.told = events.size();
    }

    void check() throws Exception {
        checkAllButTraces();
        assertNothingIsLeft();
    }

    /** Where files could not be deleted. */
    void checkAllButTraces() throws Exception {
        checkDatabase();
        List<Backup> backups = checkBackups();
        assertAutomaticAreThere(backups);
        checkOn(backups);
    }

    /**
     * After a loss of power.
     *
     * @param given the automatic backups that were made, also the last one that may not have been finished
     * @param isOlder whether the database is in a state from before the moment
     * @param isSettled whether the first point of the newest timeline is durable, if there is one
     */
    void checkAfterPowerLoss(List<Recording.Given> given, boolean isOlder, boolean isSettled) throws Exception {
        if (!isOlder) {
            checkDatabase();
        }
        List<Backup> backups = checkBackups();
        Map<Long, Long> states = new TreeMap<>();
        given.forEach(backup -> states.put(backup.id(), backup.state()));
        for (Backup backup : backups) {
            // One that was not finished may be found without its record, and gets the next id.
            boolean isFound = backup.id() > largest(states.keySet()) && backup.state() == diary.state();
            if (backup.isAutomatic() && !isFound) {
                assertThat(states).as("what was automatic").containsEntry(backup.id(), backup.state());
            }
        }
        if (setup.isDurable()) {
            assertAutomaticAreThere(backups);
            given.stream().filter(backup -> backup.told() < told).forEach(backup -> used.add(backup.id()));
        } else {
            assertOnlyTheNewestAreMissing(backups, states, isSettled);
        }
        checkOn(backups);
        assertNothingIsLeft();
    }

    private void checkDatabase() throws Exception {
        if (Files.exists(database)) {
            long state = Content.check(database);
            assertThat(state).isIn(diary.possible());
            diary.wrote(state);
        } else {
            assertThat(diary.mayBeMissing()).isTrue();
        }
    }

    /** What is there can be used, and one can go on. */
    private void checkOn(List<Backup> backups) throws Exception {
        Map<Long, Long> states = new TreeMap<>();
        backups.forEach(backup -> states.put(backup.id(), backup.state()));
        assertThat(states).containsAllEntriesOf(diary.manual());
        if (!Files.exists(database)) {
            try (PrtBackup opened = open()) {
                opened.restoreFromBackup(diary.manual().keySet().iterator().next());
            }
        }
        used.addAll(states.keySet());
        if (told % 2 == 0) {
            nextManualWorks();
            nextAutomaticWork();
        } else {
            nextAutomaticWork();
            nextManualWorks();
        }
    }

    private static long largest(Set<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private PrtBackup open() throws Exception {
        return PrtBackup.open(database, setup.properties());
    }

    /** A backup that is listed, and the state it holds. */
    private record Backup(long id, boolean isAutomatic, long state) {}

    /** All that are listed are good. Oldest first. */
    private List<Backup> checkBackups() throws Exception {
        List<Backup> found = new ArrayList<>();
        try (PrtBackup backups = open()) {
            for (BackupInfo backup : backups.getBackupHistory()) {
                long id = backup.backupId();
                assertThat(backups.verifyBackup(id).problems())
                        .as(backup.toString())
                        .isEmpty();
                Path exported = exported(backups, id);
                found.add(0, new Backup(id, backup.isAuto(), Content.check(exported)));
                deleteDatabase(exported);
            }
        }
        assertThat(found).extracting(Backup::id).doesNotHaveDuplicates().noneMatch(diary.gone()::contains);
        found.sort(Comparator.comparingLong(Backup::id));
        return found;
    }

    private Path exported(PrtBackup backups, long id) throws Exception {
        Path exported = database.resolveSibling("exported-" + id + ".db");
        backups.exportBackup(id, exported);
        return exported;
    }

    private void assertAutomaticAreThere(List<Backup> backups) {
        List<Long> automatic =
                backups.stream().filter(Backup::isAutomatic).map(Backup::state).toList();
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
    }

    /** Some of the newest may be lost, but for the first of a timeline that was settled, and none between others. */
    private void assertOnlyTheNewestAreMissing(List<Backup> backups, Map<Long, Long> given, boolean isSettled) {
        List<Long> listed = backups.stream()
                .filter(Backup::isAutomatic)
                .map(Backup::id)
                .filter(id -> !diary.deleted().contains(id))
                .toList();
        if (listed.isEmpty() && !isSettled) {
            return;
        }
        if (listed.isEmpty()) {
            assertThat(diary.automatic(setup.keep())).isEmpty();
            return;
        }
        List<Long> between = given.keySet().stream()
                .filter(id -> id >= listed.get(0) && id <= listed.get(listed.size() - 1))
                .filter(id -> !diary.deleted().contains(id))
                .toList();
        assertThat(listed).containsExactlyElementsOf(between);
    }

    private static void deleteDatabase(Path file) throws Exception {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    /** Three transactions, which write something else than those that followed in the life. */
    private void nextAutomaticWork() throws Exception {
        long state = Content.check(database);
        List<byte[]> images = new ArrayList<>();
        try (Connection connection = Sql.open(database, setup.parameters())) {
            for (String sql : LATER) {
                images.add(image());
                Sql.run(connection, sql);
            }
        }
        assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        try (PrtBackup backups = open()) {
            List<BackupInfo> newest = new ArrayList<>(backups.getBackupHistory().subList(0, images.size()));
            Collections.reverse(newest);
            for (int i = 0; i < images.size(); i++) {
                long id = newest.get(i).backupId();
                assertThat(newest.get(i).isAuto()).isTrue();
                used(id);
                Path exported = exported(backups, id);
                assertThat(Files.readAllBytes(exported))
                        .as("backup %d, of the state before later transaction %d", id, i)
                        .isEqualTo(images.get(i));
                deleteDatabase(exported);
            }
            used(backups.restoreFromBackup(newest.get(0).backupId())
                    .safetyBackup()
                    .orElseThrow()
                    .backupId());
            assertThat(Content.check(database)).isEqualTo(state);
        }
    }

    private void nextManualWorks() throws Exception {
        try (PrtBackup backups = open()) {
            used(backups.createBackupWithComment("afterwards").backupId());
        }
    }

    private void used(long newId) {
        assertThat(newId).isGreaterThan(Math.max(largest(used), diary.largestId()));
        used.add(newId);
    }

    /** The database byte for byte, by a connection of its own: past SQLite the file must not be opened here. */
    private byte[] image() throws SQLException {
        try (Connection plain = Sql.plain(database)) {
            return plain.unwrap(SQLiteConnection.class).serialize("main");
        }
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(Backups.files(database.getParent()))
                .allMatch(name -> name.equals("backups") || name.matches("prt\\.db(-wal|-shm|-journal)?"));
        assertThat(Backups.files(database.resolveSibling("backups"))).noneMatch(name -> name.startsWith(".tmp"));
    }
}
