package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.cli.Cli;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file name may be as long as plain sqlite-jdbc can have it: with room for what SQLite puts
 * behind it, or, without a journal, as long as the file system allows. */
class LongNamesTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "full, DELETE, 247, x",
        "full, WAL, 247, x",
        "full, MEMORY, 255, x",
        "incremental, DELETE, 247, x",
        "incremental, WAL, 247, x",
        "incremental, MEMORY, 255, x",
        "incremental, DELETE, 246, ä",
        "full, DELETE, 244, 😀"
    })
    void asLongAsTheFileSystemAllows(String strategy, String journal, int bytes, String letter) throws Exception {
        directory = directory.toRealPath();
        int letters = (bytes - 4) / letter.getBytes(StandardCharsets.UTF_8).length;
        // Two that differ at the end only.
        Path database = directory.resolve(letter.repeat(letters) + "1.db");
        Path other = directory.resolve(letter.repeat(letters) + "2.db");
        for (int row = 0; row < 3; row++) {
            for (Path path : new Path[] {database, other}) {
                try (Connection connection =
                        Sql.open(path, "backup.strategy=" + strategy, "backup.keep=100", "journal_mode=" + journal)) {
                    Sql.run(connection, "CREATE TABLE IF NOT EXISTS t (n)", "INSERT INTO t VALUES (" + row + ")");
                }
            }
        }
        for (Path path : new Path[] {database, other}) {
            int before = Backups.count(path);
            assertThat(before).isGreaterThanOrEqualTo(4);
            Cli.run("create", path).succeeds();
            assertThat(Backups.count(path)).isEqualTo(before + 1);
            Cli.run("verify", path).succeeds();
            Cli.run("diff", path, Backups.of(path).get(1).backupId(), "now").succeeds();
            Cli.run("log", path, "t", "1").succeeds();
            if (!journal.equals("MEMORY")) {
                goBack(path);
            }
            Path exported =
                    path.resolveSibling("e" + path.getFileName().toString().substring(letter.length()));
            Cli.run("export", path, Backups.newest(path).backupId(), exported).succeeds();
            Cli.run("export", "--force", path, Backups.newest(path).backupId(), exported)
                    .succeeds();
            Files.delete(exported);
            Files.delete(path);
            Cli.run("restore", path, Backups.newest(path).backupId(), "--yes").succeeds();
            assertThat(Sql.number(path, "SELECT count(*) FROM t")).isPositive();
        }
        rebuild(database);
    }

    private static void goBack(Path path) throws Exception {
        Cli.run("undo", path, "--yes").succeeds();
        assertThat(Sql.number(path, "SELECT count(*) FROM t")).isEqualTo(2);
        Cli.run("redo", path, "--yes").succeeds();
        assertThat(Sql.number(path, "SELECT count(*) FROM t")).isEqualTo(3);
    }

    /** The names of files tell which database they are of. */
    private void rebuild(Path database) throws Exception {
        int full = (int) Backups.of(database).stream()
                .filter(backup -> backup.backupPath().toString().endsWith(".db"))
                .count();
        Files.delete(directory.resolve("backups/backup_metadata.json"));
        Files.delete(directory.resolve("backups/.backup_metadata.copy.json"));
        assertThat(Backups.of(database).stream()
                        .filter(backup -> backup.backupPath().toString().endsWith(".db")))
                .hasSize(full);
    }
}
