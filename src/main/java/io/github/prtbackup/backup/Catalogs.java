package io.github.prtbackup.backup;

import io.github.prtbackup.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Statement;

/** Opens catalogues, which know nothing of SQLite, with the means to tell a good database. */
public final class Catalogs {

    private Catalogs() {}

    /** The catalogue of a backup directory, which is created with its first backup. */
    public static Catalog open(Path directory) {
        return Catalog.open(directory, Catalogs::isGoodDatabase);
    }

    /** Whether SQLite can read the file and finds nothing wrong in its structure. An empty file is an empty database. */
    public static boolean isGoodDatabase(Path file) throws IOException {
        if (Files.size(file) == 0) {
            return true;
        }
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(file);
                JDBC4Statement statement = new JDBC4Statement(connection);
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            return rows.next() && "ok".equals(rows.getString(1));
        } catch (SQLException e) {
            return false;
        }
    }
}
