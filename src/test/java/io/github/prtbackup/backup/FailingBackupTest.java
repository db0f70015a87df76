package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.SmallDisk;
import io.github.prtbackup.testing.Sql;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;

/** No backup can be made: nothing is written, nothing is left half, and everything works again afterwards. */
class FailingBackupTest {

    private static final String COUNT = "SELECT count(*) FROM t";
    private static final String INSERT = "INSERT INTO t VALUES ('new')";

    @TempDir
    Path directory;

    private Path database;
    private Path kept;

    @BeforeEach
    void create() throws SQLException {
        database = directory.resolve("prt.db");
        kept = directory.resolve("disk/kept");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (v)",
                    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300) "
                            + "INSERT INTO t SELECT hex(randomblob(150)) FROM n");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void onAFullDiskNothingIsWritten(boolean autocommit, boolean usedBefore) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(kept.getParent(), 1024);
                Connection connection = Sql.open(database, "backup.dir=" + kept)) {
            int backups = 0;
            if (usedBefore) {
                Sql.run(connection, "DELETE FROM t WHERE rowid = 1");
                backups = 1;
            }
            long rows = Sql.number(connection, COUNT);
            connection.setAutoCommit(autocommit);
            disk.leave(60);

            String logged = errorsOf(() -> assertFails(connection, INSERT, kept));

            assertThat(logged).contains("ERROR").contains(kept.toString());
            assertThat(Sql.number(connection, COUNT)).isEqualTo(rows);
            assertThat(Backups.files(kept)).noneMatch(name -> name.startsWith(".tmp"));
            assertThat(history()).isEqualTo(backups);
            disk.leave(-1);
            Sql.run(connection, INSERT);
            if (!autocommit) {
                connection.commit();
            }
            assertThat(Sql.number(database, COUNT)).isEqualTo(rows + 1);
            assertThat(history()).isEqualTo(backups + 1);
            try (PrtBackup all = prtBackup()) {
                Path newest = all.getBackupHistory().get(0).backupPath();
                assertThat(Sql.number(newest, COUNT)).isEqualTo(rows);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onAFullDiskTheWriteGoesOnIfThatIsWanted(boolean autocommit) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(kept.getParent(), 1024);
                Connection connection = Sql.open(database, "backup.dir=" + kept, "backup.on-failure=warn")) {
            disk.leave(0);
            connection.setAutoCommit(autocommit);

            String logged = errorsOf(() -> Sql.run(connection, INSERT));

            if (!autocommit) {
                connection.commit();
            }
            assertThat(Sql.number(database, COUNT)).isEqualTo(301);
            assertThat(logged).contains("WARN").contains(kept.toString());
            assertThat((Throwable) connection.getWarnings()).hasMessageContaining(kept.toString());
            assertThat(Backups.files(kept)).noneMatch(name -> name.startsWith(".tmp"));
        }
    }

    /** At one of these sizes each step fails: the data, the metadata, its copy. */
    @Test
    void whereverTheDiskIsFullThereIsABackupOrNoWrite() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(kept.getParent(), 4096);
                Connection connection = Sql.open(database, "backup.dir=" + kept, "backup.keep=1000")) {
            int backups = 0;
            int failures = 0;
            for (int room = 0; room < 160; room += 4) {
                long rows = Sql.number(connection, COUNT);
                disk.leave(room);
                try {
                    Sql.run(connection, INSERT);
                    backups++;
                    assertThat(Sql.number(connection, COUNT)).isEqualTo(rows + 1);
                } catch (SQLException e) {
                    failures++;
                    assertThat(Sql.number(connection, COUNT)).isEqualTo(rows);
                }
                assertThat(Backups.files(kept)).noneMatch(name -> name.startsWith(".tmp"));
                assertThat(history()).isEqualTo(backups);
            }
            assertThat(failures).isGreaterThan(20);
            assertThat(backups).isPositive();
        }
    }

    @Test
    void inAReadOnlyDirectoryNothingIsWrittenAndTheHistoryCanBeRead() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, INSERT);
        }
        try (SmallDisk disk = SmallDisk.readOnlyCopy(directory.resolve("backups"), kept)) {
            try (Connection connection = Sql.open(database, "backup.dir=" + disk.path())) {
                assertFails(connection, INSERT, disk.path());
                assertThat(Sql.number(connection, COUNT)).isEqualTo(301);
            }
            assertThat(history()).isEqualTo(1);
            try (PrtBackup backups = prtBackup()) {
                assertThat(backups.verifyBackup(1).problems()).isEmpty();
                backups.exportBackup(1, directory.resolve("exported.db"));
            }
            assertThat(Sql.number(directory.resolve("exported.db"), COUNT)).isEqualTo(300);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "file/below", "a\u0000b"})
    void aBackupDirectoryThatCannotBeMade(String name) throws Exception {
        Files.writeString(directory.resolve("file"), "is in the way");
        String path = directory + "/" + name;
        Properties properties = new Properties();
        properties.setProperty("backup.dir", path);
        assertThatThrownBy(() -> {
                    try (Connection connection =
                            DriverManager.getConnection("jdbc:prtbackup:" + database, properties)) {
                        Sql.run(connection, INSERT);
                    }
                })
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(directory.toString());
        assertThat(Sql.number(database, COUNT)).isEqualTo(300);
        assertThat(directory.resolve("file")).hasContent("is in the way");
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedDatabaseLeavesNoBackup(Damage damage) throws Exception {
        damage.apply(database);
        byte[] before = Files.readAllBytes(database);

        try (Connection connection = Sql.open(database)) {
            assertThatThrownBy(() -> Sql.run(connection, INSERT)).isInstanceOf(SQLException.class);
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> Sql.run(connection, INSERT)).isInstanceOf(SQLException.class);
            connection.rollback();
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThatThrownBy(() -> backups.createBackupWithComment(""))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode())
                                    .isIn(SQLiteErrorCode.SQLITE_CORRUPT.code, SQLiteErrorCode.SQLITE_NOTADB.code));
            assertThatThrownBy(() -> backups.autoBackupBeforeOperation("")).isInstanceOf(SQLException.class);
            assertThat(backups.getBackupHistory()).isEmpty();
        }
        assertThat(database).hasBinaryContent(before);
        assertThat(Backups.files(directory.resolve("backups"))).noneMatch(name -> name.startsWith(".tmp"));
    }

    enum Damage {
        HEADER(0, 100),
        PAGE(5 * 4096, 4096),
        MISSING_END(0, 0);

        private final int offset;
        private final int length;

        Damage(int offset, int length) {
            this.offset = offset;
            this.length = length;
        }

        void apply(Path database) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
                byte[] garbage = new byte[length];
                new Random(1).nextBytes(garbage);
                file.seek(offset);
                file.write(garbage);
                if (this == MISSING_END) {
                    file.setLength(file.length() / 2);
                }
            }
        }
    }

    private int history() throws Exception {
        try (PrtBackup backups = prtBackup()) {
            return backups.getBackupHistory().size();
        }
    }

    private PrtBackup prtBackup() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("backup.dir", kept.toString());
        return PrtBackup.open(database, properties);
    }

    private static void assertFails(Connection connection, String sql, Path named) {
        SQLException e = catchThrowableOfType(SQLException.class, () -> Sql.run(connection, sql));
        assertThat((Throwable) e).isNotNull().hasMessageContaining(named.toString());
        assertThat(e.getCause()).isInstanceOf(IOException.class).hasMessageContaining(named.toString());
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    /** What is logged meanwhile. */
    private static String errorsOf(Work work) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }
}
