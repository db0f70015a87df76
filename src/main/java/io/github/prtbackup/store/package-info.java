/** Bytes on disk: publishing backup files, and the lock that processes share. Internal. */
package io.github.prtbackup.store;
