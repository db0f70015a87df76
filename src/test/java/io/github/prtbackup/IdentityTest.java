package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.testing.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database is known by what it is, not by how it was called: it has one history. */
@EnabledOnOs(OS.LINUX)
class IdentityTest {

    @TempDir
    Path root;

    private Path home;
    private Path database;

    @BeforeEach
    void setUp() throws IOException {
        root = root.toRealPath();
        home = Files.createDirectory(root.resolve("home"));
        database = home.resolve("x.db");
    }

    /** Writes rows, each in a transaction of its own, by a connection of its own. */
    private static void write(Path path, String strategy, String journal, int... rows) throws Exception {
        for (int row : rows) {
            try (Connection connection = Sql.open(path, "backup.strategy=" + strategy, "journal_mode=" + journal)) {
                insert(connection, row);
            }
        }
    }

    private static void insert(Connection connection, int row) throws Exception {
        if (row == 1) {
            Sql.run(connection, "CREATE TABLE t (n INTEGER)");
        }
        Sql.run(connection, "INSERT INTO t VALUES (" + row + ")");
    }

    /** How many rows each backup has, oldest first; -1 for those where there was no table. */
    private List<Integer> history(Path path) throws Exception {
        Path exported = Files.createTempDirectory(root, "exported");
        List<Integer> rows = new ArrayList<>();
        for (Path file : Backups.export(path, exported)) {
            boolean isEmpty = Sql.number(file, "SELECT count(*) FROM sqlite_schema") == 0;
            int count = isEmpty ? -1 : (int) Sql.number(file, "SELECT count(*) FROM t");
            // To change the journal mode is a write.
            if (!isEmpty || rows.isEmpty()) {
                rows.add(count);
            }
        }
        Trees.delete(exported);
        return rows;
    }

    private static List<String> timelines(Path backups) throws Exception {
        return Backups.files(backups).stream()
                .filter(name -> name.endsWith(".head"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL", "auto, TRUNCATE"})
    void aHardLinkBesideIt(String strategy, String journal) throws Exception {
        write(database, strategy, journal, 1, 2);
        Path link = Files.createLink(home.resolve("link.db"), database);
        write(link, strategy, journal, 3);
        write(database, strategy, journal, 4);

        assertThat(history(database)).containsExactly(-1, 0, 1, 2, 3);
        assertThat(history(link)).containsExactly(-1, 0, 1, 2, 3);
        assertThat(Backups.of(link)).extracting(BackupInfo::originalPath).containsOnly(link);
        try (PrtBackup backups = PrtBackup.open(link)) {
            backups.undo();
            backups.undo();
        }
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);

        // The name by which it was first known goes.
        Files.delete(database);
        write(link, strategy, journal, 5);
        assertThat(history(link)).contains(-1, 0, 1, 2).endsWith(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void aSymbolicLinkAndAnotherSpelling(String strategy) throws Exception {
        write(database, strategy, "DELETE", 1);
        Path link = Files.createSymbolicLink(root.resolve("elsewhere.db"), database);
        write(link, strategy, "DELETE", 2);
        write(root.resolve("home/../home/./x.db"), strategy, "DELETE", 3);

        assertThat(history(database)).containsExactly(-1, 0, 1, 2);
        assertThat(history(link)).containsExactly(-1, 0, 1, 2);
    }

    @ParameterizedTest
    @CsvSource({"full, false", "full, true", "incremental, false", "incremental, true"})
    void movedOrCopiedTogetherWithItsBackups(String strategy, boolean copied) throws Exception {
        write(database, strategy, "DELETE", 1, 2);
        Path away = root.resolve("away");
        if (copied) {
            copy(home, away);
        } else {
            Files.move(home, away);
        }
        Path there = away.resolve("x.db");
        assertThat(history(there)).containsExactly(-1, 0, 1);
        write(there, strategy, "DELETE", 3);
        assertThat(history(there)).containsExactly(-1, 0, 1, 2);
        if (copied) {
            write(database, strategy, "DELETE", 3, 4);
            assertThat(history(database)).containsExactly(-1, 0, 1, 2, 3);
            assertThat(history(there)).containsExactly(-1, 0, 1, 2);
        }
        try (PrtBackup backups = PrtBackup.open(there)) {
            backups.undo();
            assertThat(Sql.number(there, "SELECT count(*) FROM t")).isEqualTo(2);
            backups.redo();
        }
        assertThat(Sql.number(there, "SELECT count(*) FROM t")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"full, false", "full, true", "incremental, false", "incremental, true"})
    void movedTogetherWithItsBackupsAndRenamedLater(String strategy, boolean movedAgain) throws Exception {
        write(database, strategy, "DELETE", 1, 2);
        Path directory = Files.move(home, root.resolve("away"));
        Path there = directory.resolve("x.db");
        write(there, strategy, "DELETE", 3);
        try (PrtBackup backups = PrtBackup.open(there)) {
            backups.createBackupWithComment("by hand");
            backups.undo();
        }
        if (movedAgain) {
            directory = Files.move(directory, root.resolve("further"));
            there = directory.resolve("x.db");
        }
        List<Integer> before = history(there);
        Path renamed = Files.move(there, directory.resolve("y.db"));
        assertThat(history(renamed)).isEqualTo(before);
        write(renamed, strategy, "DELETE", 4);
        assertThat(history(renamed)).startsWith(-1, 0, 1, 2).hasSize(before.size() + 1);
        assertThat(history(there)).isEmpty();
        try (PrtBackup backups = PrtBackup.open(renamed)) {
            backups.undo();
            backups.undo();
        }
        assertThat(Sql.number(renamed, "SELECT count(*) FROM t")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void renamed(String strategy) throws Exception {
        write(database, strategy, "DELETE", 1, 2, 3);
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.undo();
        }
        Path renamed = Files.move(database, home.resolve("y.db"));
        List<Integer> before = history(renamed);
        assertThat(before).startsWith(-1, 0, 1, 2);
        write(renamed, strategy, "DELETE", 4);
        assertThat(history(renamed)).startsWith(-1, 0, 1, 2).endsWith(2).hasSize(before.size() + 1);
        try (PrtBackup backups = PrtBackup.open(renamed)) {
            // The restores are remembered as well: undone once before, and now the new one, and then the one before.
            backups.undo();
            backups.undo();
        }
        assertThat(Sql.number(renamed, "SELECT count(*) FROM t")).isEqualTo(1);

        // A new one under the old name has a history of its own.
        write(database, strategy, "DELETE", 1);
        assertThat(history(database)).containsExactly(-1, 0);
        assertThat(history(renamed)).startsWith(-1, 0, 1, 2);
        assertThat(Backups.of(renamed)).extracting(BackupInfo::originalPath).containsOnly(renamed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void movedAwayFromADirectoryThatStays(String strategy) throws Exception {
        Path shared = root.resolve("shared");
        Path other = Files.createDirectory(root.resolve("other")).resolve("x.db");
        String directory = "backup.dir=" + shared;
        for (int row = 1; row <= 3; row++) {
            for (Path path : List.of(database, other)) {
                try (Connection connection = Sql.open(path, "backup.strategy=" + strategy, directory)) {
                    insert(connection, row);
                }
            }
        }
        Path moved = Files.move(database, root.resolve("moved.db"));
        try (Connection connection = Sql.open(moved, "backup.strategy=" + strategy, directory)) {
            insert(connection, 4);
        }
        assertThat(count(moved, shared)).isEqualTo(5);
        assertThat(count(other, shared)).isEqualTo(4);
        assertThat(count(database, shared)).isZero();
    }

    private static int count(Path path, Path directory) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("backup.dir", directory.toString());
        try (PrtBackup backups = PrtBackup.open(path, properties)) {
            return backups.getBackupHistory().size();
        }
    }

    /** File systems give the inode of a deleted file to the next. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void anotherDatabaseInTheInodeOfADeletedOne(String strategy) throws Exception {
        write(database, strategy, "DELETE", 1, 2);
        Files.delete(database);
        Path next = home.resolve("next.db");
        try (Connection plain = Sql.plain(next)) {
            Sql.run(plain, "CREATE TABLE t (n)");
        }
        assertThat(Backups.of(next)).isEmpty();
        write(next, strategy, "DELETE", 7);
        assertThat(history(next)).containsExactly(0);
        assertThat(history(database)).containsExactly(-1, 0, 1);
    }

    /** As {@code VACUUM INTO} and {@code mv} do, and many an editor. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void replacedUnderItsName(String strategy) throws Exception {
        write(database, strategy, "DELETE", 1, 2);
        Path fresh = home.resolve("fresh.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "VACUUM INTO '" + fresh + "'");
        }
        Files.move(fresh, database, StandardCopyOption.REPLACE_EXISTING);
        write(database, strategy, "DELETE", 3);
        assertThat(history(database)).containsExactly(-1, 0, 1, 2);

        Files.move(database, home.resolve("again.db"));
        assertThat(history(home.resolve("again.db"))).containsExactly(-1, 0, 1, 2);
    }

    /** What an older version has begun goes on: it left no note which database is which. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void withoutTheNotes(String strategy) throws Exception {
        write(database, strategy, "DELETE", 1, 2);
        Files.delete(home.resolve("backups/.prtbackup.databases"));
        write(database, strategy, "DELETE", 3);
        assertThat(history(database)).containsExactly(-1, 0, 1, 2);

        Files.delete(home.resolve("backups/.prtbackup.databases"));
        Path link = Files.createLink(home.resolve("link.db"), database);
        write(link, strategy, "DELETE", 4);
        assertThat(history(database)).containsExactly(-1, 0, 1, 2, 3);

        Files.delete(home.resolve("backups/.prtbackup.databases"));
        Path away = Files.move(home, root.resolve("away"));
        write(away.resolve("x.db"), strategy, "DELETE", 5);
        assertThat(history(away.resolve("x.db"))).containsExactly(-1, 0, 1, 2, 3, 4);
    }

    /** Their paths have the same CRC32C, of which the names of timelines are made. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void twoPathsWithOneChecksum(String strategy) throws Exception {
        List<Path> paths = Collision.below(root);
        Path shared = root.resolve("shared");
        for (Path path : paths) {
            Files.createDirectory(path.getParent());
        }
        for (int row = 1; row <= 3; row++) {
            for (Path path : paths) {
                try (Connection connection = Sql.open(path, "backup.strategy=" + strategy, "backup.dir=" + shared)) {
                    insert(connection, row);
                }
            }
        }
        for (Path path : paths) {
            assertThat(count(path, shared)).isEqualTo(4);
        }
        assertThat(Backups.files(shared)).noneMatch(name -> name.contains("damaged"));
        assertThat(timelines(shared)).hasSize(strategy.equals("full") ? 0 : 2);
        Files.delete(shared.resolve(".prtbackup.databases"));
        for (Path path : paths) {
            assertThat(count(path, shared)).isEqualTo(4);
        }
    }

    /** As a container's volume is seen from the host. */
    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void aBindMount(String strategy, String journal) throws Exception {
        Path bind = Files.createDirectory(root.resolve("bind"));
        assumeThat(mount("mount", "--bind", home, bind)).as("only root can").isTrue();
        try {
            Path mounted = bind.resolve("x.db");
            write(database, strategy, journal, 1);
            // In this process, and in two others.
            write(mounted, strategy, journal, 2);
            write(database, strategy, journal, 3);
            Process one = writer(database, strategy, 20);
            Process other = writer(mounted, strategy, 20);
            Jvm.await(one);
            Jvm.await(other);

            List<Integer> rows = Stream.iterate(-1, n -> n + 1).limit(44).toList();
            assertThat(history(database)).isEqualTo(rows);
            assertThat(history(mounted)).isEqualTo(rows);
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.undo();
            }
            assertThat(Sql.number(mounted, "SELECT count(*) FROM t")).isEqualTo(42);
        } finally {
            assertThat(mount("umount", bind)).isTrue();
        }
    }

    private static boolean mount(Object... command) throws Exception {
        List<String> words = Stream.of(command).map(Object::toString).toList();
        return new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static Process writer(Path path, String strategy, int rows) throws IOException {
        return Jvm.start(Writer.class, List.of(), path, strategy, rows);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    /** Writes in a process of its own. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            try (Connection connection = Sql.open(
                    Path.of(args[0]), "backup.strategy=" + args[1], "backup.keep=1000", "busy_timeout=60000")) {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    insert(connection, 100 + i);
                }
            }
        }
    }
}
