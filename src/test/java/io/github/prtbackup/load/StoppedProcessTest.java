package io.github.prtbackup.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.ChildJvm;
import io.github.prtbackup.files.LockChild;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process is stopped while it has a lock of the backup directory, and gives nothing back. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 100, unit = TimeUnit.SECONDS)
class StoppedProcessTest {

    /** Longer than the test: who waits for that time fails it. */
    private static final String WAITS = "busy_timeout=1000000";

    @TempDir
    Path directory;

    private Path database;
    private Path backups;

    @BeforeEach
    void realPaths() throws Exception {
        database = directory.toRealPath().resolve("prt.db");
        backups = database.resolveSibling("backups");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental", "auto"})
    void openingAndReadingDoNotWait(String strategy) throws Exception {
        create("backup.strategy=" + strategy);
        try (ChildJvm holder = stopped("hold");
                Connection connection = Sql.open(database, "backup.strategy=" + strategy, WAITS)) {
            assertThat(Sql.column(connection, "SELECT a FROM t")).containsExactly("1");
            assertThat(Backups.of(database)).hasSize(2);
            assertThat(holder).isNotNull();
        }
    }

    @Test
    void whoStoresPagesDoesNotWait() throws Exception {
        create("backup.strategy=incremental");
        try (ChildJvm holder = stopped("hold");
                Connection connection = Sql.open(database, "backup.strategy=incremental", WAITS)) {
            Sql.run(connection, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
            assertThat(Backups.of(database)).hasSize(4);
            assertThat(holder).isNotNull();
        }
    }

    @Test
    void whoCopiesTheDatabaseWaitsForHisBusyTimeout() throws Exception {
        create("backup.strategy=full");
        Path other = directory.resolve("other.db");
        try (ChildJvm holder = stopped("hold");
                Connection connection = Sql.open(database, "backup.strategy=full", "busy_timeout=300");
                Connection neighbour =
                        Sql.open(other, "backup.strategy=incremental", "busy_timeout=300", "backup.dir=" + backups)) {
            for (Connection writer : new Connection[] {connection, neighbour}) {
                assertThatThrownBy(() -> Sql.run(writer, "CREATE TABLE u (a)"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("busy")
                        .hasMessageContaining(backups.resolve(".prtbackup.lock").toString())
                        .hasMessageContaining("the statement was not run")
                        .hasCauseInstanceOf(java.io.IOException.class);
            }
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (2)"))
                    .hasMessageContaining("busy");
            assertThat(Sql.column(connection, "SELECT a FROM t")).containsExactly("1");
            holder.kill();
            Sql.run(connection, "INSERT INTO t VALUES (3)");
            connection.commit();
            Sql.run(neighbour, "CREATE TABLE u (a)");
        }
        assertThat(Sql.column(database, "SELECT a FROM t")).containsExactly("1", "3");
        assertThat(Backups.of(database)).hasSize(3);
        assertThat(backups.toFile().list((folder, name) -> name.startsWith(".tmp-")))
                .isEmpty();
    }

    @Test
    void aFoldThatIsStoppedKeepsNobodyFromWriting() throws Exception {
        create("backup.strategy=incremental");
        try (ChildJvm holder = stopped("fold");
                Connection connection = Sql.open(database, "backup.strategy=incremental", WAITS)) {
            Sql.run(connection, "INSERT INTO t VALUES (2)");
            assertThat(holder).isNotNull();
        }
        assertThat(Sql.column(database, "SELECT a FROM t")).containsExactly("1", "2");
    }

    /** Two transactions. */
    private void create(String strategy) throws Exception {
        try (Connection connection = Sql.open(database, strategy)) {
            Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
        }
    }

    private ChildJvm stopped(String what) throws Exception {
        ChildJvm child = ChildJvm.start(LockChild.class, backups, what, database);
        assertThat(child.readLine()).isEqualTo("held");
        child.stop();
        return child;
    }
}
