package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody deletes the backup directory under a connection, and another process, whose ids begin with 1 again, makes one
 * with files of the same names.
 */
class DeletedDirectoryTest {

    @TempDir
    Path directory;

    /** With as many writes as the connection has made, the new file has the length of the deleted one. */
    @ParameterizedTest
    @CsvSource({"DELETE, 2", "DELETE, 1", "DELETE, 5", "WAL, 2", "WAL, 1", "WAL, 5"})
    void noWriteGoesOnWithoutABackup(String journalMode, int writesOfOther) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (a)", "INSERT INTO t VALUES (0)");
        }
        List<String> before = new ArrayList<>();
        try (Connection ours = Sql.open(database, "backup.strategy=incremental")) {
            for (int i = 0; i < 2; i++) {
                Sql.run(ours, "UPDATE t SET a = a + 1");
            }
            delete(directory.resolve("backups"));
            for (int i = 0; i < writesOfOther; i++) {
                before.add(String.valueOf(2 + i));
            }
            Jvm.await(Jvm.start(Writer.class, List.of(), database, writesOfOther));
            for (int i = 0; i < 4; i++) {
                String value = Sql.column(ours, "SELECT a FROM t").get(0);
                try {
                    Sql.run(ours, "UPDATE t SET a = a + 1");
                    before.add(value);
                } catch (SQLException e) {
                    assertThat(e.getMessage()).contains("created anew");
                    assertThat(Sql.column(ours, "SELECT a FROM t")).containsExactly(value);
                }
            }
        }
        assertThat(before).hasSizeGreaterThanOrEqualTo(writesOfOther + 3);
        List<String> values = new ArrayList<>();
        for (Path point : Backups.export(database, directory)) {
            values.addAll(Sql.column(point, "SELECT a FROM t"));
        }
        assertThat(values).isEqualTo(before);
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            all.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** The other process. */
    static final class Writer {
        public static void main(String[] args) throws Exception {
            try (Connection ours = Sql.open(Path.of(args[0]), "backup.strategy=incremental")) {
                for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                    Sql.run(ours, "UPDATE t SET a = a + 1");
                }
            }
        }
    }
}
