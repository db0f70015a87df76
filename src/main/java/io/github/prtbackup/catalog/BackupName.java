package io.github.prtbackup.catalog;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file name of a backup: {@code prt.db.backup_20250102_153045_auto.db}, or for the second backup in that second,
 * automatic or not, {@code prt.db.backup_20250102_153045_2_auto.db}.
 *
 * @param database the file name of the database
 * @param time local time, whole seconds
 * @param counter 1 for the first backup in that second, which shows no counter
 * @param auto whether it is automatic
 */
record BackupName(String database, LocalDateTime time, int counter, boolean auto) {
    /** Oldest first, as far as names tell: the hour that comes twice in autumn is in one order with itself. */
    static final Comparator<BackupName> BY_TIME = Comparator.comparing(BackupName::time)
            .thenComparing(BackupName::counter)
            .thenComparing(BackupName::database)
            .thenComparing(BackupName::auto);

    /** The database's name is greedy: a backup of a backup has the pattern twice, and the last one counts. */
    private static final Pattern PATTERN = Pattern.compile(
            "(?<database>.+)\\.backup_(?<time>[0-9]{8}_[0-9]{6})(?:_(?<counter>[0-9]{1,9}))?(?<auto>_auto)?\\.db",
            Pattern.DOTALL);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd_HHmmss", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    /** Understands a file name; empty if it is not, to the last character, what {@link #format} makes. */
    static Optional<BackupName> parse(String fileName) {
        Matcher matcher = PATTERN.matcher(fileName);
        if (!matcher.matches() || fileName.indexOf('/') >= 0 || fileName.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        try {
            String counter = matcher.group("counter");
            BackupName name = new BackupName(
                    matcher.group("database"),
                    LocalDateTime.parse(matcher.group("time"), TIME),
                    counter == null ? 1 : Integer.parseInt(counter),
                    matcher.group("auto") != null);
            return name.format().equals(fileName) ? Optional.of(name) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The file name. */
    String format() {
        return stem() + (counter > 1 ? "_" + counter : "") + (auto ? "_auto" : "") + ".db";
    }

    /** How the file names begin of all that share a counter. Others may begin like that, too. */
    String stem() {
        return database + ".backup_" + TIME.format(time);
    }

    /** Whether two names share a counter. */
    boolean sharesCounterWith(BackupName other) {
        return database.equals(other.database) && time.equals(other.time);
    }

    BackupName withCounter(int other) {
        return new BackupName(database, time, other, auto);
    }

    BackupName withAuto(boolean other) {
        return new BackupName(database, time, counter, other);
    }
}
