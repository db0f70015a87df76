package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads the records of one segment of a log. What it returns is good as far as checksums can tell: this is the boundary
 * where foreign bytes are checked.
 *
 * <p>Not thread-safe.
 */
final class SegmentReader implements Closeable {
    /** Most heads fit, so that one call reads them. */
    private static final int FIRST_READ = 2048;

    private final long segment;
    private final PositionalFile file;
    private final ByteBuffer first = ByteBuffer.allocateDirect(FIRST_READ);
    private final CRC32C crc = new CRC32C();
    /** Made with the first page, which who looks for announcements never reads. */
    private ByteBuffer contents;

    private SegmentReader(long segment, PositionalFile file) {
        this.segment = segment;
        this.file = file;
    }

    /** Opens a segment, which must exist. */
    static SegmentReader open(TimelineFiles files, long segment) throws IOException {
        return new SegmentReader(segment, PositionalFile.read(files.segment(segment)));
    }

    long segment() {
        return segment;
    }

    Path path() {
        return file.path();
    }

    long length() throws IOException {
        return file.size();
    }

    /** What there is from an offset on, unchecked and at most so much. */
    ByteBuffer bytes(long offset, int most) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(most, file.size() - offset)));
        file.read(bytes, offset);
        return bytes.flip();
    }

    /**
     * The record at an offset; its contents are not read.
     *
     * @return null if there is no good one
     * @throws UnknownVersionException if it is good and was written by a version of this program that is newer
     */
    LogRecord read(long offset) throws IOException {
        first.clear();
        file.read(first, offset);
        first.flip();
        if (first.remaining() < LogRecord.FIXED_LENGTH || first.getInt(0) >>> Byte.SIZE != LogRecord.MAGIC) {
            return null;
        }
        int length = first.getInt(LogRecord.LENGTH_OFFSET);
        if (length < LogRecord.FIXED_LENGTH || length > LogRecord.LONGEST_HEAD) {
            return null;
        }
        ByteBuffer head = ByteBuffer.allocate(length);
        head.put(first.limit(Math.min(length, first.limit())));
        if (head.hasRemaining() && !file.read(head, offset + head.position())) {
            return null;
        }
        head.flip();
        crc.reset();
        crc.update(head.array(), LogRecord.LENGTH_OFFSET, length - LogRecord.LENGTH_OFFSET);
        if ((int) crc.getValue() != head.getInt(LogRecord.CHECKSUM_OFFSET)) {
            return null;
        }
        int version = Byte.toUnsignedInt(head.get(LogRecord.VERSION_OFFSET));
        RecordType type = RecordType.of(head.get(LogRecord.TYPE_OFFSET));
        if (version != LogRecord.VERSION || type == null) {
            throw new UnknownVersionException(file.path(), version);
        }
        ByteBuffer mark = ByteBuffer.allocate(LogRecord.MARK_LENGTH);
        if (type.markLength() > 0 && !file.read(mark, offset + length)) {
            return null;
        }
        LogRecord record = new LogRecord(type, segment, offset, head.asReadOnlyBuffer(), mark.getLong(0));
        return record.isConsistent() ? record : null;
    }

    /** Whether all pages of a record are there as they were written. */
    boolean hasGoodContents(LogRecord record) throws IOException {
        for (int i = 0; i < record.pageCount(); i++) {
            if (content(record, i) == null) {
                return false;
            }
        }
        return true;
    }

    /** The content of a page, in a buffer that the next call fills anew; null if it is damaged. */
    ByteBuffer content(LogRecord record, int index) throws IOException {
        if (contents == null) {
            contents = ByteBuffer.allocateDirect(1 << 16);
        }
        contents.clear().limit(record.pageSize());
        if (!file.read(contents, record.contentOffset(index))) {
            return null;
        }
        contents.flip();
        crc.reset();
        crc.update(contents);
        contents.flip();
        return (int) crc.getValue() == record.pageChecksum(index) ? contents : null;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
