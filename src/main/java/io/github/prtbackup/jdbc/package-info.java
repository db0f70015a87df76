/** The driver, the data source, and the guarded connection and statements. */
package io.github.prtbackup.jdbc;
