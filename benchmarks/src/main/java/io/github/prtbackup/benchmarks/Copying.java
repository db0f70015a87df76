package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What programs do by themselves before a transaction: copy the database into a file that does not exist yet. */
final class Copying {

    private Copying() {}

    /**
     * The way that is most common, and wrong: closing the file drops the locks that SQLite holds on it in this process, and
     * without a lock of its own the copy may be torn. Nobody else is there while it is measured.
     */
    static void file(Path database, Path target) throws IOException {
        Files.copy(database, target);
        Path wal = Path.of(database + "-wal");
        if (Files.exists(wal)) {
            Files.copy(wal, Path.of(target + "-wal"));
        }
    }

    static void backupApi(Connection connection, Path target) throws SQLException {
        run(connection, "backup to '" + target + "'");
    }

    static void vacuumInto(Connection connection, Path target) throws SQLException {
        run(connection, "VACUUM INTO '" + target + "'");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
