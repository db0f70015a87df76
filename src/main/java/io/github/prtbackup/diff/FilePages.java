package io.github.prtbackup.diff;

import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * The pages of a file that nobody writes. Never of the live database: to close it would drop SQLite's locks. Not
 * thread-safe.
 */
final class FilePages implements Pages, Closeable {
    private static final int CHUNK = 1 << 20;
    private static final int PAGE_SIZE_OFFSET = 16;
    private static final int ENCODING_OFFSET = 56;

    private final PositionalFile file;
    private final int size;
    private final int count;

    private FilePages(PositionalFile file, int size, int count) {
        this.file = file;
        this.size = size;
        this.count = count;
    }

    /** Opens a database file; an empty one has no pages. */
    static FilePages open(Path file) throws IOException {
        PositionalFile opened = PositionalFile.read(file);
        try {
            if (opened.size() == 0) {
                return new FilePages(opened, 0, 0);
            }
            int stored = read(opened, 0, PAGE_SIZE_OFFSET + Short.BYTES).getShort(PAGE_SIZE_OFFSET) & 0xffff;
            int size = stored == 1 ? 1 << 16 : stored;
            if (size < 512) {
                throw new IOException(file + " is no database");
            }
            return new FilePages(opened, size, Math.toIntExact(opened.size() / size));
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Whether a database file says in which encoding its texts are. */
    static boolean hasEncoding(Path file) throws IOException {
        try (PositionalFile opened = PositionalFile.read(file)) {
            return opened.size() > 0
                    && read(opened, ENCODING_OFFSET, Integer.BYTES).getInt(0) != 0;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public ByteBuffer page(int number) throws IOException {
        return read(file, (number - 1L) * size, size);
    }

    /** The numbers of the pages that are not the same in both, of as many as the larger one has. */
    BitSet differencesTo(FilePages other) throws IOException {
        BitSet different = new BitSet(Math.max(count, other.count) + 1);
        int common = Math.min(count, other.count);
        int inChunk = CHUNK / size;
        for (int first = 1; first <= common; first += inChunk) {
            int pages = Math.min(inChunk, common - first + 1);
            ByteBuffer mine = read(file, (first - 1L) * size, pages * size);
            ByteBuffer theirs = read(other.file, (first - 1L) * size, pages * size);
            if (mine.equals(theirs)) {
                continue;
            }
            for (int i = 0; i < pages; i++) {
                if (!mine.slice(i * size, size).equals(theirs.slice(i * size, size))) {
                    different.set(first + i);
                }
            }
        }
        different.set(common + 1, Math.max(count, other.count) + 1);
        return different;
    }

    private static ByteBuffer read(PositionalFile file, long offset, int length) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(length);
        if (!file.read(content, offset)) {
            throw new EOFException("the file ends at byte " + (offset + content.position()));
        }
        return content.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
