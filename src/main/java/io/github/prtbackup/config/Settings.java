package io.github.prtbackup.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The settings of one connection, checked and typed. Immutable.
 *
 * @param enabled whether backups are made at all
 * @param directory where backups go; empty means {@code backups} beside the database file
 * @param strategy how automatic backups are stored
 * @param fullMaxSize the size in bytes up to which {@link Strategy#AUTO} stores full copies
 * @param keep automatic full backups kept per database
 * @param keepPoints automatic incremental backups kept per database
 * @param minInterval no new automatic backup while the newest is younger than this
 * @param onFailure what happens to a write whose backup could not be made
 * @param durability when incremental backups are on the disk
 * @param operation the operation's name; empty means that each statement names itself
 * @param metrics whether automatic backups are counted and timed
 */
public record Settings(
        boolean enabled,
        Optional<Path> directory,
        Strategy strategy,
        long fullMaxSize,
        int keep,
        int keepPoints,
        Duration minInterval,
        OnFailure onFailure,
        Durability durability,
        Optional<String> operation,
        boolean metrics) {

    /** How automatic backups are stored. */
    public enum Strategy {
        AUTO,
        FULL,
        INCREMENTAL
    }

    /** What happens to a write whose backup could not be made. */
    public enum OnFailure {
        ABORT,
        WARN
    }

    /** When incremental backups are on the disk. */
    public enum Durability {
        BUFFERED,
        SYNC
    }

    private static final String DEFAULT_DIRECTORY = "backups";

    /**
     * Resolves the settings. Rising precedence: default, environment variable, system property, {@code url}, {@code properties}.
     *
     * @param url the {@code backup.} parameters of the URL
     * @param properties any properties; those that do not begin with {@code backup.} are passed over
     * @throws SQLException that names the key, the value and what is allowed
     */
    public static Settings resolve(Map<String, String> url, Properties properties) throws SQLException {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            setting.presetValue().ifPresent(value -> values.put(setting, value));
        }
        for (Map.Entry<String, String> entry : url.entrySet()) {
            values.put(known(entry.getKey(), entry.getValue()), entry.getValue());
        }
        for (String key : properties.stringPropertyNames()) {
            if (Setting.isOurs(key)) {
                values.put(known(key, properties.getProperty(key)), properties.getProperty(key));
            }
        }
        return of(values);
    }

    /** The settings that hold where nothing was set. */
    public static Settings defaults() throws SQLException {
        return resolve(Map.of(), new Properties());
    }

    /**
     * The backup directory of a database.
     *
     * @param database the absolute path of the database file
     */
    public Path directoryFor(Path database) {
        return directory
                .map(Path::toAbsolutePath)
                .map(Path::normalize)
                .orElseGet(() -> database.resolveSibling(DEFAULT_DIRECTORY));
    }

    /**
     * Whether it was said where backups go, so that the directory may be there for other things, too.
     *
     * @return false for the default
     */
    public boolean namesDirectory() {
        return directory.isPresent();
    }

    /**
     * The same for a connection that is to make a backup before each of its transactions, whatever was set, and to delete
     * none: the application that writes the database decides how many are kept.
     *
     * @param name the operation
     * @return {@code backup.} properties, but for the directory
     */
    public Properties forEveryTransaction(String name) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.ENABLED, "true");
        values.put(Setting.STRATEGY, strategy.name().toLowerCase(Locale.ROOT));
        values.put(Setting.FULL_MAX_SIZE, String.valueOf(fullMaxSize));
        values.put(Setting.KEEP, String.valueOf(Integer.MAX_VALUE));
        values.put(Setting.KEEP_POINTS, String.valueOf(Integer.MAX_VALUE));
        values.put(Setting.MIN_INTERVAL, "0");
        values.put(Setting.ON_FAILURE, "abort");
        values.put(Setting.DURABILITY, durability.name().toLowerCase(Locale.ROOT));
        values.put(Setting.OPERATION, name);
        values.put(Setting.METRICS, String.valueOf(metrics));
        Properties properties = new Properties();
        values.forEach((setting, value) -> properties.setProperty(setting.key(), value));
        return properties;
    }

    private static Setting known(String key, String value) throws SQLException {
        return Setting.ofKey(key).orElseThrow(() -> {
            String keys = Arrays.stream(Setting.values()).map(Setting::key).collect(Collectors.joining(", "));
            return new SQLException("Unknown setting " + key + "=" + value + "; allowed are " + keys);
        });
    }

    private static Settings of(Map<Setting, String> values) throws SQLException {
        return new Settings(
                Boolean.parseBoolean(choice(Setting.ENABLED, values)),
                directory(values),
                Strategy.valueOf(choice(Setting.STRATEGY, values).toUpperCase(Locale.ROOT)),
                size(Setting.FULL_MAX_SIZE, values),
                count(Setting.KEEP, values),
                count(Setting.KEEP_POINTS, values),
                duration(Setting.MIN_INTERVAL, values),
                OnFailure.valueOf(choice(Setting.ON_FAILURE, values).toUpperCase(Locale.ROOT)),
                Durability.valueOf(choice(Setting.DURABILITY, values).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(values.get(Setting.OPERATION)).filter(name -> !name.isBlank()),
                Boolean.parseBoolean(choice(Setting.METRICS, values)));
    }

    private static Optional<Path> directory(Map<Setting, String> values) throws SQLException {
        String value = values.get(Setting.DIR);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isBlank()) {
            throw bad(Setting.DIR, value, "the path of a directory");
        }
        try {
            return Optional.of(Path.of(value.trim()));
        } catch (InvalidPathException e) {
            throw bad(Setting.DIR, value, "the path of a directory");
        }
    }

    private static String choice(Setting setting, Map<Setting, String> values) throws SQLException {
        String value = values.get(setting).trim().toLowerCase(Locale.ROOT);
        if (!setting.choices().contains(value)) {
            throw bad(setting, values.get(setting), String.join(", ", setting.choices()));
        }
        return value;
    }

    private static int count(Setting setting, Map<Setting, String> values) throws SQLException {
        String allowed = "a whole number from 1 to " + Integer.MAX_VALUE;
        String value = values.get(setting);
        return Amounts.count(value).filter(count -> count > 0).orElseThrow(() -> bad(setting, value, allowed));
    }

    private static long size(Setting setting, Map<Setting, String> values) throws SQLException {
        String value = values.get(setting);
        return Amounts.size(value).orElseThrow(() -> bad(setting, value, Amounts.SIZE_ALLOWED));
    }

    private static Duration duration(Setting setting, Map<Setting, String> values) throws SQLException {
        String value = values.get(setting);
        return Amounts.duration(value).orElseThrow(() -> bad(setting, value, Amounts.DURATION_ALLOWED));
    }

    private static SQLException bad(Setting setting, String value, String allowed) {
        return new SQLException("Bad value " + setting.key() + "=" + value + "; allowed: " + allowed);
    }
}
