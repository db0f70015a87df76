package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that make one transaction each. The last connection to a database in WAL mode deletes the log. */
class ShortLivesTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void compareNothing(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        for (int i = 0; i < 10; i++) {
            String output = Writers.run(database, "once", i);
            assertThat(Writers.comparisons(output)).as(output).isZero();
        }
        Writers.requireExact(database, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void noticeForeignWritersEveryTime(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        Writers.run(database, "once", 0);
        for (int i = 1; i < 6; i++) {
            try (Connection plain = Sql.plain(database)) {
                Sql.run(plain, "UPDATE t SET b = randomblob(400) WHERE a % 60 = " + i);
            }
            String output = Writers.run(database, "once", i);
            assertThat(Writers.comparisons(output)).as(output).isOne();
        }
        Writers.requireExact(database, 6);
    }

    @Test
    void seeWhatOthersLeftInANewLog() throws Exception {
        Path database = Writers.create(directory, "WAL", 500);
        Writers.run(database, "once", 0);
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "UPDATE t SET b = randomblob(400) WHERE a % 60 = 7");
            String output = Writers.run(database, "once", 1);
            assertThat(Writers.comparisons(output)).as(output).isZero();
        }
        Writers.requireExact(database, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"idle", "reading", "wrote", "writing", "writesLater"})
    void areRightBesideOthers(String what) throws Exception {
        Path database = Writers.create(directory, "WAL", 500);
        for (int i = 0; i < 4; i++) {
            Writers.run(database, "onceBeside", i, what);
        }
        Writers.requireExact(database, 4);
    }

    /** Where the system keeps the time of the last change of the inode, which nobody can set. */
    @Test
    void noticeAWriterWhoSetTheTimeBack() throws Exception {
        Path database = Writers.create(directory, "WAL", 500);
        Writers.run(database, "once", 0);
        FileTime before = Files.getLastModifiedTime(database);
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "UPDATE t SET b = randomblob(400) WHERE a = 30");
        }
        Files.setLastModifiedTime(database, before);
        String output = Writers.run(database, "once", 1);
        assertThat(Writers.comparisons(output)).as(output).isOne();
        Writers.requireExact(database, 2);
    }
}
