package io.github.prtbackup.timeline;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Builds a record so that one call can write it: the contents go to a fixed place of a direct buffer, and the head,
 * whose length is known last, is put before them.
 *
 * <p>Not thread-safe. It is used again for each record, and holds {@value #CAPACITY} bytes outside of the heap. So it is
 * {@linkplain #borrow borrowed} while something is written: a process may have hundreds of logs open.
 */
final class RecordBuffer {
    private static final int CAPACITY = 1 << 18;

    /** More than so many are rarely used at the same time. */
    private static final int MOST_SPARE = 4;

    /** Memory that was expensive to get. Nothing depends on whether there is any. */
    private static final BlockingQueue<RecordBuffer> SPARE = new ArrayBlockingQueue<>(MOST_SPARE);

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    private final CRC32C crc = new CRC32C();
    private int[] numbers = new int[64];
    private int[] checksums = new int[64];
    private int pageSize;
    private int contents;
    private int capacity;
    private int count;

    RecordBuffer() {}

    /** One that nobody else uses until it is given back. */
    static RecordBuffer borrow() {
        RecordBuffer spare = SPARE.poll();
        return spare == null ? new RecordBuffer() : spare;
    }

    /** The caller does not use it any more. */
    void giveBack() {
        boolean unused = SPARE.offer(this);
    }

    /** Empties it, and leaves room for fields up to a length. */
    void begin(int newPageSize, int longestFields) {
        pageSize = newPageSize;
        int room = CAPACITY - LogRecord.FIXED_LENGTH - longestFields - LogRecord.MARK_LENGTH;
        capacity = room / (pageSize + LogRecord.TABLE_ENTRY_LENGTH);
        contents = LogRecord.FIXED_LENGTH + longestFields + capacity * LogRecord.TABLE_ENTRY_LENGTH;
        count = 0;
    }

    boolean isFull() {
        return count == capacity;
    }

    int count() {
        return count;
    }

    /** Adds a page, taking all that remains in a buffer. */
    void add(int number, ByteBuffer content) {
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, count * 2);
            checksums = Arrays.copyOf(checksums, count * 2);
        }
        int start = contents + count * pageSize;
        buffer.limit(start + pageSize).position(start);
        buffer.put(content);
        buffer.position(start);
        crc.reset();
        crc.update(buffer);
        numbers[count] = number;
        checksums[count] = (int) crc.getValue();
        count++;
    }

    /** The length of the record, given that of its fields. */
    int length(int fieldsLength) {
        return headLength(fieldsLength) + count * pageSize;
    }

    /** The record, to be written before the next call. Its checksum is at {@link LogRecord#CHECKSUM_OFFSET}. */
    ByteBuffer finish(RecordType type, int link, int fieldsLength, Consumer<ByteBuffer> fields) {
        int headLength = headLength(fieldsLength);
        int start = contents - headLength;
        buffer.limit(contents).position(start);
        buffer.putInt(LogRecord.MAGIC << Byte.SIZE).putInt(0);
        buffer.putInt(headLength);
        buffer.putInt(link);
        buffer.put((byte) LogRecord.VERSION).put((byte) type.number()).putShort((short) 0);
        buffer.putInt(pageSize);
        buffer.putInt(count);
        fields.accept(buffer);
        for (int i = 0; i < count; i++) {
            buffer.putInt(numbers[i]).putInt(checksums[i]);
        }
        if (buffer.hasRemaining()) {
            throw new IllegalStateException("the fields are shorter than announced");
        }
        buffer.position(start + LogRecord.LENGTH_OFFSET);
        crc.reset();
        crc.update(buffer);
        buffer.putInt(start + LogRecord.CHECKSUM_OFFSET, (int) crc.getValue());
        int end = contents + count * pageSize;
        buffer.limit(end + type.markLength());
        for (int i = end; i < buffer.limit(); i++) {
            buffer.put(i, (byte) 0);
        }
        return buffer.position(start);
    }

    private int headLength(int fieldsLength) {
        return LogRecord.FIXED_LENGTH + fieldsLength + count * LogRecord.TABLE_ENTRY_LENGTH;
    }
}
