package io.github.prtbackup.catalog;

import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * One full backup.
 *
 * @param id its number, never used twice in a directory
 * @param time when the state was taken that it holds
 * @param path the file, always directly in the backup directory, whatever directory the metadata names
 * @param comment what it was made for
 * @param auto whether retention may delete it
 * @param size its length in bytes, or -1 if the metadata does not tell
 * @param original the database it is a backup of
 * @param sha256 the SHA-256 of the file, 64 lower-case hexadecimal digits; empty if the metadata does not tell
 * @param tables those that the write names before which it was made; empty where that is not known
 * @param ofTransaction whether it was made under the write lock of the transaction that followed. If that has changed nothing,
 *     the next one takes its place
 */
public record Entry(
        long id,
        Instant time,
        Path path,
        String comment,
        boolean auto,
        long size,
        Path original,
        String sha256,
        List<String> tables,
        boolean ofTransaction) {

    private static final String SAFETY = "Safety backup before restore of #";
    private static final String DAMAGED = ": damaged file";

    /** Copies the list. */
    public Entry {
        tables = List.copyOf(tables);
    }

    /** One that stays until it is one of too many. */
    public Entry(
            long id,
            Instant time,
            Path path,
            String comment,
            boolean auto,
            long size,
            Path original,
            String sha256,
            List<String> tables) {
        this(id, time, path, comment, auto, size, original, sha256, tables, false);
    }

    /** One of which no table is known. */
    public Entry(
            long id, Instant time, Path path, String comment, boolean auto, long size, Path original, String sha256) {
        this(id, time, path, comment, auto, size, original, sha256, List.of());
    }

    /** When the state was taken, for people: in the time zone of this process, in whole seconds. */
    public LocalDateTime timestamp() {
        return LocalDateTime.ofInstant(time, ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    }

    /** The comment of the state that a restore replaces. */
    public static String safetyComment(long restored) {
        return SAFETY + restored;
    }

    /** The comment of a safety backup that has turned out to be of no sound database. */
    public static String damagedComment(long restored) {
        return SAFETY + restored + DAMAGED;
    }

    /**
     * Whether that is a damaged database, kept as it was when a restore replaced it. There is nothing wrong with the backup
     * then, but it is there to be looked at, and not to be restored.
     */
    public boolean isDamagedFile() {
        return isDamagedFile(auto, comment);
    }

    /** As {@link #isDamagedFile()}. */
    public static boolean isDamagedFile(boolean auto, String comment) {
        return !auto && comment.startsWith(SAFETY) && comment.endsWith(DAMAGED);
    }

    String fileName() {
        return path.getFileName().toString();
    }

    /**
     * The same backup in another file.
     *
     * @param other the file
     * @return what is known of it there
     */
    public Entry withPath(Path other) {
        return new Entry(id, time, other, comment, auto, size, original, sha256);
    }

    /** The same backup with another comment. */
    public Entry withComment(String other) {
        return new Entry(id, time, path, other, auto, size, original, sha256, tables, ofTransaction);
    }

    Entry withSize(long other) {
        return new Entry(id, time, path, comment, auto, other, original, sha256, tables, ofTransaction);
    }

    Entry withOriginal(Path other) {
        return new Entry(id, time, path, comment, auto, size, other, sha256, tables, ofTransaction);
    }
}
