package io.github.prtbackup;

import io.github.prtbackup.catalog.Entry;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;

/**
 * One backup of one database. Immutable.
 *
 * @param backupId the id, unique in the backup directory and never used twice
 * @param timestamp when the state was taken that the backup holds, in the time zone of this process, whatever was that of
 *     the one which made it, in whole seconds; ids rule, times only inform
 * @param backupPath the file that holds the backup
 * @param comment the user's comment, or {@code Auto-backup before: <operation>}
 * @param isAuto whether the driver made it; automatic backups are cleaned up, manual ones never
 * @param sizeBytes the size of the backup in bytes
 * @param originalPath the database file that was backed up
 * @param sha256 the SHA-256 of the backup in lower-case hexadecimal; empty where it is not known
 * @param tables the table that the first write of the transaction names, before which the backup was made; empty where
 *     that is not known. The transaction may have changed others as well: {@link PrtBackup#changesAfter} tells
 * @param instant when the state was taken: of an automatic backup, before the first write of the transaction
 */
public record BackupInfo(
        long backupId,
        LocalDateTime timestamp,
        Path backupPath,
        String comment,
        boolean isAuto,
        long sizeBytes,
        Path originalPath,
        String sha256,
        List<String> tables,
        Instant instant) {

    private static final String AUTOMATIC = "Auto-backup before: ";

    /** Copies the list. */
    public BackupInfo {
        tables = List.copyOf(tables);
    }

    static BackupInfo of(Entry entry) {
        return new BackupInfo(
                entry.id(),
                entry.timestamp(),
                entry.path(),
                entry.comment(),
                entry.auto(),
                entry.size(),
                entry.original(),
                entry.sha256(),
                entry.tables(),
                entry.time());
    }

    /**
     * Whether that is a damaged database, kept as it was when a restore or an undo replaced it. Such a file can be copied for
     * who wants to look at it, and not be restored.
     */
    public boolean isDamagedFile() {
        return Entry.isDamagedFile(isAuto, comment);
    }

    /**
     * What was done next, by the comment of an automatic backup.
     *
     * @return empty for a manual backup, and where the comment does not say
     */
    public Optional<String> operation() {
        return isAuto && comment.startsWith(AUTOMATIC)
                ? Optional.of(comment.substring(AUTOMATIC.length()))
                : Optional.empty();
    }
}
