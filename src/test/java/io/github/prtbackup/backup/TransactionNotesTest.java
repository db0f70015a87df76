package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next holder of the lock makes of a transaction, whatever happens between its steps. */
class TransactionNotesTest {

    @TempDir
    Path directory;

    private Path database;
    private Writer one;
    private Writer two;

    /** A connection of plain SQLite, and the notes that the driver would leave for it. */
    private static final class Writer implements AutoCloseable {

        final Connection connection;
        final Timeline timeline;
        final PageSource source;
        final TransactionNotes notes;

        Writer(Path database) throws Exception {
            connection = Sql.plain(database, "busy_timeout=0");
            timeline = Timelines.open(Catalogs.open(database.resolveSibling("backups")), database);
            source = new PageSource(database);
            notes = new TransactionNotes(timeline, source.database());
        }

        void write(String sql) throws Exception {
            Sql.run(connection, "BEGIN IMMEDIATE");
            notes.began(source.now(false));
            Sql.run(connection, sql);
        }

        /** What has changed since the newest point, seen under the lock. */
        Changed changed() throws Exception {
            Sql.run(connection, "BEGIN IMMEDIATE");
            try {
                CurrentPages now = source.now(false);
                ByteBuffer encoded =
                        timeline.tail().orElseThrow().newest().header().position();
                byte[] bytes = new byte[encoded.remaining()];
                encoded.get(bytes);
                Position newest = Position.decode(bytes);
                return now.since(newest, notes.since(newest, now));
            } finally {
                Sql.run(connection, "ROLLBACK");
            }
        }

        @Override
        public void close() throws SQLException, IOException {
            connection.close();
            timeline.close();
            source.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        database = Writers.create(directory, "DELETE", 100).toRealPath();
        try (Connection ours = Writers.open(database)) {
            Sql.run(ours, "UPDATE step SET n = 1");
        }
        one = new Writer(database);
        two = new Writer(database);
        assertThat(two.changed()).isInstanceOf(Changed.Complete.class);
    }

    @AfterEach
    void close() throws Exception {
        one.close();
        two.close();
    }

    @Test
    void aMarkThatComesAMomentLaterIsWaitedFor() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        Sql.run(one.connection, "COMMIT");
        CompletableFuture<Void> later = CompletableFuture.runAsync(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            try {
                one.notes.ended(true);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(two.changed()).isInstanceOf(Changed.Complete.class);
        later.join();
    }

    @Test
    void aMarkThatNeverComesIsGivenUp() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        Sql.run(one.connection, "COMMIT");
        assertThat(two.changed()).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void aForeignCommitBetweenCommitAndMarkIsNoticed() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        Sql.run(one.connection, "COMMIT");
        Sql.run(two.connection, "UPDATE t SET b = 6 WHERE a = 90");
        one.notes.ended(true);
        assertThat(two.changed()).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void aForeignCommitAfterTheMarkIsNoticed() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        Sql.run(one.connection, "COMMIT");
        one.notes.ended(true);
        Sql.run(two.connection, "UPDATE t SET b = 6 WHERE a = 90");
        assertThat(two.changed()).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void aForeignCommitInThePlaceOfOneThatWasAnnouncedIsNoticed() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        // As if the process had died here.
        Sql.run(one.connection, "ROLLBACK");
        Sql.run(two.connection, "UPDATE t SET b = 6 WHERE a = 90");
        assertThat(two.changed()).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void oneThatWasAnnouncedAndNeverCommittedChangesNothing() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        one.notes.ending(true);
        Sql.run(one.connection, "ROLLBACK");
        assertThat(two.changed()).isInstanceOf(Changed.Complete.class);
        two.write("UPDATE t SET b = 6 WHERE a = 90");
        two.notes.ending(true);
        Sql.run(two.connection, "COMMIT");
        two.notes.ended(true);
        assertThat(one.changed()).isInstanceOf(Changed.Complete.class);
    }

    @Test
    void oneThatSaysNothingIsMissed() throws Exception {
        one.write("UPDATE t SET b = 5 WHERE a = 50");
        Sql.run(one.connection, "COMMIT");
        two.write("UPDATE t SET b = 6 WHERE a = 90");
        two.notes.ending(true);
        Sql.run(two.connection, "COMMIT");
        two.notes.ended(true);
        assertThat(one.changed()).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void theCounterStandsStillInExclusiveModeAndNothingIsBelieved() throws Exception {
        Sql.run(one.connection, "PRAGMA locking_mode = EXCLUSIVE");
        Sql.run(one.connection, "BEGIN IMMEDIATE");
        one.notes.began(one.source.now(true));
        assertThat(one.notes.areDue()).isFalse();
        Position position = one.source.now(true).position();
        Sql.run(one.connection, "COMMIT", "PRAGMA locking_mode = NORMAL", "BEGIN IMMEDIATE");
        // Nothing was written, and the time is the same: even so.
        assertThat(one.source.now(false).since(Position.decode(position.encode())))
                .isInstanceOf(Changed.Lost.class);
        Sql.run(one.connection, "COMMIT");
    }
}
