package io.github.prtbackup.timeline;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** Lists the points in a log without reading their pages. Stateless; call it with the lock of the timeline. */
final class LogIndex {
    private LogIndex() {}

    /**
     * The points in the log from its start up to an end, oldest first. Where a segment is damaged, the list goes on with
     * the next one behind a {@link LogEntry#GAP}.
     */
    static List<LogEntry> entries(TimelineFiles files, Head head, LogPosition end) throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        LogPosition start = head.logStart();
        while (start != null) {
            long reached = addPoints(files, start, end, entries);
            start = null;
            if (reached < end.segment()) {
                entries.add(LogEntry.GAP);
            }
            // By the names there are: two that lie far apart leave no end of numbers between them.
            for (long next : start == null ? files.segmentsBetween(reached, end.segment()) : List.<Long>of()) {
                start = start == null ? beginning(files, next) : start;
            }
        }
        return entries;
    }

    /** The place before the first record of a segment; null if that is missing or damaged. */
    static LogPosition beginning(TimelineFiles files, long segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(files, segment)) {
            LogRecord first = reader.read(0);
            return first == null ? null : new LogPosition(segment, 0, first.link());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Returns the segment that it came to. */
    private static long addPoints(TimelineFiles files, LogPosition start, LogPosition end, List<LogEntry> entries)
            throws IOException {
        try (LogCursor cursor = new LogCursor(files, start, false)) {
            for (LogEntry entry = cursor.next(); entry != null && !isBehind(entry.end(), end); entry = cursor.next()) {
                if (entry.isPoint()) {
                    entries.add(entry);
                }
            }
            return cursor.position().segment();
        } catch (NoSuchFileException e) {
            return start.segment();
        }
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
                found.add(entry.announcement());
            }
        }
        return found;
    }

    private static boolean isBehind(LogPosition position, LogPosition end) {
        return position.segment() > end.segment()
                || (position.segment() == end.segment() && position.offset() > end.offset());
    }
}
