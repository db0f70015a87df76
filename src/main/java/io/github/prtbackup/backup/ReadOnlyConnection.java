package io.github.prtbackup.backup;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * Plain connections of our own beside the user's. They are never opened with the user's URL: a {@code journal_mode} in it
 * would try to write.
 */
public final class ReadOnlyConnection {

    private static final int BUSY_MILLIS = 3000;

    private ReadOnlyConnection() {}

    /**
     * Opens a database that others may be using.
     *
     * @param file an existing database
     * @throws SQLException if it cannot be opened
     */
    public static SQLiteConnection open(Path file) throws SQLException {
        return open(file, "");
    }

    /**
     * Opens a file that nobody writes, such as a backup, without a {@code -wal} or {@code -shm} appearing beside it.
     *
     * @param file an existing database that does not change while it is open
     * @throws SQLException if it cannot be opened
     */
    public static SQLiteConnection openImmutable(Path file) throws SQLException {
        return open(file, "&immutable=1");
    }

    /**
     * Opens a temporary copy, on which something is tried that is then rolled back. Nobody else knows the file, and none of
     * it has to last.
     *
     * @param file an existing database
     * @throws SQLException if it cannot be opened
     */
    public static SQLiteConnection openForTrial(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        return connect(file, "", config);
    }

    private static SQLiteConnection open(Path file, String parameters) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return connect(file, parameters, config);
    }

    private static SQLiteConnection connect(Path file, String parameters, SQLiteConfig config) throws SQLException {
        Properties properties = Unlimited.with(config.toProperties());
        String address = uri(file) + "?cache=private" + parameters;
        return KeptFiles.whileOpening(() -> new JDBC4Connection("jdbc:sqlite:" + address, address, properties));
    }

    /**
     * The path as SQLite's URI. Without a {@code cache} parameter sqlite-jdbc would change the shared-cache mode of the
     * whole process, so it is always opened with one.
     */
    public static String uri(Path file) {
        StringBuilder uri = new StringBuilder("file:");
        for (byte b : file.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "/._-~".indexOf(c) >= 0)) {
                uri.append(c);
            } else {
                uri.append('%').append(String.format("%02X", (int) c));
            }
        }
        return uri.toString();
    }
}
