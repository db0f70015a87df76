package io.github.prtbackup.faults;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.sqlite.SQLiteErrorCode;

/**
 * A process with two threads that write, and one that does all else, until it is killed. It says what it is about to do, and
 * what it has done; an error that is not to be expected ends it with that.
 */
final class LoadedProcess {
    static final int FEWEST_KEPT = 3;
    private static final int WRITERS = 2;

    private final Path database;
    private final Setup setup;

    private LoadedProcess(Path database, Setup setup) {
        this.database = database;
        this.setup = setup;
    }

    public static void main(String[] arguments) throws Exception {
        LoadedProcess process = new LoadedProcess(Path.of(arguments[0]), Setup.valueOf(arguments[1]));
        String name = arguments[2];
        Random random = new Random(Long.parseLong(arguments[3]));
        // Here, so that all that is loaded once is loaded before the time begins.
        process.open().close();
        System.out.println("ready");
        for (int i = 0; i < WRITERS; i++) {
            String writer = name + "-" + i;
            start(() -> process.write(writer));
        }
        Random own = new Random(random.nextLong());
        start(() -> process.keep(own));
    }

    private static void start(Callable<Void> work) {
        new Thread(() -> {
                    try {
                        work.call();
                    } catch (Exception | Error e) {
                        System.out.println("error " + e.toString().replace('\n', ' '));
                        e.printStackTrace();
                        Runtime.getRuntime().halt(1);
                    }
                })
                .start();
    }

    private Connection open() throws SQLException {
        return Sql.open(database, setup.parameters(), "busy_timeout=20000");
    }

    private Void write(String name) throws SQLException {
        int number = 0;
        while (true) {
            try (Connection connection = open()) {
                for (int i = 0; i < 20; i++) {
                    number++;
                    transaction(connection, name + "-" + number);
                }
            }
        }
    }

    private void transaction(Connection connection, String name) throws SQLException {
        connection.setClientInfo("backup.operation", name);
        try {
            Sql.run(connection, "BEGIN IMMEDIATE");
            long state = Sql.number(connection, Content.STATE);
            System.out.println("begin " + name + " " + state);
            Sql.run(connection, Content.steps(state).toArray(String[]::new));
            Sql.run(connection, "COMMIT");
            System.out.println("done " + name);
        } catch (SQLException e) {
            requireBusy(e);
            try {
                Sql.run(connection, "ROLLBACK");
            } catch (SQLException none) {
                // It was BEGIN that failed.
            }
        }
    }

    private Void keep(Random random) throws IOException, SQLException, InterruptedException {
        while (true) {
            try (PrtBackup backups = PrtBackup.open(database, setup.properties())) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> backups.cleanupAutoBackups(FEWEST_KEPT + random.nextInt(5));
                    case 2 ->
                        System.out.println("manual "
                                + backups.createBackupWithComment("by hand").backupId());
                    case 3 -> deleteManual(backups, random);
                    default -> restore(backups, random);
                }
            } catch (SQLException e) {
                requireBusy(e);
            }
            Thread.sleep(random.nextInt(30));
        }
    }

    private void deleteManual(PrtBackup backups, Random random) throws IOException, SQLException {
        List<BackupInfo> manual = backups.getBackupHistory().stream()
                .filter(backup -> !backup.isAuto())
                .toList();
        if (manual.size() > FEWEST_KEPT) {
            long id = manual.get(random.nextInt(manual.size())).backupId();
            System.out.println("deleting " + id);
            try {
                backups.deleteBackup(id);
            } catch (IllegalArgumentException e) {
                // Somebody else was faster.
            }
        }
    }

    private void restore(PrtBackup backups, Random random) throws IOException, SQLException {
        List<BackupInfo> all = backups.getBackupHistory();
        if (all.isEmpty()) {
            return;
        }
        System.out.println("restoring");
        try {
            backups.restoreFromBackup(all.get(random.nextInt(all.size())).backupId())
                    .safetyBackup()
                    .ifPresent(safety -> System.out.println("manual " + safety.backupId()));
        } catch (IllegalArgumentException | java.nio.file.NoSuchFileException e) {
            // Somebody has cleaned up.
        }
    }

    private static void requireBusy(SQLException e) throws SQLException {
        if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
            throw e;
        }
    }
}
