package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells that a file was written. */
class DatabaseFileTest {

    @TempDir
    private Path directory;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("x.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t(a)");
        }
    }

    @Test
    void aWriteAtOnceShowsInTheTime() throws Exception {
        try (DatabaseFile file = DatabaseFile.of(database);
                Connection connection = Sql.plain(database, "synchronous=OFF")) {
            for (int i = 0; i < 200; i++) {
                assertThat(file.settleTime()).isTrue();
                long settled = file.modifiedNanos();
                Sql.run(connection, "INSERT INTO t VALUES (1)");
                assertThat(file.modifiedNanos()).isNotEqualTo(settled);
            }
        }
    }

    @Test
    void aTimeLongAgoStays() throws Exception {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        Files.setLastModifiedTime(database, old);
        try (DatabaseFile file = DatabaseFile.of(database)) {
            assertThat(file.settleTime()).isTrue();
        }
        assertThat(Files.getLastModifiedTime(database)).isEqualTo(old);
    }

    @Test
    void anotherFileAtThePathIsLeftAlone() throws Exception {
        try (DatabaseFile file = DatabaseFile.of(database)) {
            Files.move(database, directory.resolve("y.db"));
            Files.write(database, new byte[100]);
            FileTime time = Files.getLastModifiedTime(database);
            assertThat(file.isCurrent()).isFalse();
            assertThat(file.settleTime()).isFalse();
            assertThat(Files.getLastModifiedTime(database)).isEqualTo(time);
        }
    }
}
