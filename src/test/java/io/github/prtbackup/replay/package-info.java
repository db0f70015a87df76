/** Scripts of SQL and of JDBC calls, each run on plain sqlite-jdbc and on the driver, and compared line by line. */
package io.github.prtbackup.replay;
