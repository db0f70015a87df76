package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories with undo, redo and restore in them, beside a model that is two stacks of states. */
class UndoPropertyTest {
    /** {@code -Dprtbackup.histories=100} for a long run, {@code -Dprtbackup.seed} for one that failed. */
    private static final int HISTORIES = Integer.getInteger("prtbackup.histories", 2);

    private static final int FIRST_SEED = Integer.getInteger("prtbackup.seed", 1);
    private static final int STEPS = 40;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void everyStepLeadsToTheStateOfTheModel(String strategy, String journalMode) throws Exception {
        for (int seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
            Path home = Files.createDirectories(directory.resolve(strategy + journalMode + seed));
            try (History history = new History(home.resolve("prt.db"), strategy, journalMode, seed)) {
                for (int i = 0; i < STEPS; i++) {
                    history.step();
                }
            }
        }
    }

    /** One history, and what it should be. */
    private static final class History implements AutoCloseable {
        private final Path database;
        private final Connection connection;
        private final Random random;
        private final RandomDatabase statements;
        private final List<String> story = new ArrayList<>();

        /** The ids of what can be undone, oldest first. */
        private List<Long> undo = new ArrayList<>();

        private final List<Long> redo = new ArrayList<>();
        private boolean isForeign;
        private final Map<Long, Map<String, List<String>>> states = new HashMap<>();
        private final Map<Long, List<Long>> stacks = new HashMap<>();

        History(Path database, String strategy, String journalMode, int seed) throws Exception {
            this.database = database;
            this.random = new Random(seed);
            this.statements = new RandomDatabase(random);
            try (Connection plain = Sql.plain(database)) {
                Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            }
            this.connection =
                    Sql.open(database, "backup.strategy=" + strategy, "backup.keep=1000", "foreign_keys=true");
            story.add(strategy + " " + journalMode + " seed " + seed);
            write(statements.first(), true);
        }

        void step() throws Exception {
            int kind = random.nextInt(20);
            if (kind < 7) {
                write(statements.changes(6), random.nextInt(6) > 0);
            } else if (kind < 8) {
                writeWithoutBackup();
            } else if (kind < 12) {
                undo();
            } else if (kind < 13) {
                undoFurther();
            } else if (kind < 17) {
                redo();
            } else if (kind < 18) {
                restore();
            } else if (kind < 19) {
                deleteAnOldSafetyBackup();
            } else {
                try (PrtBackup backups = PrtBackup.open(database)) {
                    keep(backups.createBackupWithComment("mine").backupId(), Content.of(database));
                }
            }
        }

        private void write(List<String> changes, boolean commits) throws Exception {
            story.add((commits ? "write " : "write and roll back ") + changes);
            Map<String, List<String>> before = Content.of(database);
            long newest = newest();
            connection.setAutoCommit(false);
            RandomDatabase.run(connection, changes);
            if (!commits || !hasCommitted()) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
            if (newest() > newest) {
                keep(newest(), before);
                undo.add(newest());
                redo.clear();
                isForeign = false;
            }
        }

        /** A foreign key may be left for the commit to refuse. */
        private boolean hasCommitted() throws SQLException {
            try {
                connection.commit();
                return true;
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("FOREIGN KEY constraint failed");
                return false;
            }
        }

        private void writeWithoutBackup() throws Exception {
            Map<String, List<String>> before = Content.of(database);
            try (Connection plain = Sql.plain(database, "busy_timeout=5000")) {
                Sql.run(
                        plain,
                        "CREATE TABLE IF NOT EXISTS foreigner (n)",
                        "INSERT INTO foreigner VALUES (" + random.nextInt() + ")");
            }
            isForeign |= !Content.of(database).equals(before);
            story.add("write without a backup");
        }

        private void undo() throws Exception {
            story.add("undo");
            try (PrtBackup backups = PrtBackup.open(database)) {
                assertThat(ids(backups.undoable())).as(story()).isEqualTo(reversed(undo));
                if (undo.isEmpty()) {
                    assertThatThrownBy(backups::undo).isInstanceOf(UndoRefusedException.class);
                } else {
                    Map<String, List<String>> before = Content.of(database);
                    requireRestored(backups.undo(), undo.get(undo.size() - 1), before);
                }
            }
        }

        private void undoFurther() throws Exception {
            if (undo.isEmpty()) {
                return;
            }
            long id = undo.get(random.nextInt(undo.size()));
            story.add("undo " + id);
            try (PrtBackup backups = PrtBackup.open(database)) {
                Map<String, List<String>> before = Content.of(database);
                requireRestored(backups.undo(id), id, before);
            }
        }

        private void redo() throws Exception {
            story.add("redo");
            try (PrtBackup backups = PrtBackup.open(database)) {
                boolean isGone = !redo.isEmpty()
                        && backups.getBackupHistory().stream()
                                .noneMatch(backup -> backup.backupId() == redo.get(redo.size() - 1));
                if (redo.isEmpty() || isForeign || isGone) {
                    Map<String, List<String>> before = Content.of(database);
                    assertThatThrownBy(backups::redo).as(story()).isInstanceOf(UndoRefusedException.class);
                    assertThat(Content.of(database)).as(story()).isEqualTo(before);
                } else {
                    Map<String, List<String>> before = Content.of(database);
                    requireRestored(backups.redo(), redo.get(redo.size() - 1), before);
                }
            }
        }

        private void restore() throws Exception {
            try (PrtBackup backups = PrtBackup.open(database)) {
                List<BackupInfo> all = backups.getBackupHistory();
                if (all.isEmpty()) {
                    return;
                }
                long id = all.get(random.nextInt(all.size())).backupId();
                story.add("restore " + id);
                Map<String, List<String>> before = Content.of(database);
                requireRestored(backups.restoreFromBackup(id), id, before);
            }
        }

        private void deleteAnOldSafetyBackup() throws Exception {
            try (PrtBackup backups = PrtBackup.open(database)) {
                List<BackupInfo> manual = backups.getBackupHistory().stream()
                        .filter(backup -> !backup.isAuto())
                        .toList();
                if (!manual.isEmpty()) {
                    BackupInfo deleted = manual.get(random.nextInt(manual.size()));
                    story.add("delete " + deleted.backupId());
                    backups.deleteBackup(deleted.backupId());
                }
            }
        }

        private void requireRestored(RestoreResult result, long id, Map<String, List<String>> before) throws Exception {
            assertThat(result.restored().backupId()).as(story()).isEqualTo(id);
            assertThat(Content.of(database)).as(story()).isEqualTo(states.get(id));
            long safety = result.safetyBackup().orElseThrow().backupId();
            keep(safety, before);
            if (redo.contains(id)) {
                while (redo.remove(redo.size() - 1) != id) {
                    story.add("skipped");
                }
            } else {
                redo.add(safety);
            }
            undo = new ArrayList<>(stacks.get(id));
            isForeign = false;
        }

        /** What a backup holds, and what could be undone there. */
        private void keep(long id, Map<String, List<String>> state) {
            states.put(id, state);
            stacks.put(id, new ArrayList<>(undo));
        }

        private long newest() throws Exception {
            try (PrtBackup backups = PrtBackup.open(database)) {
                return backups.getBackupHistory().stream()
                        .mapToLong(BackupInfo::backupId)
                        .max()
                        .orElse(0);
            }
        }

        private static List<Long> ids(List<BackupInfo> backups) {
            return backups.stream().map(BackupInfo::backupId).toList();
        }

        private static List<Long> reversed(List<Long> ids) {
            List<Long> reversed = new ArrayList<>(ids);
            Collections.reverse(reversed);
            return reversed;
        }

        private String story() {
            return String.join("\n", story);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
