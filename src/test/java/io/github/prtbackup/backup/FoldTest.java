package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disk use stays near one base and the changes that are kept, however short the programs are. */
class FoldTest {

    private static final int KEEP = 5;

    /** Points in a segment of the log, which has to be full before anything is folded. */
    private static final int SEGMENT = 256;

    @TempDir
    Path directory;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = WAL");
            Sql.run(plain, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, zeroblob(100000))");
            Sql.run(plain, "INSERT INTO t VALUES (2, 0)");
        }
    }

    @Test
    void manyShortConnections() throws Exception {
        for (int i = 0; i < 3 * SEGMENT; i++) {
            try (Connection ours = open(database)) {
                Sql.run(ours, "UPDATE t SET b = b + 1 WHERE a = 2");
            }
            if (i % SEGMENT == SEGMENT - 1) {
                assertThat(Backups.count(database)).isLessThanOrEqualTo(SEGMENT + KEEP);
            }
        }
        assertSmall(1);
    }

    @Test
    void anInterruptedThreadClosesToo() throws Exception {
        for (int i = 0; i < 2 * SEGMENT; i++) {
            try (Connection ours = open(database)) {
                Sql.run(ours, "UPDATE t SET b = b + 1 WHERE a = 2");
                Thread.currentThread().interrupt();
            }
            assertThat(Thread.interrupted()).isTrue();
        }
        assertSmall(1);
    }

    @Test
    void processesThatEndWithoutClosing() throws Exception {
        for (int i = 0; i < 8; i++) {
            assertThat(Jvm.await(Jvm.start(ShortProgram.class, List.of(), database, SEGMENT / 2 + 1)))
                    .doesNotContain("WARN");
        }
        assertSmall(3);
    }

    /** The points that are left are good, and the log is not longer than so many segments, and the one that is filled. */
    private void assertSmall(int segments) throws Exception {
        Path backups = directory.resolve("backups");
        long stored = 0;
        for (String file : Backups.files(backups)) {
            stored += Files.size(backups.resolve(file));
        }
        List<BackupInfo> points = Backups.of(database);
        assertThat(points).hasSizeBetween(KEEP, segments * SEGMENT + SEGMENT);
        assertThat(stored).isLessThan(Files.size(database) + (segments + 1L) * SEGMENT * 3 * 4096);
        long newest = points.get(points.size() - 1).backupId();
        assertThat(Sql.column(Backups.export(database, directory).get(0), "SELECT b FROM t WHERE a = 2"))
                .containsExactly(String.valueOf(newest - points.size()));
    }

    private static Connection open(Path database) throws SQLException {
        return Sql.open(database, "backup.strategy=incremental", "backup.keep-points=" + KEEP, "synchronous=OFF");
    }

    /** A program that forgets to close its connection, and is gone before anything in the background is done. */
    static final class ShortProgram {
        public static void main(String[] arguments) throws Exception {
            Connection ours = open(Path.of(arguments[0]));
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                Sql.run(ours, "UPDATE t SET b = b + 1 WHERE a = 2");
            }
            Runtime.getRuntime().halt(0);
        }
    }
}
