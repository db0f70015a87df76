package io.github.prtbackup.backup;

import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * Opens the present state of a database for reading, whatever a process that died has left beside it. SQLite lets nobody
 * read a database with a hot journal before somebody has rolled that back, and needs the shared memory of a log, which it may
 * have to make anew. That is what any program does that opens the database to write, and so does this: it reads
 * once on a connection that may write. Where the file, its directory or the whole disk is read-only, SQLite does the same to
 * a private copy.
 */
public final class LiveReader {

    private static final Logger log = LoggerFactory.getLogger(LiveReader.class);

    /** What SQLite says where it would have to write first, and must not or cannot. */
    private static final Set<SQLiteErrorCode> IN_THE_WAY = Set.of(
            SQLiteErrorCode.SQLITE_READONLY,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_PERM,
            SQLiteErrorCode.SQLITE_IOERR);

    private LiveReader() {}

    /**
     * Opens a database that others may be using.
     *
     * @param database an existing file
     * @param busyMillis how long to wait for others, in milliseconds
     * @param scratch makes the file for a private copy
     * @return a connection of ours that is only read; closing it removes the copy
     * @throws IOException if a copy is needed and cannot be made
     * @throws SQLException if SQLite cannot read the database
     */
    public static SQLiteConnection open(Path database, int busyMillis, IOCallable<PendingFile> scratch)
            throws IOException, SQLException {
        try {
            return openInPlace(database, busyMillis);
        } catch (SQLException e) {
            requireInTheWay(e);
            log.debug("{} cannot be recovered where it is", database, e);
        }
        return read(RecoveredCopy.open(database, scratch), busyMillis);
    }

    /** As {@link #open}, but never a copy: for who needs the files themselves. */
    static SQLiteConnection openInPlace(Path database, int busyMillis) throws SQLException {
        try {
            return read(ReadOnlyConnection.open(database), busyMillis);
        } catch (SQLException e) {
            requireInTheWay(e);
            log.debug("{} is to be recovered first", database, e);
        }
        recover(database, busyMillis);
        return read(ReadOnlyConnection.open(database), busyMillis);
    }

    /** Lets SQLite do what it does before it first reads a database that it may write. */
    private static void recover(Path database, int busyMillis) throws SQLException {
        String address = ReadOnlyConnection.uri(database) + "?cache=private&mode=rw";
        try (SQLiteConnection writer = KeptFiles.whileOpening(
                () -> new JDBC4Connection("jdbc:sqlite:" + address, address, new Properties()))) {
            writer.setBusyTimeout(busyMillis);
            touch(writer);
        }
    }

    private static SQLiteConnection read(SQLiteConnection connection, int busyMillis) throws SQLException {
        try {
            connection.setBusyTimeout(busyMillis);
            touch(connection);
            return connection;
        } catch (SQLException | RuntimeException | Error e) {
            try (connection) {
                throw e;
            }
        }
    }

    /** Reads as little as there is, for which the state has to be known. */
    private static void touch(SQLiteConnection connection) throws SQLException {
        String unused = Queries.first(connection, "PRAGMA schema_version");
    }

    private static void requireInTheWay(SQLException e) throws SQLException {
        int primary = e.getErrorCode() & 0xff;
        if (IN_THE_WAY.stream().noneMatch(code -> code.code == primary)) {
            throw e;
        }
    }
}
