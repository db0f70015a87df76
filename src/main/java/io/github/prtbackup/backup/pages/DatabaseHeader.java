package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The fields of <a href="https://www.sqlite.org/fileformat2.html#the_database_header">the database header</a> that matter
 * here.
 *
 * @param pageSize bytes in a page, 512 to 65536
 * @param wal whether readers must look into a write-ahead log
 * @param changeCounter rises with each commit, but not in WAL mode
 * @param pages the database's size; 0 if a SQLite before 3.7.0 has written last, which did not keep it
 * @param autoVacuum whether commits may move pages
 */
public record DatabaseHeader(int pageSize, boolean wal, int changeCounter, int pages, boolean autoVacuum) {

    /** The length of the header, in bytes. */
    public static final int SIZE = 100;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int WAL_VERSION = 2;

    /** Empty if the bytes are no such header. */
    public static Optional<DatabaseHeader> parse(byte[] page) {
        ByteBuffer bytes = ByteBuffer.wrap(page);
        int pageSize = bytes.getShort(16) == 1 ? 65536 : Short.toUnsignedInt(bytes.getShort(16));
        if (!Arrays.equals(page, 0, MAGIC.length, MAGIC, 0, MAGIC.length) || !isPageSize(pageSize)) {
            return Optional.empty();
        }
        int counter = bytes.getInt(24);
        boolean sizeIsValid = bytes.getInt(92) == counter && bytes.getInt(28) > 0;
        return Optional.of(new DatabaseHeader(
                pageSize,
                bytes.get(19) == WAL_VERSION,
                counter,
                sizeIsValid ? bytes.getInt(28) : 0,
                bytes.getInt(52) != 0));
    }

    /** Whether a database can have pages of so many bytes. */
    public static boolean isPageSize(int size) {
        return size >= 512 && size <= 65536 && Integer.bitCount(size) == 1;
    }

    /** The size in pages of a file of this many bytes. */
    int pages(long length) {
        return pages > 0 ? pages : Math.toIntExact(length / pageSize);
    }

    /** The number of the page that holds SQLite's lock bytes, which has no content and is never reported. */
    static int lockPage(int pageSize) {
        return (1 << 30) / pageSize + 1;
    }
}
