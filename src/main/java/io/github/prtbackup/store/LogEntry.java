package io.github.prtbackup.store;

/**
 * A point or an announcement in the log, or a gap where points are lost. Of a point it says where its records are, and not
 * which pages they hold: these may be as many as the database has. Immutable.
 *
 * @param point the point; null if it is none
 * @param announcement the announcement; null if it is none
 * @param start where its first record begins; null for a gap
 * @param place its last record, which makes it count, in the same segment; null for a gap
 * @param end where that ends; null for a gap
 */
record LogEntry(Point point, Announcement announcement, LogPosition start, LogPosition place, LogPosition end) {
    static final LogEntry GAP = new LogEntry(null, null, null, null, null);

    static LogEntry of(Point point, LogPosition start, LogRecord last) {
        return new LogEntry(point, null, start, last.place(), last.end());
    }

    static LogEntry ofAnnouncement(LogRecord record) {
        LogPosition place = record.place();
        return new LogEntry(null, new Announcement(record.fields(), record.mark(), place), place, place, record.end());
    }

    boolean isGap() {
        return end == null;
    }

    boolean isPoint() {
        return point != null;
    }
}
