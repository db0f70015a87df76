package io.github.prtbackup.backup.pages;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A hash of each page of a database as it was last stored: eight bytes a page on the heap.
 *
 * <p>The file that {@link #save} writes, integers big-endian: {@code PRTHASH1}, the random seed (8 bytes), page size (4),
 * number of pages (4), length of the position (4), the position that the hashes belong to, the hashes (8 each), CRC32C of all
 * before (4).
 *
 * <p>Not thread-safe.
 */
public final class PageHashes {

    private static final long MAGIC = 0x5052544841534831L;
    private static final int MAX_POSITION = 4096;
    private static final int HASHES_AT_ONCE = 8192;

    private final long seed;
    private final int pageSize;
    private long[] hashes;
    private int pages;
    private boolean valid = true;

    /**
     * Those of an empty database.
     *
     * @param pageSize bytes in a page
     */
    public PageHashes(int pageSize) {
        this(new SecureRandom().nextLong(), pageSize, new long[0]);
    }

    private PageHashes(long seed, int pageSize, long[] hashes) {
        this.seed = seed;
        this.pageSize = pageSize;
        this.hashes = hashes;
        this.pages = hashes.length;
    }

    /** What {@link #load} found: the hashes, and the position they belong to. */
    public record Saved(PageHashes hashes, Position position) {}

    /** Bytes in a page. */
    public int pageSize() {
        return pageSize;
    }

    /** How many pages the database has. */
    public int pages() {
        return pages;
    }

    /** Whether these are the hashes of one state. A comparison that failed leaves them good for nothing. */
    public boolean isValid() {
        return valid;
    }

    /** The database has this many pages from now on. New ones match nothing that is stored before they are put. */
    public void resize(int newPages) {
        if (newPages > hashes.length) {
            hashes = Arrays.copyOf(hashes, newPages);
        }
        if (newPages > pages) {
            Arrays.fill(hashes, pages, newPages, 0);
        }
        pages = newPages;
    }

    /**
     * A page has this content from now on.
     *
     * @return whether it may have had another before
     */
    public boolean put(int page, byte[] content, int offset) {
        long hash = PageHash.of(seed, content, offset, pageSize);
        boolean changed = hashes[page - 1] != hash;
        hashes[page - 1] = hash;
        return changed;
    }

    /** See {@link #isValid()}. */
    void setValid(boolean valid) {
        this.valid = valid;
    }

    /** Writes the hashes, with the position at which the database had them. */
    public void save(OutputStream out, Position position) throws IOException {
        if (!valid) {
            throw new IllegalStateException("the hashes are of no one state");
        }
        CRC32C crc = new CRC32C();
        DataOutputStream data = new DataOutputStream(new CheckedOutputStream(out, crc));
        byte[] encoded = position.encode();
        data.writeLong(MAGIC);
        data.writeLong(seed);
        data.writeInt(pageSize);
        data.writeInt(pages);
        data.writeInt(encoded.length);
        data.write(encoded);
        ByteBuffer some = ByteBuffer.allocate(HASHES_AT_ONCE * Long.BYTES);
        for (int done = 0; done < pages; done += HASHES_AT_ONCE) {
            int count = Math.min(HASHES_AT_ONCE, pages - done);
            some.asLongBuffer().put(hashes, done, count);
            data.write(some.array(), 0, count * Long.BYTES);
        }
        data.writeInt((int) crc.getValue());
        data.flush();
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws IOException if that cannot be read, or is damaged
     */
    public static Saved load(InputStream in) throws IOException {
        CRC32C crc = new CRC32C();
        DataInputStream data = new DataInputStream(new CheckedInputStream(in, crc));
        if (data.readLong() != MAGIC) {
            throw new IOException("not a file of page hashes");
        }
        long seed = data.readLong();
        int pageSize = data.readInt();
        int pages = data.readInt();
        int positionLength = data.readInt();
        if (!DatabaseHeader.isPageSize(pageSize) || pages < 0 || positionLength < 0 || positionLength > MAX_POSITION) {
            throw new IOException("damaged page hashes: page size " + pageSize + ", " + pages + " pages");
        }
        byte[] position = new byte[positionLength];
        data.readFully(position);
        // Grows with what is really there: a damaged count must not cost the heap.
        long[] hashes = new long[Math.min(pages, HASHES_AT_ONCE)];
        byte[] some = new byte[HASHES_AT_ONCE * Long.BYTES];
        for (int done = 0; done < pages; done += HASHES_AT_ONCE) {
            int count = Math.min(HASHES_AT_ONCE, pages - done);
            if (done + count > hashes.length) {
                hashes = Arrays.copyOf(hashes, (int) Math.min(pages, Math.max(2L * hashes.length, done + count)));
            }
            data.readFully(some, 0, count * Long.BYTES);
            ByteBuffer.wrap(some).asLongBuffer().get(hashes, done, count);
        }
        int expected = (int) crc.getValue();
        if (data.readInt() != expected) {
            throw new IOException("damaged page hashes: the checksum is wrong");
        }
        try {
            return new Saved(new PageHashes(seed, pageSize, hashes), Position.decode(position));
        } catch (IllegalArgumentException e) {
            throw new IOException("damaged page hashes", e);
        }
    }
}
