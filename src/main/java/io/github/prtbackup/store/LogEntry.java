package io.github.prtbackup.store;

import java.util.List;

/**
 * A point or an announcement in the log. Immutable.
 *
 * @param point the point; null if it is an announcement
 * @param records its records; the last makes it count
 */
record LogEntry(Point point, List<LogRecord> records) {
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
