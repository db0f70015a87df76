package io.github.prtbackup.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lists the points in a log without reading their pages. Stateless; call it with the lock of the timeline. */
final class LogIndex {
    private LogIndex() {}

    /** The points in the log from its start up to an end, oldest first. */
    static List<LogEntry> entries(TimelineFiles files, Head head, LogPosition end) throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        try (LogCursor cursor = new LogCursor(files, head.logStart(), false)) {
            for (LogEntry entry = cursor.next(); entry != null && !isBehind(entry.end(), end); entry = cursor.next()) {
                if (entry.isPoint()) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    /** The announcements from one place to another, oldest first. */
    static List<Announcement> announcements(TimelineFiles files, LogPosition start, LogPosition end)
            throws IOException {
        if (start.equals(end)) {
            return List.of();
        }
        List<Announcement> found = new ArrayList<>();
        try (LogCursor cursor = new LogCursor(files, start, false)) {
            for (LogEntry entry = cursor.next(); entry != null && !isBehind(entry.end(), end); entry = cursor.next()) {
                LogRecord record = entry.last();
                found.add(new Announcement(
                        record.fields(),
                        record.isConfirmed(),
                        new LogPosition(record.segment(), record.offset(), record.checksum())));
            }
        }
        return found;
    }

    private static boolean isBehind(LogPosition position, LogPosition end) {
        return position.segment() > end.segment()
                || (position.segment() == end.segment() && position.offset() > end.offset());
    }
}
