package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kill -9} at random moments of undo and redo: each is done, and known to be done, or is not at all. */
class KilledUndoTest {

    /** Of each kind; {@code -Dprtbackup.kills=100} for a long run. */
    private static final int KILLS = Integer.getInteger("prtbackup.kills", 6);

    private static final int TRANSACTIONS = 4;
    private static final int LONGEST_DELAY_MILLIS = 250;
    private static final String STATE = "SELECT max(n) || ' ' || count(*) FROM t";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"DELETE, false", "WAL, false", "WAL, true"})
    void whatCanBeUndoneIsWhatIsThere(String journalMode, boolean withOthers) throws Exception {
        Path database = directory.resolve("prt.db");
        create(database, journalMode);
        Random random = new Random(1);
        for (int i = 0; i < KILLS; i++) {
            try (Connection other = withOthers ? Sql.plain(database) : null) {
                if (withOthers) {
                    Sql.column(other, STATE);
                }
                kill(Undoer.class, database, random);
            }
            try (PrtBackup backups = PrtBackup.open(database)) {
                List<BackupInfo> undoable = backups.undoable();
                String state = Sql.column(database, STATE).get(0);
                assertThat(state).isEqualTo(undoable.size() - 1 + " " + 100 * undoable.size());
                if (undoable.size() > 2) {
                    backups.undo();
                    assertThat(backups.undoable()).hasSize(undoable.size() - 1);
                    backups.redo();
                    assertThat(Sql.column(database, STATE)).containsExactly(state);
                }
            }
            assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        }
    }

    @ParameterizedTest
    @CsvSource({"DELETE", "WAL"})
    void theUndoOfOneTransactionIsDoneOrNot(String journalMode) throws Exception {
        Path database = directory.resolve("prt.db");
        create(database, journalMode);
        Random random = new Random(2);
        String rows = "SELECT count(*) || ' ' || count(DISTINCT n) || ' ' || sum(n = 2) FROM t";
        for (int i = 0; i < KILLS; i++) {
            kill(OneUndoer.class, database, random);
            assertThat(Sql.column(database, rows))
                    .containsAnyOf("500 5 100", "400 4 0")
                    .hasSize(1);
            assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
        }
    }

    /** Transaction n + 1 adds a hundred rows; #1 is before the table. */
    private static void create(Path database, String journalMode) throws Exception {
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
        }
        try (Connection connection = Sql.open(database, "backup.keep=100000")) {
            connection.setAutoCommit(false);
            Sql.run(connection, "CREATE TABLE t (n, filling)", filling(0));
            connection.commit();
            for (int i = 1; i <= TRANSACTIONS; i++) {
                Sql.run(connection, filling(i));
                connection.commit();
            }
        }
    }

    private static String filling(int n) {
        return "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100) INSERT INTO t SELECT "
                + n + ", hex(randomblob(200)) FROM c";
    }

    private static void kill(Class<?> victim, Path database, Random random) throws Exception {
        Process process = Jvm.start(victim, List.of(), database);
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("ready");
            Thread.sleep(random.nextInt(LONGEST_DELAY_MILLIS));
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** Goes back and forth until it is killed. */
    static final class Undoer {

        private Undoer() {}

        public static void main(String[] arguments) throws Exception {
            Random random = new Random();
            try (PrtBackup backups = PrtBackup.open(Path.of(arguments[0]))) {
                System.out.println("ready");
                while (true) {
                    if (backups.undoable().size() > 1 && random.nextBoolean()) {
                        backups.undo();
                    } else if (!backups.redoable().isEmpty()) {
                        backups.redo();
                    }
                }
            }
        }
    }

    /** Takes the third transaction back, and that back again, until it is killed. */
    static final class OneUndoer {

        private OneUndoer() {}

        public static void main(String[] arguments) throws Exception {
            try (PrtBackup backups = PrtBackup.open(Path.of(arguments[0]))) {
                System.out.println("ready");
                while (true) {
                    BackupInfo newest = backups.undoable().get(0);
                    if (newest.comment().contains("undo of")) {
                        backups.undo();
                    } else {
                        backups.undoOnly(3);
                    }
                }
            }
        }
    }
}
