package io.github.prtbackup.store;

import java.util.List;

/**
 * A point or an announcement in the log, or a gap where points are lost. Immutable.
 *
 * @param point the point; null if it is none
 * @param records its records, of which the last makes it count; none for a gap
 */
record LogEntry(Point point, List<LogRecord> records) {
    static final LogEntry GAP = new LogEntry(null, List.of());

    boolean isGap() {
        return records.isEmpty();
    }

    boolean isPoint() {
        return point != null;
    }

    LogRecord last() {
        return records.get(records.size() - 1);
    }

    LogPosition end() {
        return last().end();
    }
}
