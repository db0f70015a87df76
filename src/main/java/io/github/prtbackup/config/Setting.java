package io.github.prtbackup.config;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every setting of the driver, declared once. Parsing, {@code Driver.getPropertyInfo}, help texts and the table of the
 * README come from here.
 */
public enum Setting {
    ENABLED("backup.enabled", "true", List.of("true", "false"), "`false`: a plain pass-through"),
    DIR(
            "backup.dir",
            null,
            List.of(),
            "where backups go, `backups` beside the database file by default; created when missing"),
    STRATEGY(
            "backup.strategy",
            "auto",
            List.of("auto", "full", "incremental"),
            "`full`: each automatic backup is a complete `.db` file. `incremental`: each stores the pages that changed."
                    + " `auto`: full up to `backup.full-max-size`, incremental above it"),
    FULL_MAX_SIZE(
            "backup.full-max-size",
            "4MB",
            List.of(),
            "the limit that `auto` uses: bytes, or a number with `KB`, `MB`, `GB`"),
    KEEP("backup.keep", "10", List.of(), "automatic full backups kept, per database"),
    KEEP_POINTS("backup.keep-points", "1000", List.of(), "automatic incremental backups kept, per database"),
    MIN_INTERVAL(
            "backup.min-interval",
            "0",
            List.of(),
            "a duration (`500ms`, `30s`, `5m`, ISO-8601); while the newest automatic backup is younger than this,"
                    + " a transaction takes no new one"),
    ON_FAILURE(
            "backup.on-failure",
            "abort",
            List.of("abort", "warn"),
            "the backup could not be made: `abort` fails the statement before it writes; `warn` logs, adds a"
                    + " `SQLWarning`, and lets it write"),
    DURABILITY(
            "backup.durability",
            "buffered",
            List.of("buffered", "sync"),
            "incremental backups: `buffered` writes without fsync; `sync` fsyncs before the write goes on. Full and"
                    + " manual backups are always fsynced"),
    OPERATION(
            "backup.operation",
            null,
            List.of(),
            "a name for what the application is doing, used in the backup's comment"),
    METRICS(
            "backup.metrics",
            "false",
            List.of("true", "false"),
            "`true`: automatic backups are counted and timed in Micrometer's global registry");

    /** What all keys begin with; keys that begin so never reach sqlite-jdbc. */
    public static final String PREFIX = "backup.";

    private static final String SYSTEM_PREFIX = "prtbackup.";

    private final String key;
    private final String defaultValue;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> choices;

    private final String description;

    Setting(String key, String defaultValue, List<String> choices, String description) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.choices = choices;
        this.description = description;
    }

    /** The name in URLs and properties. */
    public String key() {
        return key;
    }

    /** The name of the system property that changes the default: {@code prtbackup.keep} for {@code backup.keep}. */
    public String systemProperty() {
        return SYSTEM_PREFIX + key.substring(PREFIX.length());
    }

    /** The name of the environment variable that changes the default: {@code PRTBACKUP_KEEP} for {@code backup.keep}. */
    public String environmentVariable() {
        return systemProperty().toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * What holds where neither URL nor properties say anything.
     *
     * @return the value of the system property, or else of the environment variable, or else the default; empty where there is
     *     none
     */
    public Optional<String> presetValue() {
        return Stream.of(System.getProperty(systemProperty()), System.getenv(environmentVariable()), defaultValue)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The value as it would be written in a URL, or null where there is none. */
    public String defaultValue() {
        return defaultValue;
    }

    /** The values that are allowed; empty where it is not a choice. */
    public List<String> choices() {
        return choices;
    }

    /** One sentence, with code in backticks. */
    public String description() {
        return description;
    }

    /** Whether a key of a URL or of properties is one of ours, known or not. */
    public static boolean isOurs(String key) {
        return key.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    static Optional<Setting> ofKey(String key) {
        String wanted = key.toLowerCase(Locale.ROOT);
        for (Setting setting : values()) {
            if (setting.key.equals(wanted)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }
}
