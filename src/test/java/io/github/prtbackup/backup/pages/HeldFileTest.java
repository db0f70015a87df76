package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.io.FileInputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading SQLite's files past SQLite leaves the process's locks on them alone. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class HeldFileTest {

    private static final String WRITE = "INSERT INTO t VALUES (1)";

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

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void locksSurviveReadingAndCollectionAndInterrupts(String mode) throws Exception {
        try (Connection connection = Sql.plain(database);
                ForeignWriter foreign = new ForeignWriter(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + mode);
            foreign.tell("PRAGMA busy_timeout = 50");
            Sql.run(connection, "BEGIN IMMEDIATE");
            try (PageSource source = new PageSource(database)) {
                source.now(false).read(1, 1, new byte[4096], 0);
            }
            for (int i = 0; i < 3; i++) {
                System.gc();
                Thread.sleep(20);
            }
            Thread interrupted = new Thread(() -> readWhileInterrupted(database));
            interrupted.start();
            interrupted.join();
            assertThat(foreign.tell(WRITE)).contains("SQLITE_BUSY");

            Sql.run(connection, "COMMIT");
            assertThat(foreign.tell(WRITE)).isEqualTo("ok");
        }
    }

    private static void readWhileInterrupted(Path database) {
        Thread.currentThread().interrupt();
        try (PageSource source = new PageSource(database)) {
            source.now(false).read(1, 1, new byte[4096], 0);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Fact 1, the reason for all this. If it fails, this system is a friendlier one. */
    @Test
    void closingAnyOtherDescriptorDropsThem() throws Exception {
        try (Connection connection = Sql.plain(database);
                ForeignWriter foreign = new ForeignWriter(database)) {
            foreign.tell("PRAGMA busy_timeout = 50");
            Sql.run(connection, "BEGIN IMMEDIATE");
            assertThat(foreign.tell(WRITE)).contains("SQLITE_BUSY");
            new FileInputStream(database.toFile()).close();
            assertThat(foreign.tell(WRITE)).isEqualTo("ok");
        }
    }

    @Test
    void oneFileIsOneObjectAndAnotherAtItsPathIsAnother() throws Exception {
        HeldFile first = HeldFile.hold(database).orElseThrow();
        Path link = Files.createSymbolicLink(directory.resolve("link.db"), database);
        assertThat(HeldFile.hold(link)).containsSame(first);

        Path other = Files.write(directory.resolve("other"), new byte[] {1, 2, 3});
        Files.move(other, database, StandardCopyOption.REPLACE_EXISTING);
        HeldFile second = HeldFile.hold(database).orElseThrow();
        assertThat(second).isNotSameAs(first);
        assertThat(second.length()).isEqualTo(3);
        assertThat(first.length()).isGreaterThan(3);
    }

    /** SQLite deletes the wal-index with the last connection. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void walIndexesThatWereDeletedTakeNoDescriptors() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = Sql.plain(database, "journal_mode=WAL");
                    PageSource source = new PageSource(database)) {
                Sql.run(connection, "BEGIN IMMEDIATE");
                source.now(false);
                Sql.run(connection, "COMMIT", WRITE);
            }
        }
        assertThat(openWalIndexes()).isLessThanOrEqualTo(1);
    }

    private long openWalIndexes() throws Exception {
        long count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    count += target.startsWith(database + "-shm") ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // Closed since.
                }
            }
        }
        return count;
    }

    @Test
    void aMissingFileIsNone() throws Exception {
        assertThat(HeldFile.hold(directory.resolve("none"))).isEmpty();
    }
}
