/** Internal: what the outside is told of backups, restores and clean-ups. */
package io.github.prtbackup.observe;
