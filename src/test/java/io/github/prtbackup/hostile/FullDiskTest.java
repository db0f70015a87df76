package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.SmallDisk;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A life on a small disk. Before each thing that is done, the disk is filled but for nothing, then but for a little more each
 * time, until it succeeds: what fails leaves all as it was, and nothing that takes the room for good.
 *
 * <p>{@code -Dprtbackup.long=true} takes every step of 4 KiB and a longer life, by {@code -Dprtbackup.long.seed=1}.
 */
class FullDiskTest {
    private static final boolean LONG = Boolean.getBoolean("prtbackup.long");
    private static final int STEPS = LONG ? 150 : 14;
    private static final int DISK = 8 * 1024;
    private static final String ROWS = "SELECT id || ' ' || v FROM t ORDER BY id";
    private static final int KEEP = 4;

    /** What nothing may be left of. */
    private static final String ABANDONED = "\\.tmp.*|.*-journal|.*damaged.*";

    @TempDir
    Path directory;

    private SmallDisk disk;
    private Path database;
    private Path backupDirectory;
    private String[] parameters;
    private Random random;

    /** What each backup that is there must hold. */
    private final Map<Long, List<String>> expected = new HashMap<>();

    private long exportedId;
    private int failures;

    @ParameterizedTest
    @CsvSource({
        "full, DELETE, backups",
        "incremental, DELETE, backups",
        "full, WAL, all",
        "incremental, WAL, all",
        "incremental, DELETE, all"
    })
    void whatFailsLeavesAllAsItWas(String strategy, String journalMode, String onTheDisk) throws Exception {
        long seed = Long.getLong("prtbackup.long.seed", 1);
        random = new Random(seed);
        disk = SmallDisk.mount(directory.resolve("disk"), DISK);
        try (SmallDisk mounted = disk) {
            database = (onTheDisk.equals("all") ? mounted.path() : directory).resolve("prt.db");
            backupDirectory = mounted.path().resolve("kept");
            parameters = new String[] {
                "backup.dir=" + backupDirectory,
                "backup.strategy=" + strategy,
                "backup.keep=" + KEEP,
                "backup.keep-points=" + 3 * KEEP,
                "busy_timeout=1000"
            };
            try (Connection plain = Sql.plain(database)) {
                Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
                Sql.run(plain, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
                Sql.run(plain, insert(25));
            }
            Connection bystander = Sql.open(database, parameters);
            try (bystander) {
                for (int step = 0; step < STEPS; step++) {
                    Deed deed = step < Deed.values().length
                            ? Deed.values()[step]
                            : Deed.values()[random.nextInt(Deed.values().length)];
                    try {
                        untilItSucceeds(deed, bystander);
                    } catch (AssertionError | Exception e) {
                        throw new AssertionError("seed " + seed + ", step " + step + ", " + deed, e);
                    }
                    makeRoom();
                }
            }
        }
        System.out.println(strategy + " " + journalMode + ", " + onTheDisk + ": " + failures + " failures");
        assertThat(failures).isGreaterThan(STEPS);
    }

    /** Restores leave safety backups, which nothing else deletes. */
    private void makeRoom() throws IOException, SQLException {
        List<Long> ids = ids();
        try (PrtBackup backups = open()) {
            for (long id : ids.subList(0, Math.max(0, ids.size() - 5 * KEEP))) {
                backups.deleteBackup(id);
                expected.remove(id);
            }
        }
    }

    private enum Deed {
        SMALL_TRANSACTION,
        LARGE_TRANSACTION,
        ON_THE_KEPT_CONNECTION,
        MANUAL_BACKUP,
        AUTOMATIC_BACKUP,
        RESTORE,
        UNDO,
        REDO,
        UNDO_ONLY,
        EXPORT,
        COMPARE,
        CLEAN_UP,
        REBUILD_OF_METADATA,
        DELETE
    }

    private void untilItSucceeds(Deed deed, Connection bystander) throws Exception {
        Attempt attempt = prepare(deed, bystander);
        for (int room = 0; ; room += LONG ? 4 : 4 * (1 + random.nextInt(24))) {
            assertThat(room).as("needed").isLessThan(DISK / 2);
            List<String> rows = rows();
            List<Long> ids = ids();
            List<String> files = files();
            disk.leave(room);
            Exception failure = null;
            Result result = null;
            try {
                result = attempt.run();
            } catch (IOException | SQLException e) {
                failure = e;
            }
            disk.leave(-1);
            if (failure == null) {
                check(result, rows, ids);
                if (deed == Deed.EXPORT) {
                    assertThat(Sql.column(exported(), ROWS)).isEqualTo(expected.get(exportedId));
                    Files.delete(exported());
                }
                return;
            }
            assertThat(exported()).doesNotExist();
            failures++;
            requireClear(failure);
            assertThat(rows()).as("%s KiB, %s", room, failure).isEqualTo(rows);
            List<Long> idsNow = ids();
            List<Long> added = new ArrayList<>(idsNow);
            added.removeAll(ids);
            List<Long> gone = new ArrayList<>(ids);
            gone.removeAll(idsNow);
            if (deed != Deed.CLEAN_UP && deed != Deed.DELETE) {
                assertThat(gone).as("%s KiB, %s", room, failure).hasSizeLessThanOrEqualTo(added.size());
            }
            // The backup was there when it was the database for which there was no room; of a restore, at any time.
            assertThat(added).as("%s KiB, %s", room, failure).hasSizeLessThanOrEqualTo(mayLeaveABackup(deed) ? 1 : 0);
            added.forEach(id -> expected.put(id, rows));
            List<String> left = files();
            left.removeAll(files);
            assertThat(left).as("%s KiB, %s", room, failure).noneMatch(name -> name.matches(ABANDONED));
            assertThat(files().stream().filter(name -> name.contains("unreadable")))
                    .hasSizeLessThan(2);
            requireBackups();
        }
    }

    private boolean mayLeaveABackup(Deed deed) {
        return switch (deed) {
            case RESTORE, UNDO, REDO, UNDO_ONLY -> true;
            case SMALL_TRANSACTION, LARGE_TRANSACTION, ON_THE_KEPT_CONNECTION -> database.startsWith(disk.path());
            default -> false;
        };
    }

    /** Something that may fail. */
    @FunctionalInterface
    private interface Attempt {
        Result run() throws IOException, SQLException;
    }

    /**
     * What it is expected to have done.
     *
     * @param rows what the database holds now; null if the same
     * @param backupsOfBefore how many backups of the state before have been added, at least
     */
    private record Result(List<String> rows, int backupsOfBefore) {
        static final Result NOTHING = new Result(null, 0);
    }

    private Attempt prepare(Deed deed, Connection bystander) throws Exception {
        switch (deed) {
            case SMALL_TRANSACTION -> {
                return () -> {
                    try (Connection connection = Sql.open(database, parameters)) {
                        Sql.run(connection, "UPDATE t SET v = 'small " + random.nextInt(1000) + "' WHERE id = 3");
                        return new Result(Sql.column(connection, ROWS), 1);
                    }
                };
            }
            case LARGE_TRANSACTION -> {
                return () -> {
                    try (Connection connection = Sql.open(database, parameters)) {
                        return large(connection);
                    }
                };
            }
            case ON_THE_KEPT_CONNECTION -> {
                return () -> large(bystander);
            }
            case MANUAL_BACKUP -> {
                return with(backups -> {
                    backups.createBackupWithComment("by hand");
                    return new Result(null, 1);
                });
            }
            case AUTOMATIC_BACKUP -> {
                return with(backups -> {
                    backups.autoBackupBeforeOperation("something");
                    return new Result(null, 1);
                });
            }
            case RESTORE -> {
                long id = any(ids());
                List<String> wanted = expected.get(id);
                return with(backups -> {
                    backups.restoreFromBackup(id);
                    return new Result(wanted, 1);
                });
            }
            case UNDO -> {
                return with(backups -> {
                    long id;
                    try {
                        id = backups.undo().restored().backupId();
                    } catch (UndoRefusedException e) {
                        return Result.NOTHING;
                    }
                    return new Result(expected.get(id), 1);
                });
            }
            case REDO -> {
                return with(backups -> {
                    try {
                        backups.redo();
                    } catch (UndoRefusedException e) {
                        return Result.NOTHING;
                    }
                    return new Result(null, 1);
                });
            }
            case UNDO_ONLY -> {
                return with(backups -> {
                    List<BackupInfo> automatic = backups.undoable();
                    try {
                        backups.undoOnly(
                                automatic.isEmpty() ? 1 : automatic.get(0).backupId());
                    } catch (UndoRefusedException | IllegalArgumentException e) {
                        return Result.NOTHING;
                    }
                    return new Result(null, 1);
                });
            }
            case EXPORT -> {
                long id = any(ids());
                exportedId = id;
                return with(backups -> {
                    backups.exportBackup(id, exported());
                    return Result.NOTHING;
                });
            }
            case COMPARE -> {
                long id = any(ids());
                return with(backups -> {
                    backups.diff(Version.of(id), Version.NOW).close();
                    backups.previewRestore(id).close();
                    return Result.NOTHING;
                });
            }
            case CLEAN_UP -> {
                return with(backups -> {
                    backups.cleanupAutoBackups(2);
                    return Result.NOTHING;
                });
            }
            case REBUILD_OF_METADATA -> {
                Path metadata = backupDirectory.resolve("backup_metadata.json");
                String whole = Files.readString(metadata);
                return () -> {
                    // Each time anew, after somebody has read it and put it right. There is room for that.
                    Files.writeString(metadata, whole.substring(0, 20));
                    try (PrtBackup backups = open()) {
                        backups.getBackupHistory();
                        return Result.NOTHING;
                    }
                };
            }
            default -> {
                return with(backups -> {
                    List<BackupInfo> history = backups.getBackupHistory();
                    backups.deleteBackup(history.get(history.size() - 1).backupId());
                    return Result.NOTHING;
                });
            }
        }
    }

    /** What the Java API does. */
    @FunctionalInterface
    private interface Work {
        Result run(PrtBackup backups) throws IOException, SQLException;
    }

    private Attempt with(Work work) {
        return () -> {
            try (PrtBackup backups = open()) {
                return work.run(backups);
            }
        };
    }

    private PrtBackup open() throws IOException, SQLException {
        Properties properties = new Properties();
        for (String parameter : parameters) {
            properties.setProperty(
                    parameter.substring(0, parameter.indexOf('=')), parameter.substring(parameter.indexOf('=') + 1));
        }
        return PrtBackup.open(database, properties);
    }

    private Result large(Connection connection) throws SQLException {
        try {
            connection.setAutoCommit(false);
            Sql.run(connection, "DELETE FROM t WHERE id % 5 = " + random.nextInt(5), insert(5 + random.nextInt(20)));
            List<String> rows = Sql.column(connection, ROWS);
            connection.commit();
            connection.setAutoCommit(true);
            return new Result(rows, 1);
        } catch (SQLException e) {
            end(connection, e);
            throw e;
        }
    }

    /** Where the database is full, SQLite has rolled back already. */
    private static void end(Connection connection, SQLException reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private static String insert(int rows) {
        return "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < " + rows
                + ") INSERT INTO t (v) SELECT hex(randomblob(700)) FROM n";
    }

    private Path exported() {
        return disk.path().resolve("exported.db");
    }

    private long any(List<Long> ids) {
        return ids.get(random.nextInt(ids.size()));
    }

    private List<String> rows() throws SQLException {
        return Sql.column(database, ROWS);
    }

    private List<Long> ids() throws IOException, SQLException {
        try (PrtBackup backups = open()) {
            return backups.getBackupHistory().stream()
                    .map(BackupInfo::backupId)
                    .sorted()
                    .toList();
        }
    }

    private List<String> files() throws Exception {
        List<String> files = new ArrayList<>(Backups.files(disk.path()));
        files.addAll(Backups.files(database.getParent()));
        files.addAll(Backups.files(backupDirectory));
        return files;
    }

    private static void requireClear(Exception failure) {
        assertThat(failure.getMessage()).as("%s", failure).containsAnyOf("full", "No space left", "[SQLITE_");
        assertThat(failure.getMessage().contains("[SQLITE_")
                        || failure.getMessage().contains("/"))
                .as("%s says where", failure)
                .isTrue();
        assertThat(failure).isNotInstanceOf(UndoRefusedException.class);
    }

    private void check(Result result, List<String> before, List<Long> known) throws Exception {
        if (result.rows() != null) {
            assertThat(rows()).isEqualTo(result.rows());
        }
        List<Long> ids = ids();
        List<Long> added = new ArrayList<>(ids);
        added.removeAll(known);
        assertThat(added.size()).isGreaterThanOrEqualTo(result.backupsOfBefore());
        for (long id : added) {
            expected.put(id, before);
        }
        expected.keySet().retainAll(ids);
        requireBackups();
        assertThat(Backups.files(backupDirectory)).noneMatch(name -> name.startsWith(".tmp"));
    }

    /** All that are listed are good. */
    private void requireBackups() throws Exception {
        Path checked = directory.resolve("checked.db");
        try (PrtBackup backups = open()) {
            for (BackupInfo backup : backups.getBackupHistory()) {
                // Verifies it, too.
                backups.exportBackup(backup.backupId(), checked);
                assertThat(Sql.column(checked, ROWS)).as("%s", backup).isEqualTo(expected.get(backup.backupId()));
                Files.delete(checked);
            }
        }
    }
}
