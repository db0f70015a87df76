package io.github.prtbackup;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which backups of a history are wanted: those that meet all conditions that are set. Times are compared in whole seconds,
 * as they are shown, and both ends are included. Immutable.
 *
 * @param since no older than that
 * @param until no younger than that
 * @param operation the {@linkplain BackupInfo#operation operation}; {@code *} stands for any characters, and upper and lower
 *     case are the same
 * @param table one of the {@linkplain BackupInfo#tables tables that are known}, upper and lower case of ASCII letters being
 *     the same. A backup of which no table is known does not match
 * @param automatic whether automatic ones, or manual ones
 */
public record HistoryQuery(
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<String> operation,
        Optional<String> table,
        Optional<Boolean> automatic) {

    /** Without a condition. */
    public static final HistoryQuery ALL =
            new HistoryQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * With another first moment.
     *
     * @param moment included, in the time zone of this process; where the clock shows it twice, the first
     */
    public HistoryQuery withSince(LocalDateTime moment) {
        return withSince(moment.atZone(ZoneId.systemDefault()).toInstant());
    }

    /**
     * With another first moment.
     *
     * @param moment included
     */
    public HistoryQuery withSince(Instant moment) {
        return new HistoryQuery(Optional.of(moment), until, operation, table, automatic);
    }

    /**
     * With another last moment.
     *
     * @param moment included, in the time zone of this process; where the clock shows it twice, the second
     */
    public HistoryQuery withUntil(LocalDateTime moment) {
        return withUntil(
                moment.atZone(ZoneId.systemDefault()).withLaterOffsetAtOverlap().toInstant());
    }

    /**
     * With another last moment.
     *
     * @param moment included
     */
    public HistoryQuery withUntil(Instant moment) {
        return new HistoryQuery(since, Optional.of(moment), operation, table, automatic);
    }

    /**
     * With another operation.
     *
     * @param name may have {@code *} in it
     */
    public HistoryQuery withOperation(String name) {
        return new HistoryQuery(since, until, Optional.of(name), table, automatic);
    }

    /**
     * With another table.
     *
     * @param name without quotes
     */
    public HistoryQuery withTable(String name) {
        return new HistoryQuery(since, until, operation, Optional.of(name), automatic);
    }

    /**
     * With another kind.
     *
     * @param wanted true for automatic backups only, false for manual ones only
     */
    public HistoryQuery withAutomatic(boolean wanted) {
        return new HistoryQuery(since, until, operation, table, Optional.of(wanted));
    }

    /** Whether a backup meets all conditions. */
    public boolean matches(BackupInfo backup) {
        long second = backup.instant().getEpochSecond();
        return since.filter(moment -> second < moment.getEpochSecond()).isEmpty()
                && until.filter(moment -> second > moment.getEpochSecond()).isEmpty()
                && automatic.filter(wanted -> wanted != backup.isAuto()).isEmpty()
                && (operation.isEmpty()
                        || backup.operation()
                                .filter(pattern(operation.get()).asMatchPredicate())
                                .isPresent())
                && (table.isEmpty() || backup.tables().stream().anyMatch(table.get()::equalsIgnoreCase));
    }

    private static Pattern pattern(String operation) {
        StringBuilder regex = new StringBuilder();
        for (String part : operation.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
    }
}
