package io.github.prtbackup;

import io.github.prtbackup.diff.Conflict;
import io.github.prtbackup.diff.DatabaseDiff;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/**
 * What it means to take back one transaction and keep the later ones. Nothing has been changed.
 *
 * @param backup the automatic backup that was made before the transaction
 * @param changes what would be changed: from the state that the transaction left to the one that it met
 * @param conflicts what is not as the transaction left it; if there is anything, it cannot be taken back alone
 * @param commits how many commits there are from the backup to the next one
 */
public record UndoOnlyPreview(BackupInfo backup, DatabaseDiff changes, List<Conflict> conflicts, Commits commits)
        implements AutoCloseable {

    /** How many commits made the changes. */
    public enum Commits {
        /** The change counter or the log proves that it was the transaction alone. */
        ONE,
        /**
         * There were more: somebody else has written without a backup before the next one was made, or the backup is that of a
         * string of several statements in autocommit mode, or of a batch. What each changed is not known, and {@link
         * PrtBackup#undoOnly} refuses, also without conflicts.
         */
        SEVERAL,
        /** Nothing tells. */
        UNKNOWN
    }

    /** Closes {@link #changes}. */
    @Override
    public void close() throws SQLException, IOException {
        changes.close();
    }
}
