package io.github.prtbackup.timeline;

/**
 * A point or an announcement in the log, or a gap where points are lost. Of a point it says where its records are, and
 * which pages they hold only if these are few: they may be as many as the database has. Immutable.
 *
 * @param point the point; null if it is none
 * @param announcement the announcement; null if it is none
 * @param start where its first record begins; null for a gap
 * @param place its last record, which makes it count, in the same segment; null for a gap
 * @param end where that ends; null for a gap
 * @param few the only record of a point that holds no more than {@link #FEW} pages; null for all others
 */
record LogEntry(
        Point point, Announcement announcement, LogPosition start, LogPosition place, LogPosition end, LogRecord few) {
    /** As many as most transactions change, and not many to be kept for each point. */
    static final int FEW = 32;

    static final LogEntry GAP = new LogEntry(null, null, null, null, null, null);

    static LogEntry of(Point point, LogPosition start, LogRecord last) {
        boolean isFew = start.offset() == last.offset() && last.pageCount() <= FEW;
        return new LogEntry(point, null, start, last.place(), last.end(), isFew ? last : null);
    }

    static LogEntry ofAnnouncement(LogRecord record) {
        LogPosition place = record.place();
        return new LogEntry(
                null, new Announcement(record.fields(), record.mark(), place), place, place, record.end(), null);
    }

    boolean isGap() {
        return end == null;
    }

    boolean isPoint() {
        return point != null;
    }
}
