package io.github.prtbackup;

/**
 * What was taken back.
 *
 * @param undone the automatic backup that was made before the transaction
 * @param backupBefore the automatic backup of the state before it was taken back; an undo returns to it
 */
public record UndoOnlyResult(BackupInfo undone, BackupInfo backupBefore) {}
