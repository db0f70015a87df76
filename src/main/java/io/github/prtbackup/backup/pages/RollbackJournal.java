package io.github.prtbackup.backup.pages;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The pages that a transaction has changed, read from
 * <a href="https://www.sqlite.org/fileformat2.html#the_rollback_journal">its rollback journal</a> just before it commits.
 *
 * <p>The journal holds the old content of each page that existed before and was changed, with one exception: pages that
 * were leaves of the free list, whose old content nobody needs. To take such a leaf SQLite has to change the trunk page that
 * lists it, and that one is in the journal. Leaves never move from one trunk to another, and a page that the transaction
 * itself has freed is journaled when it is used again. So the leaves listed in the old content of the journaled trunks are
 * all that can be missing. Which pages were trunks is not asked: each journaled page is read as if it had been one, and most
 * others fail the test that SQLite itself makes (a plausible number of leaves). An overflow page that passes it names some
 * pages without need.
 *
 * <p>Page 1 is always named, because {@code COMMIT} changes it. Pages by which the database grows are not in the journal;
 * {@link FilePages} adds them. With auto-vacuum, {@code COMMIT} moves pages: {@link FilePages} calls that lost.
 */
public final class RollbackJournal {

    private static final long MAGIC = 0xd9d505f920a163d7L;
    private static final int HEADER = 28;
    private static final int MIN_SECTOR = 32;
    private static final int MAX_SECTOR = 65536;

    private final RandomAccessFile file;
    private final long length;
    private final int sectorSize;
    private final int pageSize;
    private final int oldPages;
    private final byte[] record;
    private final PageList.Builder pages;

    private RollbackJournal(RandomAccessFile file, long length, ByteBuffer header) {
        this.file = file;
        this.length = length;
        this.oldPages = header.getInt(16);
        this.sectorSize = header.getInt(20);
        this.pageSize = header.getInt(24);
        this.record = new byte[4 + pageSize + 4];
        this.pages = new PageList.Builder(oldPages, pageSize);
    }

    /**
     * Reads the journal of the transaction that holds the write lock. In a mode without a journal file, and before the
     * transaction has changed anything, the answer is lost, and nothing is known of the pages.
     */
    public static Changed read(DatabaseFile database) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(database.beside("-journal").toFile(), "r")) {
            byte[] bytes = new byte[HEADER];
            // With journal_mode=PERSIST or TRUNCATE the journal of a finished transaction has a header of zeros, or
            // none.
            if (PositionalRead.read(file, 0, bytes, 0, HEADER) < HEADER || Arrays.equals(bytes, new byte[HEADER])) {
                return new Changed.Lost("the journal is empty");
            }
            ByteBuffer header = ByteBuffer.wrap(bytes);
            int sectorSize = header.getInt(20);
            if (!isHeader(header)
                    || sectorSize < MIN_SECTOR
                    || sectorSize > MAX_SECTOR
                    || Integer.bitCount(sectorSize) != 1
                    || !DatabaseHeader.isPageSize(header.getInt(24))
                    || header.getInt(16) < 0) {
                return new Changed.Lost("the journal has no valid header");
            }
            return new Changed.Complete(new RollbackJournal(file, file.length(), header).pages());
        } catch (FileNotFoundException e) {
            return new Changed.Lost("there is no journal");
        }
    }

    /** Until it is synced, which a commit or a spill does, the magic number and the count of records are zeros. */
    private static boolean isHeader(ByteBuffer header) {
        return header.getLong(0) == MAGIC || (header.getLong(0) == 0 && header.getInt(8) == 0);
    }

    private PageList pages() throws IOException {
        pages.add(1);
        byte[] header = new byte[HEADER];
        long offset = 0;
        while (PositionalRead.read(file, offset, header, 0, HEADER) == HEADER && continues(ByteBuffer.wrap(header))) {
            offset = segment(offset, ByteBuffer.wrap(header));
        }
        return pages.build();
    }

    /**
     * Whether there is a header of the same transaction. Behind the end of a journal that is kept
     * ({@code journal_mode=PERSIST}) there may be one of an earlier transaction; its pages are then named without need.
     */
    private boolean continues(ByteBuffer header) {
        return isHeader(header)
                && header.getInt(16) == oldPages
                && header.getInt(20) == sectorSize
                && header.getInt(24) == pageSize;
    }

    /** Takes the pages of one segment, and says where the next would begin. */
    private long segment(long start, ByteBuffer header) throws IOException {
        int nonce = header.getInt(12);
        // -1 and 0 both mean: as far as it goes. So does a count; the nonce in the checksums tells where that is.
        int counted = header.getInt(8);
        long offset = start + sectorSize;
        for (int number = 0; offset + record.length <= length; number++) {
            if (PositionalRead.read(file, offset, record, 0, record.length) < record.length) {
                break;
            }
            ByteBuffer fields = ByteBuffer.wrap(record);
            int page = fields.getInt(0);
            if (number >= counted && fields.getInt(4 + pageSize) != checksum(nonce)) {
                break;
            }
            pages.add(page);
            addLeaves(fields);
            offset += record.length;
        }
        return (offset + sectorSize - 1) / sectorSize * sectorSize;
    }

    /** Looks at every 200th byte. */
    private int checksum(int nonce) {
        int sum = nonce;
        for (int i = pageSize - 200; i > 0; i -= 200) {
            sum += record[4 + i] & 0xff;
        }
        return sum;
    }

    /** A trunk page: the number of the next trunk, the count of leaves, and the leaves. */
    private void addLeaves(ByteBuffer fields) {
        int leaves = fields.getInt(4 + 4);
        if (leaves > 0 && leaves <= pageSize / 4 - 2) {
            for (int i = 0; i < leaves; i++) {
                pages.add(fields.getInt(4 + 8 + 4 * i));
            }
        }
    }
}
