package io.github.prtbackup.diff;

import java.util.List;

/** Which rows of a table have to be compared. All others are the same on both sides. */
sealed interface Scope {
    /** None. */
    record Nothing() implements Scope {}

    /** All. */
    record Everything() implements Scope {}

    /** Those whose rowids are in one of the ranges of their side, ascending. */
    record Ranges(List<Range> before, List<Range> after) implements Scope {}

    /** Rowids, both ends included. */
    record Range(long first, long last) {}

    Scope NOTHING = new Nothing();
    Scope EVERYTHING = new Everything();
}
