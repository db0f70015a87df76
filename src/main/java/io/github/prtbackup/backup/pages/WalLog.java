package io.github.prtbackup.backup.pages;

import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The frames of <a href="https://www.sqlite.org/fileformat2.html#the_write_ahead_log">a write-ahead log</a>, counted from 0.
 * Which of them are committed is for the caller to know. The log carries no locks and may be closed.
 *
 * <p>Not thread-safe.
 */
final class WalLog implements Closeable {

    /** The bytes of a frame before its page. */
    static final int FRAME_HEADER = 24;

    private static final int HEADER = 32;
    private static final int HEADER_SUMMED = 24;
    private static final int FRAME_SUMMED = 8;
    private static final int MAGIC = 0x377f0682;
    private static final int VERSION = 3007000;

    /**
     * How far the committed part of a log reaches.
     *
     * @param salts 0 if there is no log
     * @param frames committed in it
     * @param checksum of the last frame, or of the header
     * @param pages the size of the database after the last commit; 0 if there is none
     * @param pageSize bytes in a page; 0 if there is no log
     */
    record End(long salts, int frames, long checksum, int pages, int pageSize) {
        static final End NONE = new End(0, 0, 0, 0, 0);
    }

    /** What stands before the page in a frame. */
    record Frame(int page, int databasePages, long salts, long checksum) {
        boolean isCommit() {
            return databasePages != 0;
        }
    }

    /** Up to this size frames are read ahead. */
    private static final int READ_AHEAD = 1 << 20;

    private final PositionalFile file;

    /** A larger buffer is not kept: many databases may be open. */
    private static final int KEPT = 1 << 15;

    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private ByteBuffer ahead = NONE;
    private int aheadFirst;
    private int aheadEnd;
    private int aheadPageSize;

    private WalLog(PositionalFile file) {
        this.file = file;
    }

    /** Empty if there is no such file. */
    static Optional<WalLog> open(Path path) throws IOException {
        try {
            return Optional.of(new WalLog(PositionalFile.read(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    static int requirePage(int page) throws IOException {
        if (page <= 0) {
            throw new IOException("a frame of page " + Integer.toUnsignedLong(page));
        }
        return page;
    }

    static long offsetOf(int frame, int pageSize) {
        return HEADER + (long) frame * (FRAME_HEADER + pageSize);
    }

    long length() throws IOException {
        return file.size();
    }

    /**
     * Reads frames with one access, unless they are too many, and forgets those of the last time. Committed frames stay as
     * they are as long as the write lock is held.
     */
    void readAhead(int first, int end, int pageSize) throws IOException {
        int frameSize = FRAME_HEADER + pageSize;
        aheadFirst = 0;
        aheadEnd = 0;
        if ((long) (end - first) * frameSize > READ_AHEAD) {
            return;
        }
        int length = (end - first) * frameSize;
        if (ahead.capacity() < length) {
            ahead = ByteBuffer.allocateDirect(length);
        }
        boolean unused = file.read(ahead.clear().limit(length), offsetOf(first, pageSize));
        aheadFirst = first;
        aheadEnd = first + ahead.position() / frameSize;
        aheadPageSize = pageSize;
    }

    /** What was read ahead is not needed any more. */
    void forgetAhead() {
        aheadEnd = 0;
        if (ahead.capacity() > KEPT) {
            ahead = NONE;
        }
    }

    private boolean isAhead(int frame, int pageSize) {
        return frame >= aheadFirst && frame < aheadEnd && pageSize == aheadPageSize;
    }

    private int offsetAhead(int frame) {
        return (frame - aheadFirst) * (FRAME_HEADER + aheadPageSize);
    }

    /** The header of a frame; empty if the file ends before. */
    Optional<Frame> frame(int frame, int pageSize) throws IOException {
        if (isAhead(frame, pageSize)) {
            return Optional.of(parse(ahead, offsetAhead(frame)));
        }
        ByteBuffer header = ByteBuffer.allocate(FRAME_HEADER);
        return file.read(header, offsetOf(frame, pageSize)) ? Optional.of(parse(header, 0)) : Optional.empty();
    }

    private static Frame parse(ByteBuffer bytes, int at) {
        return new Frame(bytes.getInt(at), bytes.getInt(at + 4), bytes.getLong(at + 8), bytes.getLong(at + 16));
    }

    /** Reads the page in a frame. */
    void page(int frame, int pageSize, byte[] into, int offset) throws IOException {
        if (isAhead(frame, pageSize)) {
            ahead.get(offsetAhead(frame) + FRAME_HEADER, into, offset, pageSize);
            return;
        }
        long start = offsetOf(frame, pageSize) + FRAME_HEADER;
        if (!file.read(ByteBuffer.wrap(into, offset, pageSize), start)) {
            throw new EOFException("the log ends in frame " + frame);
        }
    }

    /**
     * How many transactions some frames hold, at the least. With {@code psow=0} SQLite repeats the last frame of a
     * commit up to the end of a disk sector; each copy looks like a commit of its own, and is not counted.
     */
    int commitsAtLeast(int first, int end, int pageSize) throws IOException {
        int commits = 0;
        Frame before = null;
        for (int number = first; number < end; number++) {
            Frame frame = frame(number, pageSize).orElseThrow(EOFException::new);
            boolean mayBeCopy = before != null
                    && before.isCommit()
                    && before.page() == frame.page()
                    && samePage(number - 1, number, pageSize);
            if (frame.isCommit() && !mayBeCopy) {
                commits++;
            }
            before = frame;
        }
        return commits;
    }

    private boolean samePage(int frame, int other, int pageSize) throws IOException {
        byte[] one = new byte[pageSize];
        byte[] two = new byte[pageSize];
        page(frame, pageSize, one, 0);
        page(other, pageSize, two, 0);
        return Arrays.equals(one, two);
    }

    /** The pages of the first frames, read from all their headers. */
    FrameMap frameMap(int frames, int pageSize, int databasePages) throws IOException {
        FrameMap map = new FrameMap(frames, databasePages);
        for (int number = 0; number < frames; number++) {
            map.put(
                    requirePage(frame(number, pageSize)
                            .orElseThrow(EOFException::new)
                            .page()),
                    number);
        }
        return map;
    }

    /**
     * Finds the last commit by the checksums alone, as SQLite does after a crash.
     *
     * @param known an end found earlier, from which the walk goes on if the log still holds it
     */
    End end(End known) throws IOException {
        aheadEnd = 0;
        byte[] header = new byte[HEADER];
        if (!file.read(ByteBuffer.wrap(header), 0)) {
            return End.NONE;
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        int pageSize = fields.getInt(8);
        ByteOrder order = (fields.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        long checksum =
                new WalChecksum(0).update(header, 0, HEADER_SUMMED, order).value();
        if ((fields.getInt(0) & ~1) != MAGIC
                || fields.getInt(4) != VERSION
                || !DatabaseHeader.isPageSize(pageSize)
                || checksum != fields.getLong(HEADER_SUMMED)) {
            return End.NONE;
        }
        End start = new End(fields.getLong(16), 0, checksum, 0, pageSize);
        return walk(holds(known, start) ? known : start, order);
    }

    private boolean holds(End known, End start) throws IOException {
        return known.frames() > 0
                && known.salts() == start.salts()
                && known.pageSize() == start.pageSize()
                && frame(known.frames() - 1, known.pageSize())
                        .filter(last -> last.salts() == known.salts() && last.checksum() == known.checksum())
                        .isPresent();
    }

    private End walk(End from, ByteOrder order) throws IOException {
        End end = from;
        WalChecksum checksum = new WalChecksum(from.checksum());
        byte[] bytes = new byte[FRAME_HEADER + from.pageSize()];
        ByteBuffer whole = ByteBuffer.wrap(bytes);
        for (int number = from.frames(); file.read(whole.clear(), offsetOf(number, from.pageSize())); number++) {
            Frame frame = parse(whole, 0);
            checksum.update(bytes, 0, FRAME_SUMMED, order).update(bytes, FRAME_HEADER, from.pageSize(), order);
            if (frame.page() <= 0 || frame.salts() != from.salts() || frame.checksum() != checksum.value()) {
                break;
            }
            if (frame.isCommit()) {
                end = new End(from.salts(), number + 1, frame.checksum(), frame.databasePages(), from.pageSize());
            }
        }
        return end;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
