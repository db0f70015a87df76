package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.testing.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files go when nobody in the process has them open, and never before: closing one drops the locks of all. */
@EnabledOnOs(OS.LINUX)
class OpenFilesTest {

    private static final String INCREMENTAL = "backup.strategy=incremental";
    private static final String WRITE = "INSERT INTO t VALUES (2)";

    /** Much longer than it takes, for where the machine has much else to do. */
    private static final int TRIES = 600;

    @TempDir
    private Path temporary;

    private Path directory;

    @BeforeEach
    void resolve() throws IOException {
        directory = temporary.toRealPath();
    }

    private void create(Path database, String mode) throws SQLException {
        create(database, mode, INCREMENTAL);
    }

    private static void create(Path database, String mode, String... parameters) throws SQLException {
        try (Connection connection = Sql.open(database, String.join("&", parameters) + "&journal_mode=" + mode)) {
            Sql.run(connection, "CREATE TABLE t(x)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)");
        }
    }

    private static String ownDirectory(Path database) {
        return "backup.dir=" + database + "-backups";
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void thoseOfDatabasesThatAreClosedGo(String mode) throws Exception {
        for (int i = 0; i < 50; i++) {
            create(directory.resolve("d" + i + ".db"), mode);
        }
        waitUntilClosed();
    }

    @Test
    void manyDoNotAddUp() throws Exception {
        int most = 0;
        for (int i = 0; i < 200; i++) {
            create(directory.resolve("d" + i + ".db"), "WAL");
            most = Math.max(most, open().size());
        }
        assertThat(most).isLessThan(120);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void manyBackupDirectoriesDoNotAddUp(String strategy) throws Exception {
        int most = 0;
        for (int i = 0; i < 200; i++) {
            Path database = directory.resolve("d" + i + ".db");
            create(database, "WAL", "backup.strategy=" + strategy, ownDirectory(database));
            most = Math.max(most, open().size());
        }
        assertThat(most).isLessThan(160);
        waitUntilClosed();
    }

    /** The proof that the process lives, and all else that it has in the lock file, is there as long as it is needed. */
    @Test
    void aConnectionKeepsTheLockOfItsBackupDirectory() throws Exception {
        Path database = directory.resolve("x.db");
        create(database, "WAL");
        try (Connection connection = Sql.open(database, INCREMENTAL)) {
            create(directory.resolve("other.db"), "WAL", INCREMENTAL, ownDirectory(directory.resolve("other.db")));
            for (int i = 0; i < TRIES && has("other.db"); i++) {
                Thread.sleep(50);
            }
            assertThat(has("other.db")).isFalse();
            assertThat(has(".prtbackup.lock")).isTrue();
            Sql.run(connection, WRITE);
        }
        waitUntilClosed();
    }

    @Test
    void deletedBackupDirectoriesGiveBackTheirSpace() throws Exception {
        Path database = directory.resolve("x.db");
        create(database, "WAL", INCREMENTAL, ownDirectory(database));
        Trees.delete(Path.of(database + "-backups"));
        waitUntilClosed();
    }

    @Test
    void deletedDatabasesGiveBackTheirSpace() throws Exception {
        Path database = directory.resolve("x.db");
        create(database, "WAL");
        Files.delete(database);
        waitUntilClosed();
    }

    /** A process that may open few files, with more databases than that. */
    @Test
    void aProcessMayOpenManyDatabasesOneAfterTheOther() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 256; exec \"$0\" -cp \"$1\" \"$2\" \"$3\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Many.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("done\n");
    }

    /** The child. */
    public static final class Many {

        private Many() {}

        public static void main(String[] args) throws SQLException {
            for (int i = 0; i < 300; i++) {
                Path database = Path.of(args[0], "d" + i + ".db");
                create(database, "WAL", INCREMENTAL, ownDirectory(database));
            }
            System.out.println("done");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void whatAPlainConnectionHasOpenStays(String mode) throws Exception {
        Path database = directory.resolve("x.db");
        create(database, mode);
        try (Connection plain = Sql.plain(database);
                Neighbour neighbour = Neighbour.start()) {
            Sql.run(plain, "BEGIN IMMEDIATE", "UPDATE t SET x = 3");
            neighbour.connect(database);
            assertThat(neighbour.run(WRITE)).isEqualTo("SQLITE_BUSY");
            create(directory.resolve("other.db"), mode);
            for (int i = 0; i < TRIES && has("other.db"); i++) {
                Thread.sleep(50);
            }
            assertThat(has("other.db")).isFalse();
            assertThat(neighbour.run(WRITE)).isEqualTo("SQLITE_BUSY");
            Sql.run(plain, "COMMIT");
            assertThat(neighbour.run(WRITE)).isEmpty();
            neighbour.disconnect();
        }
        waitUntilClosed();
    }

    /** The log of a database must not be deleted under a connection that still reads. */
    @Test
    void theLogStaysAsLongAsAPlainConnectionIsThere() throws Exception {
        Path database = directory.resolve("x.db");
        create(database, "WAL");
        try (Connection plain = Sql.plain(database);
                Neighbour neighbour = Neighbour.start()) {
            assertThat(Sql.number(plain, "SELECT count(*) FROM t")).isEqualTo(2);
            create(directory.resolve("other.db"), "WAL");
            for (int i = 0; i < TRIES && has("other.db"); i++) {
                Thread.sleep(50);
            }
            neighbour.connect(database);
            assertThat(neighbour.run(WRITE)).isEmpty();
            neighbour.disconnect();
            assertThat(Path.of(database + "-wal")).exists();
            Sql.run(plain, WRITE);
        }
        assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void theEndOfTheDriverDropsNobodysLock(String mode) throws Exception {
        Process process = Jvm.start(Deregistration.class, List.of(), directory.resolve("x.db"), Path.of(mode));
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("SQLITE_BUSY\nSQLITE_BUSY\nfree\n");
    }

    /** The child, because a JVM has one driver. */
    public static final class Deregistration {

        private Deregistration() {}

        public static void main(String[] args) throws Exception {
            Path database = Path.of(args[0]).toAbsolutePath();
            try (Connection connection = Sql.open(database, INCREMENTAL, "journal_mode=" + args[1])) {
                Sql.run(connection, "CREATE TABLE t(x)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)");
            }
            try (Connection plain = Sql.plain(database);
                    Neighbour neighbour = Neighbour.start()) {
                Sql.run(plain, "BEGIN IMMEDIATE", "UPDATE t SET x = 3");
                neighbour.connect(database);
                System.out.println(neighbour.run(WRITE));
                for (Driver driver : DriverManager.drivers().toList()) {
                    if (driver instanceof BackupDriver) {
                        DriverManager.deregisterDriver(driver);
                    }
                }
                System.out.println(neighbour.run(WRITE));
                Sql.run(plain, "ROLLBACK");
            }
            Path real = database.toRealPath();
            for (int i = 0; i < TRIES && !open(real.getParent()).isEmpty(); i++) {
                Thread.sleep(50);
            }
            System.out.println(open(real.getParent()).isEmpty() ? "free" : open(real.getParent()));
        }
    }

    private boolean has(String name) throws IOException {
        return open().stream().anyMatch(path -> path.contains(name));
    }

    private void waitUntilClosed() throws Exception {
        for (int i = 0; i < TRIES && !open().isEmpty(); i++) {
            Thread.sleep(50);
        }
        assertThat(open()).isEmpty();
    }

    private List<String> open() throws IOException {
        return open(directory);
    }

    /** What this process has open there. */
    private static List<String> open(Path directory) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .flatMap(descriptor -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(descriptor).toString());
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .filter(path -> path.startsWith(directory.toString()))
                    .toList();
        }
    }
}
