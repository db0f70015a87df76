package io.github.prtbackup;

import java.util.Optional;

/**
 * What a restore did.
 *
 * @param restored the backup that the database now holds
 * @param safetyBackup the state that it held before; empty where there was no database
 */
public record RestoreResult(BackupInfo restored, Optional<BackupInfo> safetyBackup) {}
