package io.github.prtbackup;

import io.github.prtbackup.catalog.Entry;
import java.nio.file.Path;
import java.time.LocalDateTime;

/**
 * One backup of one database. Immutable.
 *
 * @param backupId the id, unique in the backup directory and never used twice
 * @param timestamp when the backup was made, in local time; ids rule, times only inform
 * @param backupPath the file that holds the backup
 * @param comment the user's comment, or {@code Auto-backup before: <operation>}
 * @param isAuto whether the driver made it; automatic backups are cleaned up, manual ones never
 * @param sizeBytes the size of the backup in bytes
 * @param originalPath the database file that was backed up
 * @param sha256 the SHA-256 of the backup in lower-case hexadecimal; empty where it is not known
 */
public record BackupInfo(
        long backupId,
        LocalDateTime timestamp,
        Path backupPath,
        String comment,
        boolean isAuto,
        long sizeBytes,
        Path originalPath,
        String sha256) {

    static BackupInfo of(Entry entry) {
        return new BackupInfo(
                entry.id(),
                entry.timestamp(),
                entry.path(),
                entry.comment(),
                entry.auto(),
                entry.size(),
                entry.original(),
                entry.sha256());
    }
}
