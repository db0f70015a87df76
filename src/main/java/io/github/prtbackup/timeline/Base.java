package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongPredicate;
import java.util.zip.CRC32C;

/**
 * The base of a timeline: a database file, and beside it the CRC32C of each of its pages, four bytes each, most
 * significant first. Those of the lock page mean nothing. Not thread-safe.
 */
final class Base implements Closeable {
    private static final int CHUNK = 1 << 20;

    private final PositionalFile data;
    private final PositionalFile checksums;
    private final int pageSize;
    private final CRC32C crc = new CRC32C();
    /** Null until a chunk is read; who looks for single pages never does. */
    private ByteBuffer chunk;

    private ByteBuffer sums;

    private Base(PositionalFile data, PositionalFile checksums, int pageSize) {
        this.data = data;
        this.checksums = checksums;
        this.pageSize = pageSize;
    }

    static Base read(TimelineFiles files, int pageSize) throws IOException {
        PositionalFile data = PositionalFile.read(files.base());
        try {
            return new Base(data, PositionalFile.read(files.checksums()), pageSize);
        } catch (IOException e) {
            data.close();
            throw e;
        }
    }

    /** How many bytes of pages there are. */
    long length() throws IOException {
        return data.size();
    }

    /** The content of a page; null if it is damaged. */
    ByteBuffer page(long number) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(pageSize);
        ByteBuffer expected = ByteBuffer.allocate(Integer.BYTES);
        boolean isThere =
                data.read(content, (number - 1) * pageSize) && checksums.read(expected, (number - 1) * Integer.BYTES);
        return isThere && checksumOf(content.flip()) == expected.getInt(0) ? content : null;
    }

    /** The checksum that a page is recorded with; null if there is none. */
    Integer checksum(long number) throws IOException {
        ByteBuffer recorded = ByteBuffer.allocate(Integer.BYTES);
        return checksums.read(recorded, (number - 1) * Integer.BYTES) ? recorded.getInt(0) : null;
    }

    /** Shows the pages up to a number that are not in a set, without the lock page, and adds them to the set. */
    void visit(long last, PageSet seen, PageVisitor visitor) throws IOException {
        for (long first = 1; first <= last; first += pagesInChunk()) {
            visitChunk(first, last, seen::add, visitor);
        }
    }

    /** How many pages are read at once. */
    int pagesInChunk() {
        return CHUNK / pageSize;
    }

    /**
     * Shows some of the pages of one chunk, without the lock page.
     *
     * @param first the first of the chunk
     * @param last none behind it is shown
     */
    void visitChunk(long first, long last, LongPredicate wanted, PageVisitor visitor) throws IOException {
        int count = (int) Math.min(pagesInChunk(), last - first + 1);
        if (chunk == null || chunk.capacity() < count * pageSize) {
            chunk = ByteBuffer.allocateDirect(count * pageSize);
            sums = ByteBuffer.allocate(count * Integer.BYTES);
        }
        data.read(chunk.clear().limit(count * pageSize), (first - 1) * pageSize);
        checksums.read(sums.clear().limit(count * Integer.BYTES), (first - 1) * Integer.BYTES);
        // What is missing at the end of a file: the buffers still hold the bytes of the chunk before there.
        int present = Math.min(chunk.position() / pageSize, sums.position() / Integer.BYTES);
        for (int i = 0; i < count; i++) {
            long number = first + i;
            if (number != PageNumbers.lockPage(pageSize) && wanted.test(number)) {
                ByteBuffer content = chunk.slice(i * pageSize, pageSize);
                int checksum = sums.getInt(i * Integer.BYTES);
                if (i < present && checksumOf(content) == checksum) {
                    visitor.page(number, checksum, content);
                } else {
                    visitor.damaged(number, damage(number));
                }
            }
        }
    }

    String damage(long number) {
        return "page " + number + " in " + data.path() + " is damaged";
    }

    private int checksumOf(ByteBuffer content) {
        crc.reset();
        crc.update(content.duplicate());
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        try (data) {
            checksums.close();
        }
    }
}
