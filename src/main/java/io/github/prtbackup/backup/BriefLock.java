package io.github.prtbackup.backup;

import io.github.prtbackup.files.Pause;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * Takes the write lock of a database for moments, on a connection of ours beside the user's, and writes nothing: the only
 * statements it knows are {@code BEGIN IMMEDIATE} and {@code ROLLBACK}.
 *
 * <p>It is closed while the user's connection is using the database. The last connection of a database in WAL mode would
 * check the log point and delete it, as any other does.
 *
 * <p>Not thread-safe.
 */
final class BriefLock implements Closeable {

    /** Work under the lock. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    private static final long PAUSE_NANOS = 5_000_000;

    private final SQLiteConnection connection;

    private BriefLock(SQLiteConnection connection) {
        this.connection = connection;
    }

    /**
     * Opens a database that exists. Not with the user's URL, whose PRAGMAs may write.
     *
     * @param busyMillis how long to wait for the lock
     */
    static BriefLock open(Path file, int busyMillis) throws SQLException {
        String address = ReadOnlyConnection.uri(file) + "?cache=private&mode=rw";
        SQLiteConnection connection =
                KeptFiles.whileOpening(() -> new JDBC4Connection("jdbc:sqlite:" + address, address, new Properties()));
        connection.setBusyTimeout(busyMillis);
        return new BriefLock(connection);
    }

    /**
     * Does some work under the write lock.
     *
     * @return false if the lock can't be had in time
     */
    boolean hold(Work work) throws IOException, SQLException {
        try (JDBC4Statement statement = new JDBC4Statement(connection)) {
            if (!begin(statement)) {
                return false;
            }
            try {
                work.run();
            } finally {
                statement.executeUpdate("ROLLBACK");
            }
            return true;
        }
    }

    /** Whether the lock can be had within some time, whatever the time to wait for it otherwise. */
    boolean isFreeWithin(long nanos) throws SQLException {
        int busyMillis = connection.getBusyTimeout();
        connection.setBusyTimeout(0);
        try (JDBC4Statement statement = new JDBC4Statement(connection)) {
            long start = System.nanoTime();
            while (!begin(statement)) {
                if (System.nanoTime() - start > nanos) {
                    return false;
                }
                // The user's connection may hold a lock meanwhile.
                Pause.nanos(PAUSE_NANOS);
            }
            statement.executeUpdate("ROLLBACK");
            return true;
        } finally {
            connection.setBusyTimeout(busyMillis);
        }
    }

    private static boolean begin(JDBC4Statement statement) throws SQLException {
        try {
            statement.executeUpdate("BEGIN IMMEDIATE");
            return true;
        } catch (SQLException e) {
            if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
