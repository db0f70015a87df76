package io.github.prtbackup.timeline;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Looks at what of a log belongs to no point that is listed: where exactly it is damaged, what is still in its first segment
 * though it is folded, and the status of each record, which no checksum covers. Not thread-safe.
 */
final class LogScan {
    private final TimelineFiles files;
    private final LogPosition start;
    private final LogPosition end;
    private final ProblemList problems;

    LogScan(TimelineFiles files, Head head, LogPosition end, ProblemList problems) {
        this.files = files;
        this.start = head.logStart();
        this.end = end;
        this.problems = problems;
    }

    void run() throws IOException {
        List<Long> segments = files.segmentsBetween(start.segment() - 1, end.segment());
        long expected = start.segment();
        for (long segment : segments) {
            if (segment > expected) {
                problems.add("what is between " + files.segment(expected) + " and " + files.segment(segment)
                        + " is missing");
            }
            expected = segment + 1;
            scan(segment);
        }
        if (expected <= end.segment()) {
            problems.add(files.segment(expected) + " is missing");
        }
    }

    private void scan(long segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(files, segment)) {
            LogPosition at = new LogPosition(segment, 0, 0);
            if (segment == start.segment() && start.offset() > 0) {
                scanFolded(reader, at);
                at = start;
            }
            long last = segment == end.segment() ? end.offset() : Long.MAX_VALUE;
            while (at != null && at.offset() < last) {
                LogRecord record = next(reader, at);
                at = record == null || record.type() == RecordType.END ? null : record.end();
            }
        } catch (NoSuchFileException e) {
            problems.add(files.segment(segment) + " is no regular file");
        }
    }

    private void scanFolded(SegmentReader reader, LogPosition beginning) throws IOException {
        LogPosition at = beginning;
        while (at != null && at.offset() < start.offset()) {
            LogRecord record = next(reader, at);
            if (record != null && !reader.hasGoodContents(record)) {
                problems.add(words(record.place()) + ", and no backup rests on it");
            }
            at = record == null ? null : record.end();
        }
    }

    /** The record at a place; null, which is told, if there is none that follows. */
    private LogRecord next(SegmentReader reader, LogPosition at) throws IOException {
        LogRecord record = reader.read(at.offset());
        if (record == null || (at.offset() > 0 && record.link() != at.link())) {
            problems.add(words(at));
            return null;
        }
        if (!hasStatus(record)) {
            problems.add(words(at) + " in its status");
        }
        return record;
    }

    private static boolean hasStatus(LogRecord record) {
        return record.head().get(LogRecord.STATUS_OFFSET) == 0
                || (record.isDeleted() && record.type() == RecordType.POINT)
                || (record.isFresh() && record.type() == RecordType.SEGMENT);
    }

    private String words(LogPosition at) {
        return "the record at byte " + at.offset() + " of " + files.segment(at.segment()) + " is damaged";
    }
}
