package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        overwrite(database, 0);
        Cli.run("restore", database, 3, "--yes").succeeds();
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "UPDATE t SET v = 'c'");
        }
    }

    private static void overwrite(Path file, long offset) throws Exception {
        byte[] noise = new byte[100];
        new Random(1).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(noise), offset);
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
        overwrite(database, 0);
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

    /** One that SQLite cannot open, and one that it opens. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4096})
    void undoSaysThatItIsKeptAndOffersNoRedo(long offset) throws Exception {
        overwrite(database, offset);
        byte[] wreck = Files.readAllBytes(database);

        String said = Cli.run("undo", database, "--yes").succeeds().out();
        BackupInfo kept = Backups.newest(database);
        assertThat(said)
                .endsWith("The damaged file is kept as backup #6, to be copied and not restored: " + kept.backupPath()
                        + "\n")
                .doesNotContain("redo");
        assertThat(kept.backupPath()).hasBinaryContent(wreck);
        assertThat(kept.comment()).isEqualTo("Safety backup before restore of #5: damaged file");
        assertThat(kept.isDamagedFile()).isTrue();

        for (boolean yes : new boolean[] {false, true}) {
            Cli.Result redo = yes ? Cli.run("redo", database, "--yes") : Cli.onTerminal("y\n", "redo", database);
            assertThat(redo.status()).isEqualTo(1);
            assertThat(redo.out()).isEmpty();
            assertThat(redo.err())
                    .isEqualTo("prtbackup: what would be redone is a damaged database, kept as backup #6;"
                            + " it can be copied, and not restored: " + kept.backupPath() + "\n");
        }
        assertThat(Sql.column(database, "SELECT v FROM t")).containsExactly("a");
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.redoable()).isEmpty();
        }
    }

    @Test
    void restoreSaysThatItIsKept() throws Exception {
        overwrite(database, 0);
        assertThat(Cli.run("restore", database, 2, "--yes").succeeds().out())
                .endsWith("The damaged file is kept as backup #6, to be copied and not restored: "
                        + Backups.newest(database).backupPath() + "\n");
        assertThat(Cli.run("restore", database, 3, "--yes").succeeds().out())
                .endsWith("The state before is backup #7.\n");
    }

    @Test
    void whatWantsToRestoreItIsRefused() {
        String reason = "backup #4 is a damaged database, kept as it was when it was replaced; it can be copied,"
                + " and not restored: ";
        assertThat(Cli.run("restore", database, 4, "--yes").fails().err()).contains(reason);
        assertThat(Cli.run("preview", database, 4).fails().err()).contains(reason);
        assertThat(Cli.run("export", database, 4, home.resolve("out.db"))
                        .fails()
                        .err())
                .contains(reason);
        assertThat(Cli.run("show", database, 4, "--json").succeeds().json().get("damaged_file"))
                .isEqualTo(BooleanNode.TRUE);
    }

    @Test
    void verifyTakesItForWhatItIs() throws Exception {
        String line = "#4 kept damaged file (file present, size, SHA-256)\n";
        for (String option : List.of("--deep", "--json", "")) {
            // As the newest one too, of which SQLite is asked.
            Cli.Result all = option.isEmpty() ? Cli.run("verify", database) : Cli.run("verify", database, option);
            if (option.equals("--json")) {
                JsonNode result = all.succeeds().json().at("/results/1");
                assertThat(result.get("ok").asBoolean()).isTrue();
                assertThat(result.get("damaged_file").asBoolean()).isTrue();
            } else {
                assertThat(all.succeeds().out())
                        .contains(line)
                        .endsWith("All 4 backups are good; damaged files that were kept: #4.\n");
            }
        }
        assertThat(Cli.run("verify", database, 4).succeeds().out()).isEqualTo(line);
        assertThat(Cli.run("verify", database, 4, 5).succeeds().out())
                .endsWith("The other backup is good; damaged files that were kept: #4.\n");
        Cli.run("delete", database, 5, "--yes").succeeds();
        assertThat(Cli.run("verify", database).succeeds().out())
                .startsWith(line + "#3 ok (file present, size, SHA-256, integrity_check)\n");

        overwrite(Backups.newest(database).backupPath(), 0);
        overwrite(Backups.newest(database).backupPath(), 4096);
        assertThat(Cli.run("verify", database, 4).fails().out()).startsWith("#4 DAMAGED");
    }
}
