package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.SmallDisk;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An incremental backup and the present state: what the driver knows of the changes since is not looked for in all pages. */
class PresentStateTest {
    private static final String PARAMETERS = "backup.strategy=incremental";
    private static final String ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            + " INSERT INTO t SELECT i, hex(randomblob(500)) FROM n";

    @TempDir
    Path home;

    private Path database;
    private final Properties settings = new Properties();
    private final List<Long> copied = new ArrayList<>();

    @BeforeEach
    void setUp() {
        database = home.resolve("prt.db");
    }

    private void make(String journalMode) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            Sql.run(
                    connection,
                    "PRAGMA journal_mode = " + journalMode,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
                    ROWS);
        }
    }

    private List<String> changes(Version from, Version to) throws IOException, SQLException {
        copied.clear();
        try (PrtBackup backups = PrtBackup.open(database, settings)) {
            backups.setProgressListener((done, total) -> copied.add(total));
            try (DatabaseDiff diff = backups.diff(from, to)) {
                return diff.tables().stream().map(Compared::inWords).toList();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "WAL"})
    void onlyWhatHasChangedIsCopied(String journalMode) throws Exception {
        make(journalMode);
        try (Connection connection = Sql.open(database, PARAMETERS)) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");
            Sql.run(connection, "UPDATE t SET a = 'two' WHERE id = 20000");
            Sql.run(connection, "INSERT INTO t VALUES (20001, 'three')");

            assertThat(changes(Version.of(3), Version.NOW)).containsExactly("t +1 ~0 -0 []");
            assertThat(changes(Version.NOW, Version.of(3))).containsExactly("t +0 ~0 -1 []");
            assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +1 ~2 -0 [a]");
            assertThat(copied).isEmpty();
        }
        assertThat(changes(Version.of(2), Version.NOW)).containsExactly("t +1 ~1 -0 [a]");
        assertThat(copied).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void whatSomebodyElseWritesIsFound(String journalMode) throws Exception {
        make(journalMode);
        try (Connection connection = Sql.open(database, PARAMETERS);
                Connection other = Sql.plain(database)) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");
            Sql.run(other, "UPDATE t SET a = 'other' WHERE id = 10000", "DELETE FROM t WHERE id > 19000");

            assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~2 -1000 [a]");
            // The log names everybody's pages, a rollback journal only our own.
            assertThat(copied.isEmpty()).isEqualTo(journalMode.equals("WAL"));

            Sql.run(other, "PRAGMA incremental_vacuum", "VACUUM");
            assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~2 -1000 [a]");
        }
        try (Connection other = Sql.plain(database)) {
            Sql.run(other, "DELETE FROM t WHERE id = 5");
        }
        assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~2 -1001 [a]");
    }

    @Test
    void whoWritesForLongIsNotWaitedFor() throws Exception {
        make("WAL");
        try (Connection connection = Sql.open(database, PARAMETERS)) {
            connection.setAutoCommit(false);
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");

            assertThat(changes(Version.of(1), Version.NOW)).isEmpty();
            assertThat(copied).isNotEmpty();
            connection.commit();
            assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~1 -0 [a]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void whoHasTheDatabaseToHimselfIsLeftAlone(String journalMode) throws Exception {
        make(journalMode);
        settings.setProperty("busy_timeout", "100");
        try (Connection connection = Sql.open(database, PARAMETERS + "&locking_mode=EXCLUSIVE")) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");

            assertThatThrownBy(() -> changes(Version.of(1), Version.NOW))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SQLITE_BUSY");
        }
    }

    @Test
    void aDatabaseThatCanOnlyBeReadIsCompared() throws Exception {
        Path data = Files.createDirectory(home.resolve("data"));
        Path kept = home.resolve("kept");
        database = data.resolve("prt.db");
        make("DELETE");
        try (Connection connection = Sql.open(database, PARAMETERS + "&backup.dir=" + kept)) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");
        }
        settings.setProperty("backup.dir", kept.toString());
        try (SmallDisk disk = SmallDisk.readOnly(data, data)) {
            assertThat(disk.path()).isEqualTo(data);
            assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~1 -0 [a]");
        }
    }

    @Test
    void theNextBackupKnowsAsMuchAsWithoutTheLook() throws Exception {
        make("WAL");
        try (Connection connection = Sql.open(database, PARAMETERS)) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");
        }
        assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~1 -0 [a]");
        try (Connection connection = Sql.open(database, PARAMETERS)) {
            Sql.run(connection, "UPDATE t SET a = 'two' WHERE id = 2");
        }
        assertThat(changes(Version.of(1), Version.of(2))).containsExactly("t +0 ~1 -0 [a]");
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.getBackup(2).sizeBytes()).isLessThan(100_000);
            assertThat(backups.verifyBackup(2).problems()).isEmpty();
        }
    }

    @Test
    void aListOfFreePagesThatIsNoneIsInNobodysWay() throws Exception {
        make("DELETE");
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek(32);
            file.writeInt(0x7000_0000);
        }
        try (Connection connection = Sql.open(database, PARAMETERS)) {
            Sql.run(connection, "UPDATE t SET a = 'one' WHERE id = 1");
            Sql.run(connection, "UPDATE t SET a = 'two' WHERE id = 2");
        }

        assertThat(changes(Version.of(1), Version.NOW)).containsExactly("t +0 ~2 -0 [a]");
        assertThat(changes(Version.of(1), Version.of(2))).containsExactly("t +0 ~1 -0 [a]");
    }

    /** Writes to two rows that lie far from each other, in this process and in another one, with checkpoints in between. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            write(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        }

        static void write(Path database, int transactions) throws SQLException {
            try (Connection connection = Sql.open(database, PARAMETERS + "&busy_timeout=60000")) {
                for (int i = 0; i < transactions; i++) {
                    connection.setAutoCommit(false);
                    Sql.run(
                            connection,
                            "UPDATE t SET a = a + 1 WHERE id = 1",
                            "UPDATE t SET a = (SELECT a FROM t WHERE id = 1) WHERE id = 20000");
                    connection.commit();
                    connection.setAutoCommit(true);
                    if (i % 20 == 7) {
                        Sql.column(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void whileOthersWriteItIsAStateThatACommitHasMade(String journalMode) throws Exception {
        make(journalMode);
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "UPDATE t SET a = 0 WHERE id IN (1, 20000)");
        }
        Writer.write(database, 1);
        Process other = Jvm.start(Writer.class, List.of(), database, "150");
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.setProgressListener((done, total) -> copied.add(total));
            Future<?> here = executor.submit(() -> {
                Writer.write(database, 150);
                return null;
            });
            long last = 1;
            int looks = 0;
            int copies = 0;
            while (!here.isDone() || other.isAlive()) {
                copied.clear();
                long now = sum(backups);
                looks++;
                copies += copied.isEmpty() ? 0 : 1;
                assertThat(now).isGreaterThanOrEqualTo(last);
                last = now;
            }
            here.get();
            Jvm.await(other);
            assertThat(sum(backups)).isEqualTo(301);
            assertThat(copies).isLessThan(looks);
        } finally {
            executor.shutdown();
        }
    }

    /** How many transactions there were by now: both rows say so. */
    private static long sum(PrtBackup backups) throws IOException, SQLException {
        try (DatabaseDiff diff = backups.diff(Version.of(1), Version.NOW);
                RowChanges rows = diff.rows("t")) {
            String first = rows.next().after().orElseThrow().value("a").toString();
            assertThat(rows.next().after().orElseThrow().value("a")).hasToString(first);
            assertThat(rows.next()).isNull();
            return Long.parseLong(first);
        }
    }
}
