package io.github.prtbackup.backup.pages;

import java.io.IOException;

/** Finds the changed pages where nothing else can: reads them all and compares each with the hash of what was stored. */
public final class PageComparison {

    /** Small enough for the processor's cache, so that a page is still there when it is hashed. */
    private static final int BYTES_AT_ONCE = 256 << 10;

    /** Takes a page that differs. */
    @FunctionalInterface
    public interface Difference {

        /**
         * Takes one page.
         *
         * @param page its number
         * @param content holds the page from {@code offset} on, for the time of the call
         */
        void page(int page, byte[] content, int offset) throws IOException;
    }

    private PageComparison() {}

    /** As below, for what nobody interrupts. */
    public static void run(CurrentPages now, PageHashes stored, Difference differences) throws IOException {
        run(now, stored, () -> {}, differences);
    }

    /**
     * Compares all pages, and brings the hashes up to date. If that fails midway the hashes are no longer valid.
     *
     * @param now the state under the write lock
     * @param stored what is stored, of the same page size
     * @param between called now and then; may throw to end it
     * @param differences is given all pages that may differ, ascending, but not that of the lock bytes
     */
    public static void run(CurrentPages now, PageHashes stored, Runnable between, Difference differences)
            throws IOException {
        int pageSize = now.pageSize();
        if (stored.pageSize() != pageSize || !stored.isValid()) {
            throw new IllegalArgumentException("hashes of pages of " + stored.pageSize() + " bytes, valid: "
                    + stored.isValid() + ", for pages of " + pageSize);
        }
        stored.setValid(false);
        int known = Math.min(stored.pages(), now.pages());
        stored.resize(now.pages());
        int lockPage = DatabaseHeader.lockPage(pageSize);
        int atOnce = BYTES_AT_ONCE / pageSize;
        byte[] content = new byte[atOnce * pageSize];
        for (int first = 1; first <= now.pages(); first += atOnce) {
            int count = Math.min(atOnce, now.pages() - first + 1);
            now.read(first, count, content, 0);
            between.run();
            for (int i = 0; i < count; i++) {
                int page = first + i;
                // A page that is not stored differs, even if its hash should be the one of no page.
                if (page != lockPage && (stored.put(page, content, i * pageSize) || page > known)) {
                    differences.page(page, content, i * pageSize);
                }
            }
        }
        stored.setValid(true);
    }
}
