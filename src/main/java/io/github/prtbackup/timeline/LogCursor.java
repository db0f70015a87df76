package io.github.prtbackup.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Goes through a log, from segment to segment, as far as it is good. What follows the first thing that is not good does
 * not exist for it: a write that a crash has torn, or one that is under way in another process.
 *
 * <p>Not thread-safe.
 */
final class LogCursor implements Closeable {
    private final TimelineFiles files;
    private final boolean checksContents;
    private SegmentReader reader;
    private LogPosition position;
    private Point carried;
    private LogPosition carriedEnd;
    private int pointsInSegment;
    private boolean segmentMissing;

    /**
     * Begins at a place.
     *
     * @param checksContents whether a point counts only if the contents of its pages are good too
     * @throws NoSuchFileException if the segment is not there
     */
    LogCursor(TimelineFiles files, LogPosition start, boolean checksContents) throws IOException {
        this.files = files;
        this.position = start;
        this.checksContents = checksContents;
        this.reader = SegmentReader.open(files, start.segment());
    }

    /** The end of what was returned so far. */
    LogPosition position() {
        return position;
    }

    /** The point that the last segment began with; null if none was entered. */
    Point carried() {
        return carried;
    }

    /** Where the record of that point ends; null if there is none. */
    LogPosition carriedEnd() {
        return carriedEnd;
    }

    /** How many points of the present segment were returned. */
    int pointsInSegment() {
        return pointsInSegment;
    }

    /**
     * Whether the log ended where a segment should follow that is not there: lost in a crash of the operating system, or
     * deleted by a fold since the cursor was made.
     */
    boolean isSegmentMissing() {
        return segmentMissing;
    }

    /** The next point or announcement; null at the end of what is good. */
    LogEntry next() throws IOException {
        LogPosition at = position;
        boolean hasParts = false;
        while (true) {
            LogRecord record = reader.read(at.offset());
            if (record == null || record.link() != at.link()) {
                return null;
            }
            switch (record.type()) {
                case SEGMENT -> {
                    carried = PointFormat.get(record.fields());
                    if (at.offset() != 0 || carried == null) {
                        return null;
                    }
                    position = record.end();
                    carriedEnd = position;
                    at = position;
                }
                case PART -> {
                    if (!isGood(record)) {
                        return null;
                    }
                    hasParts = true;
                    at = record.end();
                }
                case POINT -> {
                    Point point = PointFormat.get(record.fields());
                    if (point == null || !isGood(record)) {
                        return null;
                    }
                    LogEntry entry = LogEntry.of(record.isDeleted() ? point.asDeleted() : point, position, record);
                    position = entry.end();
                    pointsInSegment++;
                    return entry;
                }
                case ANNOUNCEMENT -> {
                    if (hasParts) {
                        return null;
                    }
                    position = record.end();
                    return LogEntry.ofAnnouncement(record);
                }
                case END -> {
                    if (hasParts || !enterNextSegment(record)) {
                        return null;
                    }
                    at = position;
                }
            }
        }
    }

    private boolean isGood(LogRecord record) throws IOException {
        return !checksContents || reader.hasGoodContents(record);
    }

    private boolean enterNextSegment(LogRecord end) throws IOException {
        SegmentReader next;
        try {
            next = SegmentReader.open(files, end.segment() + 1);
        } catch (NoSuchFileException e) {
            segmentMissing = true;
            return false;
        }
        LogRecord begin = next.read(0);
        if (begin == null || begin.type() != RecordType.SEGMENT || begin.link() != end.checksum()) {
            next.close();
            return false;
        }
        reader.close();
        reader = next;
        position = new LogPosition(next.segment(), 0, end.checksum());
        pointsInSegment = 0;
        return true;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
