package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With nothing after it, a transaction of any kind that is taken back alone leaves what was there before it. */
class UndoOnlyLastTest {
    /** {@code -Dprtbackup.histories=100} for a long run, {@code -Dprtbackup.seed} for one that failed. */
    private static final int HISTORIES = Integer.getInteger("prtbackup.histories", 4);

    private static final int FIRST_SEED = Integer.getInteger("prtbackup.seed", 1);
    private static final int TRANSACTIONS = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void leavesWhatWasThereBefore(String strategy) throws Exception {
        int undone = 0;
        for (int seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
            Random random = new Random(seed);
            RandomDatabase statements = new RandomDatabase(random);
            Path database =
                    Files.createDirectories(directory.resolve(strategy + seed)).resolve("prt.db");
            List<List<String>> story = new ArrayList<>();
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=1000")) {
                story.add(statements.first());
                RandomDatabase.run(connection, story.get(0));
                for (int i = 0; i < TRANSACTIONS; i++) {
                    List<String> changes = statements.changes(5);
                    story.add(changes);
                    Map<String, List<String>> before = withoutStatistics(Content.of(database));
                    connection.setAutoCommit(false);
                    RandomDatabase.run(connection, changes);
                    connection.commit();
                    connection.setAutoCommit(true);
                    Map<String, List<String>> after = withoutStatistics(Content.of(database));
                    if (!after.equals(before) && undoLast(database, "seed " + seed + " " + story)) {
                        assertThat(withoutStatistics(Content.of(database)))
                                .as("seed %d %s", seed, story)
                                .isEqualTo(before);
                        undone++;
                    }
                }
            }
        }
        assertThat(undone).isPositive();
    }

    private static boolean undoLast(Path database, String story) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            BackupInfo last = backups.undoable().get(0);
            try {
                backups.undoOnly(last.backupId());
                return true;
            } catch (UndoRefusedException e) {
                assertThat(e.conflicts()).as(story).isEmpty();
                assertThat(e).as(story).hasMessageContaining("cannot be undone alone: it changed the");
                return false;
            }
        }
    }

    private static Map<String, List<String>> withoutStatistics(Map<String, List<String>> content) {
        content.keySet().removeIf(table -> table.startsWith("sqlite_stat"));
        return content;
    }
}
