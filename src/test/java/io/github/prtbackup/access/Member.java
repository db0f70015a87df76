package io.github.prtbackup.access;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;

/** A process of some user that works with a database, and prints what became of each step. */
final class Member {
    private Member() {}

    /**
     * Takes the steps.
     *
     * @param arguments the database, the strategy, and steps: SQL, or one that begins with a dot
     */
    public static void main(String[] arguments) {
        Path database = Path.of(arguments[0]);
        for (int i = 2; i < arguments.length; i++) {
            String result;
            try {
                run(database, arguments[1], arguments[i]);
                result = "ok";
            } catch (Exception e) {
                result = arguments[i] + ": " + e;
            }
            System.out.println(result);
        }
    }

    static void run(Path database, String strategy, String step) throws Exception {
        if (!step.startsWith(".")) {
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "busy_timeout=60000")) {
                Sql.run(connection, step);
            }
            return;
        }
        Properties properties = new Properties();
        properties.setProperty("backup.strategy", strategy);
        try (PrtBackup backups = PrtBackup.open(database, properties)) {
            switch (step) {
                case ".create" -> backups.createBackupWithComment("of a member");
                case ".undo" -> backups.undo();
                case ".redo" -> backups.redo();
                case ".cleanup" -> backups.cleanupAutoBackups(1);
                case ".restore" -> {
                    List<BackupInfo> history = backups.getBackupHistory();
                    backups.restoreFromBackup(history.get(history.size() - 1).backupId());
                }
                case ".export" -> {
                    long newest = backups.getBackupHistory().get(0).backupId();
                    backups.exportBackup(newest, database.resolveSibling("exported-" + System.nanoTime()));
                }
                default -> throw new IllegalArgumentException(step);
            }
        }
    }
}
