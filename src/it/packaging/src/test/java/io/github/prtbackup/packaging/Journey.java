package io.github.prtbackup.packaging;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.jdbc.BackupDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A main class that does with the driver what an application may do. */
final class Journey {

    private Journey() {}

    public static void main(String[] arguments) throws Exception {
        for (String strategy : List.of("full", "incremental")) {
            String url = "jdbc:prtbackup:sqlite:" + strategy + ".db?backup.strategy=" + strategy;
            try (Connection connection = DriverManager.getConnection(url)) {
                run(connection, "CREATE TABLE t (a)");
                run(connection, "INSERT INTO t VALUES (1), (2)");
            }
            BackupDataSource source = new BackupDataSource();
            source.setUrl(url);
            try (Connection connection = source.getConnection()) {
                run(connection, "DELETE FROM t");
            }
            try (PrtBackup backups = PrtBackup.open(Path.of(strategy + ".db"))) {
                backups.createBackupWithComment("by hand");
                List<BackupInfo> history = backups.getBackupHistory();
                System.out.println(strategy + " backups: " + history.size());
                backups.restoreFromBackup(history.get(1).backupId());
            }
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + strategy + ".db");
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
                System.out.println(strategy + " rows: " + rows.getString(1));
            }
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
