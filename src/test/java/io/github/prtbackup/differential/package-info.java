/** Random histories through the public surface; every backup is compared with a copy of the database taken before it. */
package io.github.prtbackup.differential;
