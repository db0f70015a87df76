package io.github.prtbackup.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A database that grows past 1 GiB, where SQLite leaves out a page, and shrinks again. Its states are told by a digest that
 * another process makes of the file: this one must not open it. Only part of the long form, see
 * {@link DifferentialHistoryTest}.
 */
class LargeDatabaseTest {

    private static final long LOCK_BYTE = 1L << 30;

    @TempDir
    Path directory;

    private final List<String> expected = new ArrayList<>();
    private Path database;

    @ParameterizedTest
    @CsvSource({"DELETE, 4096", "WAL, 4096", "DELETE, 65536", "WAL, 65536"})
    void everyPointIsTheDatabaseAsItWas(String journalMode, int pageSize) throws Exception {
        if (Long.getLong("prtbackup.differential.seconds", 0) > 0) {
            database = directory.resolve("prt.db").toAbsolutePath();
            create(journalMode, pageSize);
            write();
            check();
        }
    }

    /** Rows of a megabyte up to 8 MB below the limit. */
    private void create(String journalMode, int pageSize) throws Exception {
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA page_size = " + pageSize, "PRAGMA synchronous = OFF");
            Sql.run(plain, "CREATE TABLE t (id INTEGER PRIMARY KEY, b)", "CREATE TABLE u (id INTEGER PRIMARY KEY, n)");
            Sql.run(
                    plain,
                    "INSERT INTO u VALUES (1, 0)",
                    "INSERT INTO t " + rows(1, 1010) + " SELECT x, zeroblob(1048576) FROM c");
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
        }
        assertThat(Files.size(database)).isLessThan(LOCK_BYTE);
    }

    private static String rows(int first, int last) {
        return "WITH RECURSIVE c(x) AS (SELECT " + first + " UNION ALL SELECT x + 1 FROM c WHERE x < " + last + ")";
    }

    private void write() throws Exception {
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(ours, "PRAGMA synchronous = OFF");
            transaction(ours, "UPDATE u SET n = n + 1");
            transaction(ours, "UPDATE t SET b = randomblob(1048576) WHERE id = 1000");
            transaction(ours, "INSERT INTO t " + rows(1011, 1060) + " SELECT x, randomblob(1048576) FROM c");
            assertThat(size(ours)).isGreaterThan(LOCK_BYTE);
            transaction(ours, "UPDATE u SET n = n + 1");
            transaction(ours, "UPDATE t SET b = randomblob(1048576) WHERE id BETWEEN 1005 AND 1035");
            transaction(ours, "DELETE FROM t WHERE id BETWEEN 1010 AND 1050");
            transaction(ours, "INSERT INTO t " + rows(2001, 2030) + " SELECT x, randomblob(1048576) FROM c");
            transaction(ours, "DELETE FROM t WHERE id % 9 = 0");
            transaction(ours, "VACUUM");
            assertThat(size(ours)).isLessThan(LOCK_BYTE);
            transaction(ours, "UPDATE u SET n = n + 1");
            transaction(ours, "INSERT INTO t " + rows(3001, 3130) + " SELECT x, zeroblob(1048576) FROM c");
            transaction(ours, "UPDATE u SET n = n + 1");
        }
    }

    private static long size(Connection connection) throws Exception {
        return Sql.number(connection, "PRAGMA page_count") * Sql.number(connection, "PRAGMA page_size");
    }

    private void transaction(Connection ours, String sql) throws Exception {
        Sql.column(ours, "PRAGMA wal_checkpoint(TRUNCATE)");
        expected.add(Jvm.await(Jvm.start(LargeDatabaseTest.class, List.of(), database)));
        Sql.run(ours, sql);
    }

    private void check() throws Exception {
        Path file = directory.resolve("exported.db");
        try (PrtBackup backups = PrtBackup.open(database)) {
            List<BackupInfo> points = backups.getBackupHistory();
            assertThat(points).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                BackupInfo point = points.get(points.size() - 1 - i);
                backups.exportBackup(point.backupId(), file);
                assertThat(digest(file)).as(point.comment()).isEqualTo(expected.get(i));
                Files.delete(file);
            }
            // One of more than 1 GiB, over one of less, and back.
            for (int i : new int[] {5, 1}) {
                BackupInfo point = points.get(points.size() - 1 - i);
                assertThat(backups.verifyBackup(point.backupId()).problems()).isEmpty();
                backups.restoreFromBackup(point.backupId());
                assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(i == 5 ? 1060 : 1010);
            }
        }
    }

    /** Prints the digest of a file. */
    public static void main(String[] arguments) throws Exception {
        System.out.print(digest(Path.of(arguments[0])));
    }

    /** Fast in any JVM; both together are not right by chance. */
    private static String digest(Path file) throws IOException {
        CRC32 one = new CRC32();
        CRC32C other = new CRC32C();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                one.update(buffer, 0, read);
                other.update(buffer, 0, read);
            }
        }
        return Files.size(file) + " " + one.getValue() + " " + other.getValue();
    }
}
