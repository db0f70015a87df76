package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.ProgressHandler;

/** A backup that takes long ends when the statement that it is for is cancelled, and the statement with it. */
class CancelledBackupTest {

    private static final int MEGABYTES = 24;

    @TempDir
    Path directory;

    /** Interrupts while the copy is written: the file that it is written to is there by then. */
    private final class DuringTheCopy extends ProgressHandler {
        private boolean happened;

        @Override
        protected int progress() {
            boolean now = !happened && isCopying();
            happened |= now;
            return now ? 1 : 0;
        }
    }

    private boolean isCopying() {
        Path backups = directory.resolve("backups");
        try (Stream<Path> files = Files.exists(backups) ? Files.list(backups) : Stream.of()) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(".tmp-")
                    && file.toFile().length() > 1 << 20);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "full, DELETE, false",
        "full, WAL, false",
        "full, DELETE, true",
        "incremental, DELETE, false",
        "incremental, WAL, false",
        "incremental, WAL, true"
    })
    void endsWithItsStatement(String strategy, String journalMode, boolean inTransaction) throws Exception {
        Path database = directory.resolve("large.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            Sql.run(plain, "CREATE TABLE big (b)", "CREATE TABLE t (a)");
            for (int i = 0; i < MEGABYTES; i++) {
                Sql.run(plain, "INSERT INTO big VALUES (randomblob(1000000))");
            }
        }
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy);
                Connection other = Sql.plain(database, "busy_timeout=0")) {
            DuringTheCopy handler = new DuringTheCopy();
            ProgressHandler.setHandler(connection, 1, handler);
            connection.setAutoCommit(!inTransaction);
            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(9))
                    .hasMessage("[SQLITE_INTERRUPT] Operation terminated by sqlite3_interrupt() (interrupted)");
            assertThat(handler.happened).isTrue();
            ProgressHandler.clearHandler(connection);

            Sql.run(other, "INSERT INTO t VALUES (2)");
            assertThat(isCopying()).as("an unfinished copy is left").isFalse();
            assertThat(Backups.count(database)).isZero();
            if (inTransaction) {
                // SQLite rolls back the transaction of a write that is interrupted, as plain sqlite-jdbc says as well.
                assertThatThrownBy(connection::rollback).hasMessageContaining("no transaction is active");
            }
            Sql.run(connection, "INSERT INTO t VALUES (3)");
            assertThat(Backups.count(database)).isOne();
            assertThat(Sql.column(other, "SELECT a FROM t ORDER BY a")).isEqualTo(List.of("2", "3"));
        }
    }
}
