package io.github.prtbackup.jdbc;

import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.config.Setting;
import java.sql.SQLException;
import java.util.Properties;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/**
 * sqlite-jdbc's data source with backups: all its settings, and ours by {@link #setBackupProperty} or in the URL. A
 * {@code jdbc:sqlite:} URL is taken as the {@code jdbc:prtbackup:} URL of the same database.
 *
 * <p>Thread-safe once it is configured.
 */
public class BackupDataSource extends SQLiteDataSource {

    private static final String SQLITE_PREFIX = "jdbc:sqlite:";

    private final Properties backupProperties = new Properties();

    /** A data source without a URL yet. */
    public BackupDataSource() {}

    /** A data source with the settings of sqlite-jdbc. */
    public BackupDataSource(SQLiteConfig config) {
        super(config);
    }

    /**
     * Sets one of the {@code backup.} settings; it is checked when a connection is opened.
     *
     * @param key such as {@code backup.keep}
     * @throws IllegalArgumentException if the key does not begin with {@code backup.}
     */
    public void setBackupProperty(String key, String value) {
        if (!Setting.isOurs(key)) {
            throw new IllegalArgumentException(key + " does not begin with " + Setting.PREFIX);
        }
        backupProperties.setProperty(key, value);
    }

    @Override
    public SQLiteConnection getConnection(String username, String password) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(getConfig().toProperties());
        properties.putAll(backupProperties);
        if (username != null) {
            properties.setProperty("user", username);
        }
        if (password != null) {
            properties.setProperty("pass", password);
        }
        return BackupDriver.open(url(), properties);
    }

    private DatabaseUrl url() throws SQLException {
        String url = String.valueOf(getUrl());
        if (url.regionMatches(true, 0, SQLITE_PREFIX, 0, SQLITE_PREFIX.length())) {
            return DatabaseUrl.parse(DatabaseUrl.PREFIX + url.substring("jdbc:".length()));
        }
        if (!DatabaseUrl.isOurs(url)) {
            throw new SQLException("invalid database address: " + url);
        }
        return DatabaseUrl.parse(url);
    }
}
