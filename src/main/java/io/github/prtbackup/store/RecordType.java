package io.github.prtbackup.store;

/** What a record of the log is. The order is that of the numbers in the file, from 1. */
enum RecordType {
    /** The first of a segment; its fields are the newest point of the segment before, so that nobody has to go back. */
    SEGMENT,
    /** Pages of a point that did not fit in one record. Counts only if the point's own record follows. */
    PART,
    /** A point, with the last or all of its pages. */
    POINT,
    /** A note of the caller. */
    ANNOUNCEMENT,
    /** The last of a segment. Counts only if the next segment is there and begins with a record that links to it. */
    END;

    int number() {
        return ordinal() + 1;
    }

    /** The type with a number; null if it is unknown. */
    static RecordType of(int number) {
        return number >= 1 && number <= values().length ? values()[number - 1] : null;
    }
}
