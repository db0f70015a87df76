package io.github.prtbackup.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What is open of a timeline while its points are read: the base, and one segment of the log at a time, the one that was last
 * asked for.
 *
 * <p>While it is open, nothing is folded. Not thread-safe.
 */
final class ReadFiles implements Closeable {
    private final TimelineFiles files;
    private final Closeable lease;
    private SegmentReader segment;
    private Base base;

    /** A page in a record of the log. */
    record LoggedPage(LogRecord record, int index) {}

    /** Takes records. */
    @FunctionalInterface
    interface RecordConsumer {
        void accept(LogRecord record) throws IOException;
    }

    /** @param lease keeps others from folding; closed with the files */
    ReadFiles(TimelineFiles files, Closeable lease) {
        this.files = files;
        this.lease = lease;
    }

    SegmentReader segment(long number) throws IOException {
        if (segment == null || segment.segment() != number) {
            closeSegment();
            segment = SegmentReader.open(files, number);
        }
        return segment;
    }

    Base base(int pageSize) throws IOException {
        if (base == null) {
            base = Base.read(files, pageSize);
        }
        return base;
    }

    /** Shows the records of an entry, one after the other. */
    void forEachRecord(LogEntry entry, RecordConsumer consumer) throws IOException {
        SegmentReader reader = segment(entry.place().segment());
        long offset = entry.start().offset();
        while (offset < entry.end().offset()) {
            LogRecord record = reader.read(offset);
            if (record == null) {
                throw new DamagedTimelineException(damage(entry, offset));
            }
            consumer.accept(record);
            offset = record.end().offset();
        }
    }

    /** The content of a page, in a buffer of its own; null if it is damaged. */
    ByteBuffer content(LoggedPage page) throws IOException {
        ByteBuffer content = segment(page.record().segment()).content(page.record(), page.index());
        return content == null
                ? null
                : ByteBuffer.allocate(content.remaining()).put(content).flip();
    }

    String damage(LogRecord record, long number) {
        return "page " + number + " in the record at byte " + record.offset() + " of " + files.segment(record.segment())
                + " is damaged";
    }

    String damage(LogEntry entry, long offset) {
        return "the record at byte " + offset + " of "
                + files.segment(entry.place().segment()) + " is damaged";
    }

    private void closeSegment() throws IOException {
        SegmentReader open = segment;
        segment = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        Base opened = base;
        try (lease;
                opened) {
            closeSegment();
        }
    }
}
