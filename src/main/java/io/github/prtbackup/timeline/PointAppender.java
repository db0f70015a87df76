package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Writes one point behind the end of a log: in one write if its pages fit in the buffer, and else as many parts as it
 * takes, which count only when the last record is there. Used once, by one thread.
 */
final class PointAppender implements PageWriter {
    private final RecordBuffer buffer;
    private final PositionalFile file;
    private final Point.Header header;
    private final PointFormat.Texts texts;
    private final int fieldsLength;
    private final long lockPage;
    /** Pages up to this one may be left out: the newest point has them. */
    private final long known;

    private final Consumer<TimelineStep> progress;
    private final LogPosition start;
    private long offset;
    private int link;
    private long last;
    private long count;
    private long countBeyondKnown;
    private Point point;

    PointAppender(
            RecordBuffer buffer, PositionalFile file, Tail tail, Point.Header header, Consumer<TimelineStep> progress) {
        this.buffer = buffer;
        this.file = file;
        this.header = header;
        this.progress = progress;
        this.texts = PointFormat.Texts.of(header);
        this.fieldsLength = PointFormat.length(header, texts);
        this.lockPage = header.lockPage();
        this.known =
                tail.newest().pageSize() == header.pageSize() ? tail.newest().pages() : 0;
        this.start = tail.end();
        this.offset = start.offset();
        this.link = start.link();
        buffer.begin(header.pageSize(), fieldsLength);
    }

    @Override
    public void page(int signedNumber, ByteBuffer content) throws IOException {
        long number = Integer.toUnsignedLong(signedNumber);
        if (number <= last || number > header.pages()) {
            throw new IllegalArgumentException(
                    "page " + number + " after page " + last + " of " + header.pages() + " pages");
        }
        if (content.remaining() != header.pageSize()) {
            throw new IllegalArgumentException(
                    "page " + number + " has " + content.remaining() + " bytes instead of " + header.pageSize());
        }
        last = number;
        if (number == lockPage) {
            content.position(content.limit());
            return;
        }
        if (buffer.isFull()) {
            write(buffer.finish(RecordType.PART, link, 0, fields -> {}));
            progress.accept(TimelineStep.PART_WRITTEN);
            buffer.begin(header.pageSize(), fieldsLength);
        }
        buffer.add(signedNumber, content);
        count++;
        if (number > known) {
            countBeyondKnown++;
        }
    }

    /** Writes the record that makes the point count, and returns the point. */
    Point commit() throws IOException {
        if (countBeyondKnown != PageNumbers.countStored(known + 1, header.pages(), header.pageSize())) {
            throw new IllegalArgumentException("pages are missing among those from " + (known + 1) + " to "
                    + header.pages() + ", which the newest point does not have");
        }
        boolean whole = count == PageNumbers.countStored(1, header.pages(), header.pageSize());
        long storedBytes = offset - start.offset() + buffer.length(fieldsLength);
        point = new Point(header, whole, storedBytes);
        write(buffer.finish(RecordType.POINT, link, fieldsLength, fields -> PointFormat.put(fields, point, texts)));
        return point;
    }

    /** Where the last record ends. */
    LogPosition end() {
        return new LogPosition(start.segment(), offset, link);
    }

    private void write(ByteBuffer record) throws IOException {
        link = record.getInt(record.position() + LogRecord.CHECKSUM_OFFSET);
        int length = record.remaining();
        file.write(record, offset);
        offset += length;
    }
}
