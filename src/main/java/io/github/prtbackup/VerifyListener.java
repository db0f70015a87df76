package io.github.prtbackup;

/** Hears how far {@link PrtBackup#verifyAll} is. Called on its thread, some times a second or more often; must not throw. */
public interface VerifyListener {

    /**
     * What is stored is being read.
     *
     * @param done bytes that were read
     * @param total bytes in all, roughly
     */
    void reading(long done, long total);

    /**
     * SQLite is checking a backup, or it is put together for that. SQLite does not tell how far it is.
     *
     * @param backup the backup
     * @param done how many were checked before it
     * @param total how many are to be checked
     */
    void checking(BackupInfo backup, int done, int total);
}
