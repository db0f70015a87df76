package io.github.prtbackup.backup;

import io.github.prtbackup.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;

/** Opens catalogues, which know nothing of SQLite, with the means to tell a good database. */
public final class Catalogs {

    private Catalogs() {}

    /** The catalogue of a backup directory, which is created with its first backup. */
    public static Catalog open(Path directory) {
        return Catalog.open(directory, Catalogs::isGoodDatabase);
    }

    /** Whether SQLite can read the file and finds nothing wrong in it. An empty file is an empty database. */
    public static boolean isGoodDatabase(Path file) throws IOException {
        if (Files.size(file) == 0) {
            return true;
        }
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(file)) {
            return IntegrityCheck.complete(connection).problems().isEmpty();
        } catch (SQLException e) {
            return false;
        }
    }
}
