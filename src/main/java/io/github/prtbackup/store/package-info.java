/** Bytes on disk: publishing backup files, the lock that processes share, and the timeline of incremental backups. Internal. */
package io.github.prtbackup.store;
