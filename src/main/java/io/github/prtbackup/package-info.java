/** The public API: {@code PrtBackup} opens the backups of one database, {@code BackupInfo} describes one of them. */
package io.github.prtbackup;
