package io.github.prtbackup.backup;

import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.files.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Opens catalogues, which know nothing of SQLite, with the means to tell a good database. */
public final class Catalogs {

    private Catalogs() {}

    /** The catalogue of a backup directory, which is created with its first backup. */
    public static Catalog open(Path directory) {
        return Catalog.open(directory, Catalogs::isGoodDatabase);
    }

    /** That of the backups of a database. Who may use the database may use the directory, too. */
    public static Catalog open(Settings settings, Path database) {
        return open(settings, database, Patience.LONG);
    }

    /** As {@link #open(Settings, Path)}, for who waits for its lock only so long. */
    static Catalog open(Settings settings, Path database, Patience patience) {
        return Catalog.open(
                settings.directoryFor(database),
                database,
                !settings.namesDirectory(),
                patience,
                Catalogs::isGoodDatabase);
    }

    /**
     * Makes the backups of a database right again, if a crash has left something there, and nobody is at work in them. Who may
     * only read them has nothing to put right.
     *
     * @throws IOException if they can't be read, or written by who may
     */
    public static void putRight(Catalog catalog, Path database) throws IOException {
        try {
            catalog.reconcileUnlessHeld(database);
        } catch (IOException e) {
            if (catalog.mayChange()) {
                throw e;
            }
        }
    }

    /**
     * Whether SQLite can read the file and finds nothing wrong in it. An empty file is an empty database.
     *
     * @throws IOException if that can't be found out, as where the disk fails or memory is short
     */
    public static boolean isGoodDatabase(Path file) throws IOException {
        if (Files.size(file) == 0) {
            return true;
        }
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(file)) {
            return IntegrityCheck.complete(connection).problems().isEmpty();
        } catch (SQLException e) {
            if (!isOfTheFile(e)) {
                throw new IOException(file + " can't be checked now: " + e.getMessage(), e);
            }
            return false;
        }
    }

    /** Not of the disk, or of the memory. What is missing at the end of a file is an error of reading for SQLite. */
    private static boolean isOfTheFile(SQLException e) {
        if (!(e instanceof SQLiteException failure)) {
            return false;
        }
        SQLiteErrorCode code = failure.getResultCode();
        int primary = code.code & 0xff;
        return code == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ
                || (primary != SQLiteErrorCode.SQLITE_IOERR.code
                        && primary != SQLiteErrorCode.SQLITE_NOMEM.code
                        && primary != SQLiteErrorCode.SQLITE_CANTOPEN.code);
    }
}
