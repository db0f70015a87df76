package io.github.prtbackup.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the outside hears of backups: the log, the Flight Recorder, Micrometer. */
class ObservabilityTest {

    private static final String SECRET = "correct horse battery staple";

    @TempDir
    private Path directory;

    private Path database;

    @BeforeEach
    void setUp() throws Exception {
        database = directory.toRealPath().resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t(x)");
        }
    }

    /** Opens two connections, one after the other, and writes with each. */
    static final class Application {
        private Application() {}

        public static void main(String[] arguments) throws Exception {
            for (int i = 0; i < 2; i++) {
                try (Connection connection = Sql.open(Path.of(arguments[0]), arguments[1], "backup.keep=3")) {
                    Sql.run(connection, "INSERT INTO t VALUES ('" + SECRET + "')");
                    try (PreparedStatement update = connection.prepareStatement("UPDATE t SET x = ?")) {
                        update.setString(1, SECRET);
                        update.executeUpdate();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "full, '8192 bytes', 'strategy full, the newest 3 are kept'",
        "incremental, 'bytes', 'strategy incremental, the newest 1000 are kept'"
    })
    void theLogSaysOnceWhereBackupsGoAndNamesEachAtDebug(String strategy, String size, String kept) throws Exception {
        List<String> lines = log("debug", strategy);
        assertThat(lines.stream().filter(line -> line.contains("INFO")))
                .singleElement()
                .asString()
                .contains(
                        "Automatic backups of " + database + " go to " + directory.toRealPath() + "/backups, " + kept);
        assertThat(lines.stream().filter(line -> line.contains("DEBUG") && line.contains(" Backup #")))
                .hasSize(4)
                .allMatch(line -> line.contains(size) && line.contains(strategy) && line.contains(database.toString()))
                .anyMatch(line -> line.contains("Backup #1 of") && line.contains("before: SQL: INSERT t"))
                .anyMatch(line -> line.contains("Backup #4 of") && line.contains("before: SQL: UPDATE t"));
        assertThat(lines).noneMatch(line -> line.contains("horse"));
    }

    @Test
    void thatIsAllAtInfo() throws Exception {
        assertThat(log("info", "full")).hasSize(1);
    }

    @Test
    void notEvenAllThatCanBeLoggedNamesWhatIsWritten() throws Exception {
        // sqlite-jdbc itself logs every text that it compiles at TRACE.
        assertThat(log("trace", "incremental").stream().filter(line -> !line.contains(" org.sqlite.")))
                .hasSizeGreaterThan(4)
                .noneMatch(line -> line.contains("horse"));
    }

    private List<String> log(String level, String strategy) throws Exception {
        Process process = Jvm.start(
                Application.class,
                List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=" + level),
                database,
                "backup.strategy=" + strategy);
        return Jvm.await(process).lines().toList();
    }

    /** Makes backups of all kinds, one that fails among them, restores one, and cleans up. */
    static final class Everything {
        private Everything() {}

        public static void main(String[] arguments) throws Exception {
            Path database = Path.of(arguments[0]);
            try (Connection connection = Sql.open(database, "backup.strategy=full")) {
                Sql.run(connection, "INSERT INTO t VALUES (1)");
            }
            try (Connection connection = Sql.open(database, "backup.strategy=incremental")) {
                Sql.run(connection, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
            }
            try (Connection connection = unwritable(database)) {
                assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (4)"))
                        .isInstanceOf(SQLException.class);
            }
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.createBackupWithComment("by hand");
                backups.restoreFromBackup(3);
                backups.cleanupAutoBackups(1);
            }
        }
    }

    @Test
    void theFlightRecorderHasAnEventOfEachBackupRestoreAndCleanUp() throws Exception {
        // In a process that records from its start: there the JVM changes each class of an event while it loads it.
        Path file = directory.resolve("recording.jfr");
        Jvm.await(Jvm.start(Everything.class, List.of("-XX:StartFlightRecording=filename=" + file), database));
        // The file has them in the order of the buffers that they were in.
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.github.prtbackup."))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
        assertThat(of("Backup", events))
                .extracting(event -> event.getLong("id") + " " + event.getString("strategy") + " "
                        + event.getString("comment") + " " + event.getBoolean("succeeded"))
                .containsExactly(
                        "1 full Auto-backup before: SQL: INSERT t true",
                        "2 incremental Auto-backup before: SQL: INSERT t true",
                        "3 incremental Auto-backup before: SQL: INSERT t true",
                        "0  Auto-backup before: SQL: INSERT t false",
                        "4 full by hand true");
        assertThat(of("Backup", events).get(0).getLong("bytes")).isEqualTo(8192);
        assertThat(of("Backup", events).get(2).getLong("bytes")).isBetween(2 * 4096L, 9000L);
        assertThat(of("Restore", events)).singleElement().satisfies(event -> {
            assertThat(event.getLong("id")).isEqualTo(3);
            assertThat(event.getString("strategy")).isEqualTo("incremental");
            assertThat(event.getBoolean("succeeded")).isTrue();
            assertThat(event.getDuration()).isPositive();
        });
        assertThat(of("Cleanup", events)).isNotEmpty().allMatch(event -> event.getBoolean("succeeded"));
        assertThat(of("Cleanup", events).stream()
                        .mapToInt(event -> event.getInt("backups"))
                        .sum())
                .isEqualTo(5 - Backups.count(database))
                .isPositive();
    }

    private static List<RecordedEvent> of(String name, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("io.github.prtbackup." + name))
                .toList();
    }

    /** A connection whose backups have nowhere to go. */
    private static Connection unwritable(Path database) throws Exception {
        Path file = database.resolveSibling("file");
        Files.writeString(file, "not a directory");
        return Sql.open(database, "backup.dir=" + file, "backup.metrics=true");
    }

    @Test
    void micrometerCountsAndTimesThemIfItIsAskedTo() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try {
            try (Connection connection = Sql.open(database, "backup.strategy=full", "backup.metrics=true")) {
                Sql.run(connection, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
            }
            try (Connection connection = Sql.open(database, "backup.strategy=full")) {
                Sql.run(connection, "INSERT INTO t VALUES (3)");
            }
            try (Connection connection = Sql.open(database, "backup.strategy=incremental", "backup.metrics=true")) {
                Sql.run(connection, "INSERT INTO t VALUES (4)");
            }
            try (Connection connection = unwritable(database)) {
                assertThatThrownBy(() -> Sql.run(connection, "INSERT INTO t VALUES (5)"))
                        .isInstanceOf(SQLException.class);
            }
            List<BackupInfo> made = Backups.of(database);
            assertThat(made).hasSize(4);
            assertThat(timer(registry, "full", "success").count()).isEqualTo(2);
            assertThat(timer(registry, "incremental", "success").count()).isEqualTo(1);
            assertThat(timer(registry, "none", "failure").count()).isEqualTo(1);
            assertThat(timer(registry, "full", "success").totalTime(TimeUnit.NANOSECONDS))
                    .isPositive();
            assertThat(registry.get("prtbackup.backup.size")
                            .tag("database", database.getFileName().toString())
                            .tag("strategy", "full")
                            .summary()
                            .totalAmount())
                    .isEqualTo((double) (made.get(0).sizeBytes() + made.get(1).sizeBytes()));
        } finally {
            Metrics.removeRegistry(registry);
        }
    }

    private static Timer timer(SimpleMeterRegistry registry, String strategy, String outcome) {
        return registry.get("prtbackup.backup")
                .tag("database", "prt.db")
                .tag("strategy", strategy)
                .tag("outcome", outcome)
                .timer();
    }

    /** Connects without Micrometer. */
    static final class Poor {
        private Poor() {}

        public static void main(String[] arguments) throws Exception {
            try (Connection connection = Sql.open(Path.of(arguments[0]))) {
                Sql.run(connection, "INSERT INTO t VALUES (1)");
            }
            try (Connection connection = Sql.open(Path.of(arguments[0]), "backup.metrics=true")) {
                System.out.println("connected: " + connection);
            } catch (SQLException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutMicrometerTheSettingIsRefusedAndNothingElse() throws Exception {
        Process process = Jvm.commandWithout(List.of("micrometer"), Poor.class, List.of(), database)
                .start();
        assertThat(Jvm.await(process))
                .endsWith("backup.metrics=true needs io.micrometer:micrometer-core on the class path\n");
        assertThat(Backups.count(database)).isEqualTo(1);
    }
}
