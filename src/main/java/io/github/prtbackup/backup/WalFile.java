package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.WalChecksum;
import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A write-ahead log, read as <a href="https://www.sqlite.org/fileformat2.html#the_write_ahead_log">SQLite's file format</a>
 * describes it. Only committed transactions are seen: what lies behind the last commit may be rolled back or rewritten.
 *
 * <p>The log carries none of SQLite's locks, so a process that has the database open may open and close it.
 *
 * <p>Not thread-safe.
 */
public final class WalFile implements Closeable {

    /** Bytes before the first frame. */
    public static final int HEADER_SIZE = 32;

    private static final int FRAME_HEADER_SIZE = 24;
    private static final int BYTES_AT_ONCE = 1 << 18;
    private static final int MAGIC = 0x377f0682;
    private static final int VERSION = 3007000;
    private static final int SALTS_OFFSET = 16;
    private static final int HEADER_SUMMED = 24;
    private static final int FRAME_SUMMED = 8;

    /**
     * A committed transaction.
     *
     * @param first its first frame, counted from 0
     * @param end the frame after its last
     * @param databasePages the size of the database after it
     */
    public record Transaction(long first, long end, long databasePages) {}

    private final PositionalFile file;
    private final int pageSize;
    private final long salts;
    private final long headerChecksum;
    private final ByteOrder checksumOrder;

    private WalFile(PositionalFile file, ByteBuffer header) {
        this.file = file;
        this.pageSize = header.getInt(8);
        this.salts = header.getLong(SALTS_OFFSET);
        this.headerChecksum = header.getLong(HEADER_SUMMED);
        this.checksumOrder = checksumOrder(header);
    }

    /**
     * Opens the log of a database.
     *
     * @return empty if there is none, or none with a valid header, which holds no transactions then
     */
    public static Optional<WalFile> of(Path database) throws IOException {
        Path path = database.resolveSibling(database.getFileName() + "-wal");
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        PositionalFile file = PositionalFile.read(path);
        try {
            byte[] header = new byte[HEADER_SIZE];
            if (file.read(ByteBuffer.wrap(header), 0) && isValid(header)) {
                return Optional.of(new WalFile(file, ByteBuffer.wrap(header)));
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        return Optional.empty();
    }

    /** Bytes in a page, 512 to 65536. */
    public int pageSize() {
        return pageSize;
    }

    /** Changes whenever the log starts again from its beginning. */
    public long salts() {
        return salts;
    }

    /** The offset in the file at which a frame begins. */
    public long offsetOf(long frame) {
        return HEADER_SIZE + frame * (FRAME_HEADER_SIZE + pageSize);
    }

    /** All committed transactions, in order. */
    public Transactions transactions() throws IOException {
        return new Transactions();
    }

    /** One after the other, because a log may hold any number of them. */
    public final class Transactions {

        private final ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_SIZE + pageSize);
        private final WalChecksum checksum = new WalChecksum(headerChecksum);
        private final long size = file.size();
        private long number;

        private Transactions() throws IOException {}

        /** The next; null if there is none. */
        public Transaction next() throws IOException {
            long first = number;
            while (offsetOf(number + 1) <= size) {
                read(frame.clear(), offsetOf(number));
                checksum.update(frame.array(), 0, FRAME_SUMMED, checksumOrder)
                        .update(frame.array(), FRAME_HEADER_SIZE, pageSize, checksumOrder);
                if (frame.getLong(8) != salts || frame.getLong(16) != checksum.value()) {
                    return null;
                }
                number++;
                long databasePages = Integer.toUnsignedLong(frame.getInt(4));
                if (databasePages > 0) {
                    return new Transaction(first, number, databasePages);
                }
            }
            return null;
        }
    }

    /**
     * Reads one frame.
     *
     * @param page takes the content of the page
     * @return the number of the page, from 1
     */
    public long read(long frame, byte[] page) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(FRAME_HEADER_SIZE + pageSize);
        read(bytes, offsetOf(frame));
        bytes.get(FRAME_HEADER_SIZE, page, 0, pageSize);
        return Integer.toUnsignedLong(bytes.getInt(0));
    }

    /** Copies the log up to a frame, not included. */
    public void copyTo(Path target, long end) throws IOException {
        try (PositionalFile out = PositionalFile.create(target)) {
            ByteBuffer part = ByteBuffer.allocate(BYTES_AT_ONCE);
            long length = offsetOf(end);
            for (long done = 0; done < length; done += part.limit()) {
                read(part.clear().limit((int) Math.min(part.capacity(), length - done)), done);
                out.write(part, done);
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static boolean isValid(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        long checksum = new WalChecksum(0)
                .update(bytes, 0, HEADER_SUMMED, checksumOrder(header))
                .value();
        return (header.getInt(0) & ~1) == MAGIC
                && header.getInt(4) == VERSION
                && DatabaseHeader.isPageSize(header.getInt(8))
                && checksum == header.getLong(HEADER_SUMMED);
    }

    private static ByteOrder checksumOrder(ByteBuffer header) {
        return (header.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private void read(ByteBuffer into, long offset) throws IOException {
        if (!file.read(into, offset)) {
            throw new EOFException("the log ends before offset " + (offset + into.limit()));
        }
        into.flip();
    }
}
