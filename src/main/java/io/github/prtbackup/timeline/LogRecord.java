package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What is known of one good record of the log without the contents of its pages.
 *
 * <pre>
 *  0  u24  magic 505254, "PRT"
 *  3  u8   status: 5A if a point was deleted later; 3C in the first of all while the base may not be durable. In no checksum
 *  4  u32  checksum: CRC32C of the bytes from 8 up to the head's length
 *  8  u32  head's length: all up to the contents
 * 12  u32  link: the checksum of the record before
 * 16  u8   version
 * 17  u8   type
 * 18  u16  0
 * 20  u32  page size
 * 24  u32  number of pages
 * 28       fields, depending on the type
 *          for each page: u32 number (ascending), u32 CRC32C of its content
 *          the contents, in that order
 *     i64  only behind an announcement: its mark, which is set later. In no checksum
 * </pre>
 *
 * Immutable, but for the position of {@code head}, which nobody moves.
 *
 * @param type what it is
 * @param segment the segment it is in
 * @param offset where it begins
 * @param head all up to the contents
 * @param mark that of an announcement, as it was when the record was read; 0 in all others
 */
record LogRecord(RecordType type, long segment, long offset, ByteBuffer head, long mark) {
    static final int MAGIC = 0x505254;
    static final int VERSION = 1;
    /** No other status is one flipped bit away. */
    static final byte DELETED = 0x5A;

    /** Of the first record of a timeline, while that has a {@link FreshBase}. */
    static final byte FRESH = 0x3C;

    static final int MARK_LENGTH = 8;

    static final int STATUS_OFFSET = 3;
    static final int CHECKSUM_OFFSET = 4;
    static final int LENGTH_OFFSET = 8;
    static final int LINK_OFFSET = 12;
    static final int VERSION_OFFSET = 16;
    static final int TYPE_OFFSET = 17;
    static final int PAGE_SIZE_OFFSET = 20;
    static final int PAGE_COUNT_OFFSET = 24;
    static final int FIXED_LENGTH = 28;
    static final int TABLE_ENTRY_LENGTH = 8;

    /** No writer makes a longer head; a longer one is garbage. */
    static final int LONGEST_HEAD = 1 << 20;

    private static final int LARGEST_PAGE = 1 << 16;

    int pageSize() {
        return head.getInt(PAGE_SIZE_OFFSET);
    }

    int pageCount() {
        return head.getInt(PAGE_COUNT_OFFSET);
    }

    int checksum() {
        return head.getInt(CHECKSUM_OFFSET);
    }

    int link() {
        return head.getInt(LINK_OFFSET);
    }

    /** Whether the table fits and the page size is one, so that nobody behind this has to check again. */
    boolean isConsistent() {
        long tableLength = (long) pageCount() * TABLE_ENTRY_LENGTH;
        return pageCount() >= 0
                && FIXED_LENGTH + tableLength <= head.limit()
                && pageSize() >= 0
                && pageSize() <= LARGEST_PAGE;
    }

    boolean isDeleted() {
        return head.get(STATUS_OFFSET) == DELETED;
    }

    boolean isFresh() {
        return head.get(STATUS_OFFSET) == FRESH;
    }

    /** Where it begins, with its checksum, which tells whether it is still there. */
    LogPosition place() {
        return new LogPosition(segment, offset, checksum());
    }

    /** The first bytes of the record at a {@link #place}; null if it is not there any more. */
    static ByteBuffer startAt(PositionalFile file, LogPosition place) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(FIXED_LENGTH);
        return file.read(start, place.offset()) && start.getInt(CHECKSUM_OFFSET) == place.link() ? start : null;
    }

    /** The fields, in a buffer of its own. */
    ByteBuffer fields() {
        return head.slice(FIXED_LENGTH, tableOffset() - FIXED_LENGTH);
    }

    long pageNumber(int index) {
        return Integer.toUnsignedLong(head.getInt(tableOffset() + index * TABLE_ENTRY_LENGTH));
    }

    int pageChecksum(int index) {
        return head.getInt(tableOffset() + index * TABLE_ENTRY_LENGTH + Integer.BYTES);
    }

    /** Where the content of a page is in the segment. */
    long contentOffset(int index) {
        return offset + head.limit() + (long) index * pageSize();
    }

    LogPosition end() {
        return new LogPosition(segment, contentOffset(pageCount()) + type.markLength(), checksum());
    }

    private int tableOffset() {
        return head.limit() - pageCount() * TABLE_ENTRY_LENGTH;
    }
}
