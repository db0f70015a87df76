package io.github.prtbackup.timeline;

/** What a record of the log is. */
enum RecordType {
    /** The first of a segment; its fields are the newest point of the segment before, so that nobody has to go back. */
    SEGMENT(1),
    /** Pages of a point that did not fit in one record. Counts only if the point's own record follows. */
    PART(2),
    /** A point, with the last or all of its pages. */
    POINT(3),
    /** A note of the caller. */
    ANNOUNCEMENT(4),
    /** The last of a segment. Counts only if the next segment is there and begins with a record that links to it. */
    END(5);

    private final int number;

    RecordType(int number) {
        this.number = number;
    }

    /** Its number in the file. */
    int number() {
        return number;
    }

    /** The length of what follows the contents and may change. */
    int markLength() {
        return this == ANNOUNCEMENT ? LogRecord.MARK_LENGTH : 0;
    }

    /** The type with a number; null if it is unknown. */
    static RecordType of(int number) {
        for (RecordType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}
