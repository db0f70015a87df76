package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories, in which each two states that are compared have to pass: the script turns a copy of the first into the
 * second, which their diff and a look at all rows confirm, and the diff is the same whether it reads all pages or only those
 * that differ. SQLite's shell runs the script as well, where it is installed.
 */
class ScriptPropertyTest {
    private static final int TRANSACTIONS = 12;
    private static final int PAIRS = 8;
    private static final List<String> BEGINNINGS = List.of(
            "PRAGMA encoding = 'UTF-16le'",
            "PRAGMA encoding = 'UTF-16be'",
            "PRAGMA page_size = 512",
            "PRAGMA page_size = 1024",
            "PRAGMA auto_vacuum = 1",
            "PRAGMA auto_vacuum = 2",
            "PRAGMA journal_mode = WAL",
            "PRAGMA user_version = 1",
            "PRAGMA user_version = 1",
            "PRAGMA user_version = 1");

    private static final boolean HAS_SHELL = Shell.isInstalled("sqlite3");

    private static String shellOptions;

    @TempDir
    Path home;

    private long pairs;
    private long different;

    @BeforeAll
    static void askShell() throws Exception {
        shellOptions = HAS_SHELL ? Shell.run("sqlite3", ":memory:", "PRAGMA compile_options") : "";
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void incremental(int seed) throws Exception {
        history(seed, "incremental");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 102, 103, 104, 105, 106})
    void full(int seed) throws Exception {
        history(seed, "full");
    }

    /** {@code -Dprtbackup.differential.seconds=600} runs for so long, each half of the time with another strategy. */
    @Test
    void asLongAsOneLikes() throws Exception {
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("prtbackup.differential.seconds", 0))
                        .toNanos();
        long first = Long.getLong("prtbackup.differential.seed", 1000);
        for (long seed = first; System.nanoTime() < end; seed++) {
            history(seed, seed % 4 == 0 ? "full" : "incremental");
            System.out.println("seed " + seed + ": " + pairs + " pairs compared, " + different + " of them different");
        }
    }

    private void history(long seed, String strategy) throws Exception {
        Random random = new Random(seed);
        RandomDatabase statements = new RandomDatabase(random);
        Path directory = Files.createDirectory(home.resolve("seed-" + seed));
        Path database = directory.resolve("history.db");
        // Few points: what is older has been folded into the base.
        String points = "backup.keep-points=" + (random.nextBoolean() ? 4 : 100);
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=100", points)) {
            Sql.run(connection, BEGINNINGS.get(random.nextInt(BEGINNINGS.size())));
            RandomDatabase.run(connection, statements.first());
            for (int i = 0; i < TRANSACTIONS; i++) {
                connection.setAutoCommit(random.nextBoolean());
                RandomDatabase.run(connection, statements.changes(random.nextInt(10) == 0 ? 60 : 4));
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            }
            connection.setAutoCommit(true);
        }
        List<Version> versions = new ArrayList<>();
        try (PrtBackup backups = PrtBackup.open(database)) {
            for (BackupInfo backup : backups.getBackupHistory()) {
                versions.add(Version.of(backup.backupId()));
            }
            versions.add(Version.NOW);
            for (int i = 0; i < PAIRS; i++) {
                int first = random.nextInt(versions.size());
                boolean near = random.nextBoolean() && first + 1 < versions.size();
                int second = near ? first + 1 : random.nextInt(versions.size());
                boolean back = random.nextBoolean();
                check(
                        backups,
                        database,
                        versions.get(back ? second : first),
                        versions.get(back ? first : second),
                        "seed " + seed + ", pair " + i);
            }
        }
    }

    private void check(PrtBackup backups, Path database, Version from, Version to, String what) throws Exception {
        Path before = file(backups, database, from, "before.db");
        Path after = file(backups, database, to, "after.db");
        Path byShell = Files.copy(before, home.resolve("shell.db"));
        pairs++;
        String script;
        try (DatabaseDiff diff = backups.diff(from, to);
                DatabaseDiff whole = Comparer.compareFiles(before, after, true)) {
            assertThat(diff.schema()).as(what).isEqualTo(whole.schema());
            assertThat(diff.settings()).as(what).isEqualTo(whole.settings());
            assertThat(diff.tables()).as(what).isEqualTo(whole.tables());
            StringBuilder out = new StringBuilder();
            diff.writeScript(out);
            script = out.toString();
            assertThat(script.isEmpty()).as(what).isEqualTo(diff.isEmpty());
        }
        different += script.isEmpty() ? 0 : 1;
        if (HAS_SHELL) {
            applyInShell(byShell, script, after, what);
        }
        apply(before, script, what);
        assertThat(Content.of(before)).as(what + "\n" + script).isEqualTo(Content.of(after));
        try (DatabaseDiff rest = Comparer.compareFiles(before, after, true)) {
            assertThat(rest.schema()).as(what).isEmpty();
            assertThat(rest.tables()).as(what).isEmpty();
            assertThat(rest.settings()).as(what).isEmpty();
            assertThat(rest.isEmpty()).as(what).isTrue();
        }
        Files.delete(byShell);
        Files.delete(before);
        Files.delete(after);
    }

    private Path file(PrtBackup backups, Path database, Version version, String name) throws Exception {
        Path file = home.resolve(name);
        if (version.backup().isPresent()) {
            backups.exportBackup(version.backup().getAsLong(), file);
        } else {
            Files.copy(database, file);
        }
        try (Connection connection = Sql.plain(file)) {
            Sql.column(connection, "PRAGMA journal_mode = DELETE");
        }
        return file;
    }

    private void applyInShell(Path database, String script, Path after, String what) throws Exception {
        Path file = Files.writeString(home.resolve("script.sql"), script);
        Map<String, List<String>> expected = Content.of(after);
        if (script.contains("INTO \"sqlite_stat4\"") && !shellOptions.contains("ENABLE_STAT4")) {
            Shell.runAnyhow("sqlite3", "-bail", database, ".read " + file);
            Map<String, List<String>> content = Content.of(database);
            content.keySet().removeIf(table -> table.startsWith("sqlite_stat"));
            expected.keySet().removeIf(table -> table.startsWith("sqlite_stat"));
            assertThat(content).as(what + ", by the shell\n" + script).isEqualTo(expected);
        } else {
            Shell.run("sqlite3", "-bail", database, ".read " + file);
            assertThat(Content.of(database))
                    .as(what + ", by the shell\n" + script)
                    .isEqualTo(expected);
        }
    }

    private static void apply(Path database, String script, String what) throws SQLException {
        try (Connection connection = Sql.plain(database, "foreign_keys=true", "recursive_triggers=true");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(script);
        } catch (SQLException e) {
            throw new AssertionError(what + "\n" + script, e);
        }
    }
}
