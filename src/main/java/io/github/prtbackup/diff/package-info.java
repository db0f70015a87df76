/**
 * What differs between two states of a database. The public classes are part of the API; what makes them is internal.
 *
 * <p>Two files are compared by SQLite itself, with a query on each side in the order of the rows' keys. Before that, a look
 * at the pages tells which tables, and which parts of them, can be left out: {@link io.github.prtbackup.diff.PagePlan}.
 */
package io.github.prtbackup.diff;
