package io.github.prtbackup.faults;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.backup.KeptFiles;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A short life of a database that has all that happens to backups: the first one, transactions of both kinds, manual
 * backups, clean-up, deletion, restores, lost metadata, a damaged timeline, a database that is gone.
 *
 * <p>It tells what it is about to do, and what has been done, in the words that {@link Diary} understands. Where something
 * fails, it looks whether all is as it was before, and does it once more.
 */
final class Life {
    private static final int MOST_FAILURES = 50;

    private final Path database;
    private final Path backupDirectory;
    private final Setup setup;
    private final Consumer<String> events;
    private long state;
    private boolean isMissing;
    private byte[] journalLeft;

    private Life(Path database, Setup setup, Consumer<String> events) {
        this.database = database;
        this.backupDirectory = database.resolveSibling("backups");
        this.setup = setup;
        this.events = events;
    }

    /** For {@link WatchedClasses}, behind which types of the JDK only are the same. */
    static void live(Path database, String setup, Consumer<String> events) throws Exception {
        try {
            new Life(database, Setup.valueOf(setup), events).live();
        } finally {
            // A process keeps some files open of each database that it has used. Here there are thousands.
            KeptFiles.close();
        }
    }

    private void live() throws Exception {
        try (Connection connection = open()) {
            for (int i = 0; i < 4; i++) {
                transaction(connection, i % 2 == 0);
            }
        }
        long manual = manual();
        try (Connection connection = open()) {
            for (int i = 0; i < 12; i++) {
                transaction(connection, i % 3 == 0);
            }
            // Others have the database open.
            restore(manual);
            transaction(connection, true);
        }
        long second = manual();
        events.accept("deleting " + manual);
        tried(() -> {
            try (PrtBackup backups = backups()) {
                return backups.getBackupHistory().stream().anyMatch(backup -> backup.backupId() == manual)
                        ? backups.deleteBackup(manual)
                        : null;
            }
        });
        cleanUp();
        deletePoint();
        manual();
        damageMetadata();
        try (Connection connection = open()) {
            for (int i = 0; i < 9; i++) {
                transaction(connection, true);
            }
        }
        damageTimeline();
        try (Connection connection = open()) {
            for (int i = 0; i < 2; i++) {
                transaction(connection, true);
            }
            keepJournal();
        }
        deleteDatabase();
        isMissing = true;
        events.accept("missing");
        restore(second);
        try (Connection connection = open()) {
            transaction(connection, true);
            transaction(connection, false);
        }
        events.accept("end");
    }

    private Connection open() throws Exception {
        return tried(() -> Sql.open(database, setup.parameters()));
    }

    private PrtBackup backups() throws IOException, SQLException {
        return PrtBackup.open(database, setup.properties());
    }

    private void transaction(Connection connection, boolean explicit) throws Exception {
        events.accept("begin " + (state + 1));
        tried(() -> {
            try {
                run(connection, explicit);
            } catch (SQLException e) {
                if (explicit) {
                    connection.rollback();
                }
                requireState(connection, e);
                throw e;
            }
            return null;
        });
        state++;
        events.accept("done " + state);
    }

    private void run(Connection connection, boolean explicit) throws SQLException {
        List<String> steps = Content.steps(state);
        connection.setAutoCommit(!explicit);
        if (explicit) {
            Sql.run(connection, steps.toArray(String[]::new));
            connection.commit();
            connection.setAutoCommit(true);
        } else {
            runAsString(connection, String.join(";", steps));
        }
    }

    /** In autocommit mode each statement of a string is committed alone. */
    private static void runAsString(Connection connection, String steps) throws SQLException {
        try {
            Sql.run(connection, "BEGIN;" + steps + ";COMMIT");
        } catch (SQLException e) {
            try {
                Sql.run(connection, "ROLLBACK");
            } catch (SQLException none) {
                // It has failed before it began, or SQLite has rolled back.
                e.addSuppressed(none);
            }
            throw e;
        }
    }

    private void requireState(Connection connection, Exception reason) throws SQLException {
        long now = Sql.number(connection, Content.STATE);
        if (now != state) {
            throw new AssertionError("It was written nevertheless: " + now + " and not " + state, reason);
        }
    }

    private long manual() throws Exception {
        long id = tried(() -> {
            try (PrtBackup backups = backups()) {
                return backups.createBackupWithComment("by hand").backupId();
            }
        });
        events.accept("manual " + id + " " + state);
        return id;
    }

    private void restore(long id) throws Exception {
        long target = targetOf(id);
        events.accept("restoring " + target);
        long safety = tried(() -> {
            try (PrtBackup backups = backups()) {
                return backups.restoreFromBackup(id)
                        .safetyBackup()
                        .map(BackupInfo::backupId)
                        .orElse(-1L);
            } catch (IOException | SQLException | RuntimeException e) {
                requireOldState(target, e);
                throw e;
            }
        });
        if (safety >= 0) {
            events.accept("manual " + safety + " " + (isMissing ? target : state));
        }
        isMissing = false;
        state = target;
        events.accept("restored " + state);
    }

    /** Either it succeeds entirely, or the database is as it was; if there was none, it may be there and not be durable. */
    private void requireOldState(long target, Exception reason) throws SQLException {
        if (Files.exists(database) && !(isMissing && Sql.number(database, Content.STATE) == target)) {
            try (Connection connection = Sql.plain(database)) {
                requireState(connection, reason);
            }
        }
    }

    private long targetOf(long id) throws Exception {
        return tried(() -> {
            try (PrtBackup backups = backups()) {
                return Sql.number(backups.getBackup(id).backupPath(), Content.STATE);
            }
        });
    }

    private void cleanUp() throws Exception {
        events.accept("cleanup 2");
        tried(() -> {
            try (PrtBackup backups = backups()) {
                return backups.cleanupAutoBackups(2);
            }
        });
    }

    /** The newest automatic one. */
    private void deletePoint() throws Exception {
        events.accept("cleanup 0");
        tried(() -> {
            try (PrtBackup backups = backups()) {
                List<BackupInfo> automatic = backups.getBackupHistory().stream()
                        .filter(BackupInfo::isAuto)
                        .toList();
                if (automatic.isEmpty()) {
                    return null;
                }
                events.accept("deleting " + automatic.get(0).backupId());
                return backups.deleteBackup(automatic.get(0).backupId());
            }
        });
        events.accept("deleted");
    }

    private void damageMetadata() throws IOException {
        Path metadata = backupDirectory.resolve("backup_metadata.json");
        Path copy = backupDirectory.resolve(".backup_metadata.copy.json");
        // Where the copy could not be written, two things would be lost at once, and with them ids.
        if (Files.exists(metadata) && Files.exists(copy) && Files.mismatch(metadata, copy) < 0) {
            Files.writeString(metadata, "{\"backups\": [{");
            events.accept("damaged");
        }
    }

    private void damageTimeline() throws IOException {
        events.accept("cleanup 0");
        try (Stream<Path> files = Files.list(backupDirectory)) {
            for (Path head :
                    files.filter(file -> file.toString().endsWith(".head")).toList()) {
                Files.writeString(head, "PRTHEAD\n, and no more");
            }
        }
        events.accept("damaged");
    }

    /** As a process leaves it that dies in a transaction: SQLite would apply it to whatever has the name of the database. */
    private void keepJournal() throws IOException, SQLException {
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "PRAGMA cache_size = 1", "BEGIN", "UPDATE t SET v = v || hex(randomblob(3000))");
            journalLeft = Files.readAllBytes(journal());
            Sql.run(plain, "ROLLBACK");
        }
    }

    private Path journal() {
        return database.resolveSibling(
                database.getFileName() + (setup.journalMode.equals("WAL") ? "-wal" : "-journal"));
    }

    /** And leaves its journal. */
    private void deleteDatabase() throws IOException {
        for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
            Files.deleteIfExists(database.resolveSibling(database.getFileName() + suffix));
        }
        Files.write(journal(), journalLeft);
    }

    /** Something that may fail. */
    @FunctionalInterface
    private interface Attempt<T> {
        T run() throws Exception;
    }

    /** What fails succeeds when it is tried again. */
    private <T> T tried(Attempt<T> attempt) throws Exception {
        for (int i = 0; i < MOST_FAILURES; i++) {
            try {
                return attempt.run();
            } catch (IOException | SQLException | RuntimeException e) {
                events.accept("failed " + e.toString().replace('\n', ' '));
            }
        }
        return attempt.run();
    }
}
