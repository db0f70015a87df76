package io.github.prtbackup.backup.pages;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A hash of each page of a database as it was last stored: eight bytes a page on the heap.
 *
 * <p>Not thread-safe.
 */
public final class PageHashes {

    private static final int PART = 1024;

    private final long seed = new SecureRandom().nextLong();
    private final int pageSize;

    /** In parts, so that growing does not take a second array of all. */
    private long[][] hashes = new long[0][];

    private int pages;
    private boolean valid = true;

    /**
     * Those of an empty database.
     *
     * @param pageSize bytes in a page
     */
    public PageHashes(int pageSize) {
        this.pageSize = pageSize;
    }

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
        int before = hashes.length;
        hashes = Arrays.copyOf(hashes, (newPages + PART - 1) / PART);
        for (int part = before; part < hashes.length; part++) {
            hashes[part] = new long[PART];
        }
        if (newPages < pages && newPages % PART > 0) {
            Arrays.fill(hashes[newPages / PART], newPages % PART, PART, 0);
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
        long[] part = hashes[(page - 1) / PART];
        int index = (page - 1) % PART;
        boolean changed = part[index] != hash;
        part[index] = hash;
        return changed;
    }

    /** See {@link #isValid()}. */
    void setValid(boolean valid) {
        this.valid = valid;
    }
}
