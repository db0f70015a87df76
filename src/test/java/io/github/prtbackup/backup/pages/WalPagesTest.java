package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the proofs in WAL mode rest on, and what they must refuse. */
class WalPagesTest {

    @TempDir
    private Path directory;

    private Path database;
    private Connection connection;
    private PageSource source;

    @BeforeEach
    void open() throws Exception {
        database = directory.resolve("x.db");
        reopen("");
        Sql.column(connection, "PRAGMA journal_mode = WAL");
        Sql.run(connection, "CREATE TABLE t(a)", "CREATE TABLE u(a)");
        source = new PageSource(database);
    }

    @AfterEach
    void close() throws Exception {
        source.close();
        connection.close();
    }

    private void reopen(String parameter) throws Exception {
        connection = parameter.isEmpty() ? Sql.plain(database) : Sql.plain(Path.of("file:" + database), parameter);
        Sql.run(connection, "PRAGMA wal_autocheckpoint = 0", "PRAGMA cache_size = 2");
    }

    @Test
    void theCountRisesWithEachCommitAndWithNothingElse() throws Exception {
        int before = commits();
        write(1);
        assertThat(commits()).isEqualTo(before + 1);
        Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (zeroblob(100000))", "ROLLBACK");
        Sql.run(connection, "BEGIN IMMEDIATE", "COMMIT", "DELETE FROM t WHERE a = 'none'");
        for (String mode : new String[] {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
            Sql.column(connection, "PRAGMA wal_checkpoint(" + mode + ")");
            Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (zeroblob(100000))", "ROLLBACK");
        }
        Sql.column(database, "SELECT count(*) FROM t");
        assertThat(commits()).isEqualTo(before + 1);
        Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (1)", "INSERT INTO u VALUES (1)", "COMMIT");
        assertThat(commits()).isEqualTo(before + 2);
        Sql.column(connection, "PRAGMA wal_checkpoint");
        write(1);
        assertThat(commits()).isEqualTo(before + 3);
    }

    @Test
    void aRestartRaisesTheFirstSalt() throws Exception {
        write(1);
        int before = firstSalt();
        restart();
        assertThat(firstSalt()).isEqualTo(before + 1);
    }

    @Test
    void framesAfterThePositionAreComplete() throws Exception {
        write(3);
        Position then = now().position();
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.EMPTY, true));
        Sql.run(connection, "INSERT INTO u VALUES (1)");
        write(2);
        assertThat(now().since(foreign(then))).isEqualTo(new Changed.Complete(PageList.of(2, 3), true));
    }

    /** The numbers of an empty log say the same each time: 0 salts, 0 frames, 0 commits. */
    @Test
    void whatOthersDidBetweenTwoShortLivesIsNotMissed() throws Exception {
        source.close();
        connection.close();
        reopen("");
        Position then = now().position();
        source.close();
        connection.close();

        try (Connection other = Sql.plain(database)) {
            Sql.run(other, "INSERT INTO t VALUES ('unseen')");
        }
        reopen("");
        assertThat(now().since(then)).isInstanceOf(Changed.Lost.class);
        assertThat(now().since(foreign(then))).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void oneRestartAfterThePositionIsComplete() throws Exception {
        write(3);
        Position then = now().position();
        restart();
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.of(2), true));
        // As if another process had been here: the end of the log before can still be seen in the file.
        assertThat(now().since(foreign(then))).isEqualTo(new Changed.Complete(PageList.of(2), true));
    }

    @Test
    void commitsOfTheLogBeforeAreLost() throws Exception {
        write(3);
        Position then = now().position();
        Sql.run(connection, "INSERT INTO u VALUES (1)");
        restart();
        assertThat(now().since(then)).isInstanceOf(Changed.Lost.class);
        assertThat(now().since(foreign(then))).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void whatTheLogBeforeHeldIsUnknownToOthersOnceItIsOverwritten() throws Exception {
        write(1);
        Position then = now().position();
        Sql.column(connection, "PRAGMA wal_checkpoint");
        Sql.run(connection, "INSERT INTO t VALUES (zeroblob(100000))");
        assertThat(now().since(then)).isInstanceOf(Changed.Complete.class);
        assertThat(now().since(foreign(then))).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void twoRestartsAreLost() throws Exception {
        write(4);
        Position then = now().position();
        restart();
        restart();
        assertThat(now().since(then)).isInstanceOf(Changed.Lost.class);
        assertThat(now().since(foreign(then))).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void anEmptiedLogIsCompleteIfNothingWasCommitted() throws Exception {
        write(3);
        Position then = now().position();
        Sql.column(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.EMPTY, true));
        assertThat(now().since(foreign(then))).isInstanceOf(Changed.Lost.class);

        Position empty = now().position();
        write(1);
        assertThat(now().since(empty)).isEqualTo(new Changed.Complete(PageList.of(2), true));
    }

    @Test
    void aRolledBackSpillIsNoChange() throws Exception {
        write(3);
        Position then = now().position();
        Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (zeroblob(100000))", "INSERT INTO u VALUES (1)", "ROLLBACK");
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.EMPTY, true));
        Sql.column(connection, "PRAGMA wal_checkpoint");
        Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (zeroblob(9000))", "INSERT INTO u VALUES (1)", "ROLLBACK");
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.EMPTY, true));
        write(1);
        assertThat(now().since(then)).isEqualTo(new Changed.Complete(PageList.of(2), true));
    }

    /** With psow=0 the last frame of a commit is repeated up to the end of the sector, and each copy looks like a commit. */
    @Test
    void copiesThatFillASectorAreNotCountedAsCommits() throws Exception {
        source.close();
        connection.close();
        connection = Sql.plain(database);
        Sql.run(connection, "PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM");
        Sql.column(connection, "PRAGMA journal_mode = WAL");
        connection.close();
        reopen("psow=0");
        Sql.run(connection, "PRAGMA synchronous = FULL");
        write(3);
        Position then = now().position();
        write(1);
        int frames = ((WalPosition) now().position()).frames() - ((WalPosition) then).frames();
        assertThat(frames).as("frames of a commit of one page").isGreaterThan(1);

        Position before = now().position();
        restart();
        assertThat(now().since(before)).isInstanceOf(Changed.Complete.class);
        // Two commits unseen, and copies enough in the present log to make up for them.
        write(2);
        restart();
        assertThat(now().since(before)).isInstanceOf(Changed.Lost.class);
    }

    @Test
    void anExclusiveConnectionIsReadFromTheLogItself() throws Exception {
        source.close();
        connection.close();
        // An index that a crash has left, and which a connection that is exclusive from the start does not look at.
        connection = Sql.plain(database);
        Sql.run(connection, "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA wal_autocheckpoint = 0");
        write(3);
        Position then = source.now(true).position();
        assertThat(source.now(true).since(then)).isEqualTo(new Changed.Complete(PageList.EMPTY));
        Sql.run(connection, "INSERT INTO u VALUES (1)");
        CurrentPages now = source.now(true);
        assertThat(now.since(then)).isEqualTo(new Changed.Complete(PageList.of(3)));
        restart();
        assertThat(source.now(true).since(now.position())).isEqualTo(new Changed.Complete(PageList.of(2)));
        byte[] page = new byte[4096];
        byte[] image = ((org.sqlite.SQLiteConnection) connection).serialize("main");
        for (int number = 1; number <= now.pages(); number++) {
            source.now(true).read(number, 1, page, 0);
            assertThat(page).isEqualTo(java.util.Arrays.copyOfRange(image, (number - 1) * 4096, number * 4096));
        }
    }

    private CurrentPages now() throws Exception {
        Sql.run(connection, "BEGIN IMMEDIATE");
        try {
            return source.now(false);
        } finally {
            Sql.run(connection, "ROLLBACK");
        }
    }

    private void write(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            Sql.run(connection, "INSERT INTO t VALUES (" + i + ")");
        }
    }

    private void restart() throws Exception {
        Sql.column(connection, "PRAGMA wal_checkpoint");
        write(1);
    }

    private int commits() throws Exception {
        return ((WalPosition) now().position()).commits();
    }

    private int firstSalt() throws Exception {
        return (int) (((WalPosition) now().position()).salts() >>> 32);
    }

    /** The same position, taken by another process. */
    private static Position foreign(Position position) {
        WalPosition p = (WalPosition) position;
        return new WalPosition(
                p.salts(),
                p.frames(),
                p.checksum(),
                p.commits(),
                p.counted(),
                p.goesOn(),
                p.pages(),
                p.pageSize(),
                p.jvm() + 1,
                p.nanos());
    }
}
