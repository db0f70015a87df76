package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.cli.Cli;
import io.github.prtbackup.diff.RowKey;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A life with everything in it that goes well and that goes wrong, all of which is logged: no row is in what is logged. */
class NothingIsLoggedTest {
    private static final String SECRET = "horsebattery";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"full, DELETE", "incremental, DELETE", "incremental, WAL"})
    void whateverHappens(String strategy, String journalMode) throws Exception {
        Path database = directory.toRealPath().resolve("prt.db");
        Process process = Jvm.start(
                Life.class, List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace"), database, strategy, journalMode);
        List<String> lines = Jvm.await(process).lines().toList();
        String hex = hex(SECRET);
        assertThat(lines)
                .anyMatch(line -> line.contains(" ERROR io.github.prtbackup."))
                .anyMatch(line -> line.contains(" WARN io.github.prtbackup."))
                .anyMatch(line -> line.contains(" DEBUG io.github.prtbackup."))
                .endsWith("the end");
        // sqlite-jdbc itself logs every text that it compiles at TRACE.
        assertThat(lines.stream().filter(line -> !line.contains(" TRACE org.sqlite.")))
                .noneMatch(line ->
                        line.contains(SECRET) || line.toUpperCase(Locale.ROOT).contains(hex));
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            hex.append(String.format(Locale.ROOT, "%02X", one));
        }
        return hex.toString();
    }

    /** What goes wrong is left to the next thing to find. */
    @FunctionalInterface
    private interface Thing {
        void happen() throws Exception;
    }

    /** The process that leads it. */
    static final class Life {
        private final Path database;
        private final String[] parameters;
        private int failures;

        private Life(Path database, String strategy, String journalMode) {
            this.database = database;
            this.parameters = new String[] {
                "backup.strategy=" + strategy, "journal_mode=" + journalMode, "backup.keep=20", "backup.keep-points=20"
            };
        }

        public static void main(String[] arguments) throws Exception {
            printAllOfJavaUtilLogging();
            Life life = new Life(Path.of(arguments[0]), arguments[1], arguments[2]);
            life.writes();
            life.readsAndRestores();
            life.failingBackups();
            life.damagedFiles();
            assertThat(life.failures).isGreaterThan(10);
            System.out.println("the end");
        }

        private static void printAllOfJavaUtilLogging() {
            Logger root = Logger.getLogger("");
            for (Handler handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            root.setLevel(Level.ALL);
            root.addHandler(new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    System.out.println("java.util.logging " + entry.getLoggerName() + " " + entry.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            });
        }

        private void mayFail(Thing thing) throws Exception {
            try {
                thing.happen();
            } catch (IOException | SQLException | IllegalArgumentException | UndoRefusedException e) {
                failures++;
            }
        }

        private void writes() throws Exception {
            try (Connection connection = Sql.open(database, parameters)) {
                Sql.run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE, w CHECK (w <> 'no'))");
                Sql.run(connection, "CREATE TABLE p (k TEXT PRIMARY KEY, v) WITHOUT ROWID");
                List<String> statements = List.of(
                        "INSERT INTO t VALUES (1, 'SECRET 1', NULL)",
                        "INSERT INTO t VALUES (2, 'SECRET 2', NULL) RETURNING v",
                        "INSERT INTO t (v) VALUES ('SECRET 1')",
                        "INSERT INTO t (v, w) VALUES ('SECRET 9', 'no')",
                        "INSERT INTO p VALUES ('SECRET', x'" + hex(SECRET) + "')",
                        "UPDATE t SET v = \"SECRET 3\" WHERE id = 2",
                        "UPDATE t SET v = 'SECRET 3' WHERE id = 2",
                        "UPDATE t SET v = 'SECRET 4' WHERE nowhere = 'SECRET'",
                        "INSERT INTO missing VALUES ('SECRET')",
                        "UPDATE t SET v = 'SECRET",
                        "SECRET",
                        "DELETE FROM t WHERE v GLOB 'SECRET' AND /* SECRET */ 1 -- SECRET",
                        "INSERT INTO t (v) SELECT 'SECRET 5'; UPDATE t SET v = 'SECRET 6' WHERE v = 'SECRET 5'; nonsense SECRET",
                        "WITH s (v) AS (VALUES ('SECRET 7')) INSERT INTO t (v) SELECT v FROM s",
                        "CREATE VIEW shown AS SELECT 'SECRET'",
                        "PRAGMA user_version = 'SECRET'",
                        "SELECT * FROM t WHERE v = 'SECRET 1' OR unknown('SECRET')",
                        "(".repeat(900) + "'SECRET'");
                for (String statement : statements) {
                    mayFail(() -> {
                        try (java.sql.Statement on = connection.createStatement()) {
                            on.execute(statement.replace("SECRET", SECRET));
                        }
                    });
                }
                bound(connection);
            }
        }

        private void bound(Connection connection) throws Exception {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (v) VALUES (?)")) {
                for (int i = 0; i < 4; i++) {
                    insert.setString(1, SECRET + " bound " + i % 3);
                    mayFail(insert::executeUpdate);
                }
                insert.setBytes(1, SECRET.getBytes(StandardCharsets.UTF_8));
                insert.addBatch();
                insert.addBatch();
                mayFail(insert::executeBatch);
            }
            connection.setAutoCommit(false);
            try (PreparedStatement update = connection.prepareStatement("UPDATE p SET v = :v WHERE k = :k")) {
                update.setString(1, SECRET + " again");
                update.setString(2, SECRET);
                update.executeUpdate();
            }
            connection.commit();
        }

        private void readsAndRestores() throws Exception {
            try (PrtBackup backups = PrtBackup.open(database)) {
                List<BackupInfo> history = backups.getBackupHistory();
                assertThat(history.size()).isGreaterThan(8);
                for (BackupInfo backup : history) {
                    mayFail(() -> backups.diff(Version.of(backup.backupId()), Version.NOW)
                            .close());
                    mayFail(() -> backups.changesAfter(backup.backupId()).close());
                    mayFail(() -> backups.previewUndoOnly(backup.backupId()).close());
                    mayFail(() -> backups.undoOnly(backup.backupId()));
                }
                mayFail(() -> backups.log("p", RowKey.of(SECRET)).close());
                mayFail(() -> backups.log("t", RowKey.of(SECRET)).close());
                mayFail(backups::undo);
                mayFail(backups::redo);
                long first = history.get(history.size() / 2).backupId();
                mayFail(() -> backups.previewRestore(first).close());
                mayFail(() -> backups.restoreFromBackup(first));
                mayFail(() -> backups.restoreFromBackup(12345));
                mayFail(() -> backups.exportBackup(first, database.resolveSibling("exported.db")));
                mayFail(() -> backups.exportBackup(first, database.resolveSibling("exported.db")));
                backups.createBackupWithComment("by hand");
            }
            for (List<String> command : List.of(
                    List.of("list"),
                    List.of("diff", "1", "now", "--rows"),
                    List.of("diff", "1", SECRET),
                    List.of("preview", "2"),
                    List.of("log", "t", "1"),
                    List.of("log", "p", "'" + SECRET + "'"),
                    List.of("undo", "--yes"),
                    List.of("undo", "--yes", "--only", "3"),
                    List.of("restore", "--yes", "4"),
                    List.of("verify"))) {
                List<String> words = new ArrayList<>(List.of(command.get(0), "--debug", database.toString()));
                words.addAll(command.subList(1, command.size()));
                Cli.Result result = Cli.run(words.toArray());
                // What was typed may be said again.
                if (!command.contains(SECRET)) {
                    System.out.println(
                            "err of " + command.get(0) + ": " + result.err().replace('\n', ' '));
                }
            }
        }

        private void failingBackups() throws Exception {
            Path file = Files.writeString(database.resolveSibling("file"), "in the way");
            for (String onFailure : List.of("abort", "warn")) {
                String[] nowhere = {"backup.dir=" + file, "backup.on-failure=" + onFailure};
                try (Connection connection = Sql.open(database, nowhere)) {
                    mayFail(() -> Sql.run(connection, "INSERT INTO t (v) VALUES ('" + SECRET + " " + onFailure + "')"));
                    mayFail(() -> Sql.run(connection, "UPDATE t SET v = '" + SECRET + "', nowhere = 1"));
                    connection.setAutoCommit(false);
                    mayFail(() -> Sql.run(connection, "DELETE FROM t WHERE v = '" + SECRET + "'"));
                    mayFail(connection::commit);
                }
            }
        }

        private void damagedFiles() throws Exception {
            Path backups = database.resolveSibling("backups");
            Files.writeString(backups.resolve("backup_metadata.json"), "{\"backups\": [" + SECRET + "]}");
            write("1");
            Files.writeString(
                    backups.resolve("backup_metadata.json"),
                    "{\"backups\": [{\"backup_id\": \"" + SECRET + "\", \"comment\": 5}], \"next_id\": 3}");
            write("2");
            try (Stream<Path> files = Files.list(backups)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                        if (damaged.length() > 200 && !file.toString().endsWith(".json")) {
                            damaged.seek(damaged.length() / 2);
                            damaged.write((SECRET + " " + SECRET).getBytes(StandardCharsets.UTF_8));
                        }
                    }
                }
            }
            write("3");
            try (PrtBackup opened = PrtBackup.open(database)) {
                for (BackupInfo backup : opened.getBackupHistory()) {
                    mayFail(() -> opened.verifyBackup(backup.backupId())
                            .problems()
                            .forEach(problem -> System.out.println("problem: " + problem)));
                    mayFail(() -> opened.diff(Version.of(backup.backupId()), Version.NOW)
                            .close());
                    mayFail(() -> opened.restoreFromBackup(backup.backupId()));
                }
            }
            // The last pages of the database, of which some are full of rows.
            try (RandomAccessFile damaged = new RandomAccessFile(database.toFile(), "rw")) {
                for (long page = 1; page < damaged.length() / 4096; page++) {
                    damaged.seek(page * 4096);
                    damaged.write(SECRET.getBytes(StandardCharsets.UTF_8));
                }
            }
            write("4");
            write("5");
        }

        private void write(String suffix) throws Exception {
            mayFail(() -> {
                try (Connection connection = Sql.open(database, parameters)) {
                    Sql.run(connection, "INSERT INTO t (v) VALUES ('" + SECRET + " late " + suffix + "')");
                }
            });
        }
    }
}
