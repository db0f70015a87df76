package io.github.prtbackup;

import io.github.prtbackup.diff.DatabaseDiff;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What a restore would do. Nothing has been changed.
 *
 * @param backup the backup that would be restored
 * @param changes what would differ, from the present state to that of the backup; empty where there is no database,
 *     or one that is too damaged to be compared
 * @param damage what is wrong with the database that is there, in words; empty if nothing was found
 * @param later the backups of states after it, newest first; they stay, and the present state becomes one more
 * @param users the other processes that have the database open, as far as the system tells: Linux does, of processes of the
 *     same user. They would see the restored data at their next statement
 */
public record RestorePreview(
        BackupInfo backup,
        Optional<DatabaseDiff> changes,
        Optional<String> damage,
        List<BackupInfo> later,
        List<ProcessHandle> users)
        implements AutoCloseable {

    /** Closes {@link #changes}. */
    @Override
    public void close() throws SQLException, IOException {
        if (changes.isPresent()) {
            changes.get().close();
        }
    }
}
