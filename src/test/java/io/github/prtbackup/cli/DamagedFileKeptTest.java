package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged database is kept as a safety backup when it is replaced; the commands know it for what it is. */
class DamagedFileKeptTest {

    @TempDir
    Path home;

    private Path database;

    /** #1 is before the table, #2 before the row, #3 before 'b', #4 the wreck, #5 before 'c'. */
    @BeforeEach
    void wreckAndRestore() throws Exception {
        database = home.resolve("d.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, v)",
                    "INSERT INTO t VALUES (1, 'a')",
                    "UPDATE t SET v = 'b'");
        }
        overwrite(database, 100);
        Cli.run("restore", database, 3, "--yes");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "UPDATE t SET v = 'c'");
        }
    }

    /** Overwrites the beginning of a file with what is no header. */
    private static void overwrite(Path file, int count) throws Exception {
        byte[] noise = new byte[count];
        new Random(1).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(noise), 0);
        }
    }

    @Test
    void logLeavesItOutAndGoesOn() {
        Cli.Result log = Cli.run("log", database, "t", 1);

        assertThat(log.status()).isEqualTo(0);
        assertThat(log.err().lines())
                .singleElement()
                .asString()
                .startsWith("prtbackup: warning: backup #4 cannot be read and is left out: ")
                .contains("SQLITE_NOTADB");
        assertThat(log.out()).matches("""
                        Between #2 of .* and #3 of .*: SQL: INSERT t
                          \\+ id=1, v='a'
                        Between #5 of .* and now: SQL: UPDATE t \\(v\\)
                          ~ v 'a' → 'c'
                        """.replace(" \\(v\\)", ".*"));
    }

    @Test
    void logSaysInJsonWhatIsLeftOut() {
        Cli.Result log = Cli.run("log", database, "t", 1, "--json");

        assertThat(log.status()).isEqualTo(0);
        assertThat(log.json().get("versions")).hasSize(2);
        assertThat(log.json().get("left_out")).hasSize(1);
        assertThat(log.json().at("/left_out/0/state/backup_id").asLong()).isEqualTo(4);
        assertThat(log.json().at("/left_out/0/reason").asText()).contains("SQLITE_NOTADB");
    }

    @Test
    void logGoesOnWhereTheDatabaseIsGoneOrDamaged() throws Exception {
        overwrite(database, 100);
        Cli.Result damaged = Cli.run("log", database, "t", 1);
        assertThat(damaged.status()).isEqualTo(0);
        assertThat(damaged.err()).contains("backup #4 cannot be read", "the database cannot be read and is left out");
        assertThat(damaged.out()).contains("+ id=1, v='a'");

        Files.delete(database);
        Cli.Result gone = Cli.run("log", database, "t", 1);
        assertThat(gone.status()).isEqualTo(0);
        assertThat(gone.out()).isEqualTo(damaged.out());
        assertThat(Cli.run("log", database, "nothing", 1).err())
                .contains("there is no such table in any backup of", "that can be read; there are [t]");
    }
}
