/** Which backups exist: metadata, ids, retention, rebuild. Internal. */
package io.github.prtbackup.catalog;
