package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.KeptFiles;
import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.config.Setting;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.sql.Classifier;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.Properties;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.sqlite.JDBC;

/**
 * The driver of {@code jdbc:prtbackup:} URLs. {@code jdbc:prtbackup:sqlite:<rest>} and {@code jdbc:prtbackup:<rest>} open
 * what {@code jdbc:sqlite:<rest>} opens, with a backup before the first write of every transaction.
 *
 * <p>Found by {@link java.util.ServiceLoader}; loading the class registers it too. Once it is deregistered and its last
 * connection is closed, no thread, file or class loader is held by it, unless somebody else in the JVM has one of the databases
 * open: then until he has closed it, because he would lose his locks. Thread-safe.
 */
public final class BackupDriver implements Driver {

    /** Shared by all connections: what a text does is the same for all. */
    private static final Classifier CLASSIFIER = new Classifier();

    static final OpenConnections CONNECTIONS = new OpenConnections();

    private final Driver sqlite = new JDBC();

    static {
        try {
            DriverManager.registerDriver(new BackupDriver(), CONNECTIONS::deregistered);
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Opens a connection.
     *
     * @return null if the URL is for another driver
     * @throws SQLException if sqlite-jdbc cannot open the database, or a {@code backup.} setting is unknown or bad
     */
    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        return DatabaseUrl.isOurs(url) ? open(DatabaseUrl.parse(url), info) : null;
    }

    static BackupConnection open(DatabaseUrl url, Properties info) throws SQLException {
        Properties properties = info == null ? new Properties() : info;
        Properties theirs = new Properties();
        for (Object key : properties.keySet()) {
            if (!(key instanceof String name && Setting.isOurs(name))) {
                theirs.put(key, properties.get(key));
            }
        }
        // Those of a Properties object's defaults are not among its keys.
        for (String name : properties.stringPropertyNames()) {
            if (!Setting.isOurs(name)) {
                theirs.setProperty(name, properties.getProperty(name));
            }
        }
        Settings settings = Settings.resolve(url.parameters(), properties);
        return KeptFiles.whileOpening(() -> new BackupConnection(url, settings, CLASSIFIER, theirs));
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return DatabaseUrl.isOurs(url);
    }

    /** The properties of sqlite-jdbc, then ours. */
    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        return Stream.concat(
                        Arrays.stream(sqlite.getPropertyInfo(url, info)),
                        Arrays.stream(Setting.values()).map(setting -> describe(setting, url, info)))
                .toArray(DriverPropertyInfo[]::new);
    }

    private static DriverPropertyInfo describe(Setting setting, String url, Properties info) {
        String value = setting.presetValue().orElse(null);
        if (DatabaseUrl.isOurs(url)) {
            value = DatabaseUrl.parse(url).parameters().getOrDefault(setting.key(), value);
        }
        if (info != null) {
            value = info.getProperty(setting.key(), value);
        }
        DriverPropertyInfo described = new DriverPropertyInfo(setting.key(), value);
        described.description = setting.description();
        described.choices =
                setting.choices().isEmpty() ? null : setting.choices().toArray(new String[0]);
        return described;
    }

    @Override
    public int getMajorVersion() {
        return sqlite.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return sqlite.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return sqlite.getParentLogger();
    }
}
