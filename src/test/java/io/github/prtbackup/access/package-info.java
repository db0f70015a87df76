/** Several users of one database: who may write it, may write its backups, and nobody reads more of them than of it. */
package io.github.prtbackup.access;
