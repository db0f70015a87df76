package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database that was detached, and replaced before it is attached again. */
class DetachedDatabaseTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"DELETE, false", "WAL, false", "DELETE, true", "WAL, true"})
    void eachPointIsOfTheFileThatIsAttached(String journalMode, boolean inOneString) throws Exception {
        Path file = create("b.db", journalMode, 1);
        Path other = create("other.db", journalMode, 1000);
        String attach = "ATTACH '" + file + "' AS b";
        try (Connection ours = Sql.open(directory.resolve("prt.db"), "backup.strategy=incremental")) {
            Sql.run(ours, attach, "UPDATE b.t SET a = a + 1", "DETACH b");
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            if (inOneString) {
                Sql.run(ours, attach + "; UPDATE b.t SET a = a + 1; DETACH b");
                Sql.run(ours, attach + "; UPDATE b.t SET a = a + 1; DETACH b");
            } else {
                Sql.run(ours, attach, "UPDATE b.t SET a = a + 1", "UPDATE b.t SET a = a + 1");
            }
        }
        List<String> values = new ArrayList<>();
        for (Path point : Backups.export(file, directory)) {
            values.addAll(Sql.column(point, "SELECT a FROM t"));
        }
        assertThat(values).containsExactly("1", "1000", "1001");
    }

    private Path create(String name, String journalMode, int value) throws Exception {
        Path file = directory.resolve(name);
        try (Connection plain = Sql.plain(file)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE t (a)", "INSERT INTO t VALUES (" + value + ")");
        }
        return file;
    }
}
