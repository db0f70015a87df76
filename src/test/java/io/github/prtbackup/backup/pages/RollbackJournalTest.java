package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RollbackJournalTest {

    @TempDir
    private Path directory;

    private Path database;
    private Connection connection;
    private DatabaseFile file;

    @BeforeEach
    void open() throws Exception {
        database = directory.resolve("x.db");
        connection = Sql.plain(database);
        Sql.run(connection, "CREATE TABLE t(a)", "CREATE TABLE u(a)", "INSERT INTO u VALUES (1)");
        file = DatabaseFile.of(database);
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "PERSIST"})
    void namesThePagesJustBeforeCommit(String mode) throws Exception {
        Sql.column(connection, "PRAGMA journal_mode = " + mode);
        // What a longer transaction leaves in a journal that is kept.
        Sql.run(connection, "INSERT INTO t VALUES (zeroblob(100000))", "DELETE FROM t");
        Sql.run(connection, "BEGIN");
        assertThat(RollbackJournal.read(file)).isInstanceOf(Changed.Lost.class);
        Sql.run(connection, "UPDATE u SET a = 2");
        assertThat(RollbackJournal.read(file)).isEqualTo(new Changed.Complete(PageList.of(1, 3)));
        Sql.run(connection, "COMMIT");
        assertThat(RollbackJournal.read(file)).isInstanceOf(Changed.Lost.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MEMORY", "OFF"})
    void withoutAJournalFileNothingIsKnown(String mode) throws Exception {
        Sql.column(connection, "PRAGMA journal_mode = " + mode);
        Sql.run(connection, "BEGIN", "UPDATE u SET a = 2");
        assertThat(RollbackJournal.read(file)).isInstanceOf(Changed.Lost.class);
        Sql.run(connection, "COMMIT");
    }

    @Test
    void namesTheLeavesThatComeFromTheFreeListAndAreInNoJournal() throws Exception {
        Sql.run(connection, "INSERT INTO t VALUES (zeroblob(100000))", "DELETE FROM t");
        long free = Sql.number(connection, "PRAGMA freelist_count");
        assertThat(free).isGreaterThan(20);
        Sql.run(connection, "BEGIN", "INSERT INTO t VALUES (zeroblob(40000))");
        assertThat(((Changed.Complete) RollbackJournal.read(file)).pages().size())
                .isGreaterThan((int) free);
        Sql.run(connection, "COMMIT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OFF", "NORMAL", "FULL"})
    void goesOnBehindASpill(String synchronous) throws Exception {
        Sql.run(connection, "PRAGMA synchronous = " + synchronous);
        for (int i = 0; i < 200; i++) {
            Sql.run(connection, "INSERT INTO t VALUES (randomblob(2000))");
        }
        Sql.run(connection, "PRAGMA cache_size = 2", "BEGIN", "UPDATE t SET a = randomblob(2000)");
        int pages = (int) Sql.number(connection, "SELECT count(DISTINCT pageno) FROM dbstat WHERE name = 't'");
        assertThat(((Changed.Complete) RollbackJournal.read(file)).pages().size())
                .isGreaterThanOrEqualTo(pages);
        Sql.run(connection, "COMMIT");
    }

    @Test
    void aForeignCommitBeforeOrAfterIsNoticed() throws Exception {
        FilePosition before = FilePosition.of(file);
        Sql.run(connection, "BEGIN IMMEDIATE", "UPDATE u SET a = 3");
        PageList pages = ((Changed.Complete) RollbackJournal.read(file)).pages();
        Sql.run(connection, "COMMIT");
        FileTransaction ending = FileTransaction.ending(before, true, pages);
        FileTransaction ours = ending.marked(ending.markAt(FilePosition.of(file)));
        assertThat(FilePages.now(file, false).since(before, List.of(ours))).isEqualTo(new Changed.Complete(pages));
        assertThat(FilePages.now(file, false).since(before, List.of())).isInstanceOf(Changed.Lost.class);

        try (Connection other = Sql.plain(database)) {
            Sql.run(other, "UPDATE u SET a = 4");
        }
        assertThat(FilePages.now(file, false).since(before, List.of(ours))).isInstanceOf(Changed.Lost.class);
        assertThat(ending.markAt(FilePosition.of(file))).isEqualTo(FileTransaction.VOID);
        assertThat(FilePages.now(file, false).since(ours.after(), List.of())).isInstanceOf(Changed.Lost.class);
    }

    /** The reason why nothing can be proved there. */
    @Test
    void theCounterStandsStillInExclusiveMode() throws Exception {
        Sql.run(connection, "PRAGMA locking_mode = EXCLUSIVE", "UPDATE u SET a = 3");
        int counter = FilePosition.of(file).changeCounter();
        Sql.run(connection, "UPDATE u SET a = 4");
        FilePosition position = FilePosition.of(file);
        assertThat(position.changeCounter()).isEqualTo(counter);
        assertThat(FilePages.now(file, true).since(position)).isInstanceOf(Changed.Lost.class);
    }
}
