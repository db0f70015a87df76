package io.github.prtbackup.diff;

import io.github.prtbackup.diff.TableSchema.Identity;
import java.util.List;

/**
 * A table on both sides, or on one.
 *
 * @param before null if it was not there
 * @param after null if it is not there
 * @param scope which rows may differ
 */
record TablePair(TableSchema before, TableSchema after, Scope scope) {

    TableSchema present() {
        return after == null ? before : after;
    }

    String name() {
        return present().name();
    }

    /** Whether its rows can be told apart in the same way on both sides. */
    boolean isComparable() {
        return before != null
                && after != null
                && before.identity() == after.identity()
                && before.key().equals(after.key())
                && (before.rowid() == null) == (after.rowid() == null);
    }

    boolean hasSameSchema() {
        return before != null
                && after != null
                && before.object().sql().equals(after.object().sql())
                && before.identity() == after.identity();
    }

    /** The columns that rows are sorted by; those of a multiset that are on both sides. */
    List<String> order() {
        return present().identity() == Identity.CONTENT ? common() : present().key();
    }

    /** The columns that rows are sorted by as well which have no key, because it has a NULL in it. */
    List<String> orderWithoutKey() {
        return present().identity() == Identity.KEY
                ? common().stream()
                        .filter(name -> !present().key().contains(name))
                        .toList()
                : List.of();
    }

    private List<String> common() {
        return isComparable()
                ? after.columnNames().stream()
                        .filter(before.columnNames()::contains)
                        .toList()
                : List.of();
    }
}
