/** What a statement does: read, write of which databases, or transaction control. Internal; knows nothing of backups or JDBC wrappers. */
package io.github.prtbackup.sql;
