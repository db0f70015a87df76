package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The header of <a href="https://www.sqlite.org/walformat.html#the_wal_index_file_format">the wal-index</a>, SQLite's own
 * answer to where the log ends. Only the holder of the write lock changes it.
 *
 * @param salts of the log
 * @param frames committed in the log
 * @param checksum of the last frame
 * @param commits rises by one with each commit and starts from 0 when the index is rebuilt; walFrames() and
 *     walIndexRecover() in wal.c are the only two places that touch it
 * @param pages the size of the database after the last commit in the log
 * @param pageSize bytes in a page; not valid without frames
 */
record WalIndex(long salts, int frames, long checksum, int commits, int pages, int pageSize) {

    private static final int COPY_SIZE = 48;
    private static final int SUMMED = 40;
    private static final int VERSION = 3007000;

    private static final int BLOCK = 32768;
    private static final int FIRST_BLOCK_HEADER = 136;
    private static final int PAGES_IN_BLOCK = 4096;
    private static final int PAGES_IN_FIRST_BLOCK = PAGES_IN_BLOCK - FIRST_BLOCK_HEADER / 4;

    /** Empty if there is no valid index: it is new, or a process died while it wrote it and nobody has looked since. */
    static Optional<WalIndex> read(HeldFile sharedMemory) throws IOException {
        byte[] bytes = new byte[2 * COPY_SIZE];
        if (sharedMemory.read(0, bytes, 0, bytes.length) < bytes.length
                || !Arrays.equals(bytes, 0, COPY_SIZE, bytes, COPY_SIZE, 2 * COPY_SIZE)) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        boolean isInitialised = header.get(12) != 0;
        long checksum = new WalChecksum(0)
                .update(bytes, 0, SUMMED, ByteOrder.nativeOrder())
                .value();
        if (header.getInt(0) != VERSION || !isInitialised || checksum != words(header, SUMMED)) {
            return Optional.empty();
        }
        int pageSize = Short.toUnsignedInt(header.getShort(14));
        int frames = header.getInt(16);
        int pages = header.getInt(20);
        if (frames < 0
                || (frames > 0 && (pages <= 0 || !DatabaseHeader.isPageSize(pageSize == 1 ? 65536 : pageSize)))) {
            throw new IOException("the wal-index names " + Integer.toUnsignedLong(frames) + " frames of " + pageSize
                    + " bytes and " + Integer.toUnsignedLong(pages) + " pages");
        }
        return Optional.of(new WalIndex(
                header.order(ByteOrder.BIG_ENDIAN).getLong(32),
                frames,
                words(header.order(ByteOrder.nativeOrder()), 24),
                header.getInt(8),
                pages,
                pageSize == 1 ? 65536 : pageSize));
    }

    /** How many frames have been copied into the database, and are there to stay. */
    static int backfilled(HeldFile sharedMemory) throws IOException {
        byte[] bytes = new byte[Integer.BYTES];
        return sharedMemory.read(2 * COPY_SIZE, bytes, 0, bytes.length) < bytes.length
                ? 0
                : ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    private static long words(ByteBuffer from, int offset) {
        return (long) from.getInt(offset) << 32 | Integer.toUnsignedLong(from.getInt(offset + 4));
    }

    /** The pages of all committed frames, which the index keeps so that nobody needs to walk the log. */
    FrameMap frameMap(HeldFile sharedMemory) throws IOException {
        FrameMap map = new FrameMap(frames, pages);
        byte[] bytes = new byte[PAGES_IN_BLOCK * Integer.BYTES];
        int frame = 0;
        for (int block = 0; frame < frames; block++) {
            long offset = block == 0 ? FIRST_BLOCK_HEADER : (long) block * BLOCK;
            int count = Math.min(frames - frame, block == 0 ? PAGES_IN_FIRST_BLOCK : PAGES_IN_BLOCK);
            if (sharedMemory.read(offset, bytes, 0, count * Integer.BYTES) < count * Integer.BYTES) {
                throw new IOException("the wal-index ends before frame " + (frame + count));
            }
            ByteBuffer pageNumbers = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            for (int i = 0; i < count; i++) {
                map.put(WalLog.requirePage(pageNumbers.getInt(i * Integer.BYTES)), frame++);
            }
        }
        return map;
    }
}
