package io.github.prtbackup;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.restore.HistoryCheck;

/** Hands on how far a check of all backups is, and ends it where all work is to end. */
record VerifyWatch(VerifyListener listener, CopyProgress work) implements HistoryCheck.Watch {
    @Override
    public void reading(long done, long total) {
        work.check();
        if (listener != null) {
            listener.reading(done, total);
        }
    }

    @Override
    public void checking(Entry backup, int done, int total) {
        work.check();
        if (listener != null) {
            listener.checking(BackupInfo.of(backup), done, total);
        }
    }
}
