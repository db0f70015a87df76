package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.backup.Catalogs;
import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two processes that undo and redo at the same moment take as many steps as both together, and none twice. */
class UndoAtOnceTest {
    private static final int TRANSACTIONS = 14;
    private static final int STEPS = 6;

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource({"DELETE, full", "WAL, full", "WAL, incremental"})
    void eachProcessTakesStepsOfItsOwn(String journalMode, String strategy) throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=100")) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                Sql.run(connection, "INSERT INTO t VALUES (" + i + ")");
            }
        }
        // Somebody else has the database open, so that in WAL mode there is no lock that spans a restore.
        try (Connection reader = Sql.plain(database)) {
            Sql.column(reader, "SELECT count(*) FROM t");
            both(database, "undo");
            assertThat(Sql.number(reader, "SELECT count(*) FROM t")).isEqualTo(TRANSACTIONS - 2 * STEPS);
            both(database, "redo");
            assertThat(Sql.number(reader, "SELECT count(*) FROM t")).isEqualTo(TRANSACTIONS);
        }
    }

    /** What one of two takes back, the other is told of. */
    @ParameterizedTest
    @CsvSource({"DELETE", "WAL"})
    void onlyOneTakesTheSameStep(String journalMode) throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO t VALUES (1), (2)", "DELETE FROM t");
        }
        List<String> told = both(database, "only");
        assertThat(told).containsExactlyInAnyOrder("done\n", "refused\n");
        // Nothing but the order of the two keeps a row without a key from coming back twice.
        assertThat(Sql.column(database, "SELECT n FROM t ORDER BY n")).containsExactly("1", "2");
    }

    @Test
    void theWaitForAnotherCanBeEnded() throws Exception {
        Path database = home.resolve("prt.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t (n)");
        }
        PrtBackup backups = PrtBackup.open(database);
        try (Closeable turn =
                Turn.take(Catalogs.open(home.resolve("backups")), database.toRealPath(), CopyProgress.NONE)) {
            assertThat(turn).isNotNull();
            CompletableFuture<RestoreResult> undo = CompletableFuture.supplyAsync(() -> {
                try {
                    return backups.undo();
                } catch (IOException | SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            backups.cancel();
            assertThatThrownBy(undo::join).hasCauseInstanceOf(CancellationException.class);
        }
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema")).containsExactly("t");
        try (PrtBackup again = PrtBackup.open(database)) {
            again.undo();
        }
        assertThat(Sql.column(database, "SELECT name FROM sqlite_schema")).isEmpty();
    }

    private List<String> both(Path database, String what) throws Exception {
        Path start = home.resolve("start-" + what);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(Jvm.start(Stepping.class, List.of(), database, what, start));
        }
        Files.createFile(start);
        List<String> told = new ArrayList<>();
        for (Process process : processes) {
            told.add(Jvm.await(process));
        }
        return told;
    }

    /** Takes its steps as soon as a file appears. */
    static final class Stepping {

        private Stepping() {}

        public static void main(String[] arguments) throws Exception {
            try (PrtBackup backups = PrtBackup.open(Path.of(arguments[0]))) {
                while (!Files.exists(Path.of(arguments[2]))) {
                    Thread.onSpinWait();
                }
                switch (arguments[1]) {
                    case "undo" -> {
                        for (int i = 0; i < STEPS; i++) {
                            backups.undo();
                        }
                    }
                    case "redo" -> {
                        for (int i = 0; i < STEPS; i++) {
                            backups.redo();
                        }
                    }
                    default -> System.out.println(only(backups) ? "done" : "refused");
                }
            }
        }

        private static boolean only(PrtBackup backups) throws Exception {
            try {
                backups.undoOnly(2);
                return true;
            } catch (UndoRefusedException e) {
                return false;
            }
        }
    }
}
