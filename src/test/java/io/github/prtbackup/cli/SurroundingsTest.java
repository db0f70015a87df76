package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteJDBCLoader;

/** A command in a process whose locale and temporary directory are not as one would wish. */
class SurroundingsTest {
    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = home.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (x)");
        }
    }

    @Test
    void whatCannotBeRemovedFromTheTemporaryDirectoryIsNotTold() throws Exception {
        String library = "sqlite-" + SQLiteJDBCLoader.getVersion() + "-left-libsqlitejdbc.so";
        Files.createDirectories(home.resolve("temporary").resolve(library).resolve("by somebody"));
        Process process =
                Jvm.start(Main.class, List.of("-Djava.io.tmpdir=" + home.resolve("temporary")), "create", database);
        assertThat(Jvm.await(process).lines()).singleElement().asString().startsWith("Backup #1");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void lettersThatAreLostAreRefused() throws Exception {
        // As a shell writes them, because this process may be in the C locale as well.
        String words = "exec \"$@\" --comment \"$(printf 'm\\303\\274ller')\"";
        ProcessBuilder builder = Jvm.command(Main.class, List.of(), "create", database);
        builder.command().addAll(0, List.of("sh", "-c", words, "sh"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(output.lines())
                .singleElement()
                .asString()
                .startsWith("prtbackup: Java cannot express the argument m")
                .contains("LC_ALL=C.UTF-8");
        assertThat(Backups.count(database)).isZero();
    }

    /** A container without a locale may share a directory with others. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    @EnabledOnOs(OS.LINUX)
    void aNeighbourWithLettersThatAreLostDoesNoHarm(String strategy) throws Exception {
        Path neighbour = home.resolve("d\u00e4.db");
        assertThat(inLocale("C.UTF-8", strategy, neighbour)).isEqualTo("1 by hand");
        assertThat(inLocale("C", strategy, database)).isEqualTo("1 by hand");
        assertThat(inLocale("C", strategy, database)).isEqualTo("2 by hand");
        assertThat(inLocale("C.UTF-8", strategy, neighbour)).isEqualTo("2 by hand");
    }

    private static String inLocale(String locale, String strategy, Path database) throws Exception {
        // The name as bytes, and not as this process may have to write it.
        String name = database.getFileName().toString().replace("\u00e4", "\\303\\244");
        ProcessBuilder builder = Jvm.command(Writer.class, List.of(), strategy);
        builder.command().addAll(0, List.of("sh", "-c", "exec \"$@\" \"$(printf '" + name + "')\"", "sh"));
        builder.directory(database.getParent().toFile());
        builder.environment().put("LC_ALL", locale);
        return Jvm.await(builder.start()).strip();
    }

    /** Writes, reads and makes a backup by hand. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            Path database = Path.of(args[1]);
            try (Connection connection = Sql.open(database, "backup.strategy=" + args[0])) {
                Sql.run(connection, "CREATE TABLE IF NOT EXISTS more (a)", "INSERT INTO more VALUES (1)");
            }
            try (PrtBackup backups = PrtBackup.open(database)) {
                BackupInfo made = backups.createBackupWithComment("by hand");
                backups.restoreFromBackup(made.backupId());
                System.out.println(backups.getBackupHistory().stream()
                                .filter(backup -> backup.comment().equals("by hand"))
                                .count()
                        + " by hand");
            }
        }
    }

    @Test
    void theSignForLostLettersIsALetterWhereNoneAreLost() {
        assertThat(Argument.unreadableIn("UTF-8", "the argument", "\uFFFD")).isEmpty();
        assertThat(Argument.unreadableIn("ANSI_X3.4-1968", "the argument", "abc"))
                .isEmpty();
        assertThat(Argument.unreadableIn("ANSI_X3.4-1968", "the argument", "\uFFFD"))
                .isPresent();
    }
}
