/** Names, locks and publishing of the files in a backup directory. Knows nothing of backups. Internal. */
package io.github.prtbackup.files;
