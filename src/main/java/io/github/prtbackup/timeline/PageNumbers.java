package io.github.prtbackup.timeline;

/** What holds for the numbers of pages, which go from 1 to 2^32 - 2 and are kept as unsigned ints. Stateless. */
final class PageNumbers {
    private static final long LOCK_BYTE = 0x4000_0000L;

    private PageNumbers() {}

    static long lockPage(int pageSize) {
        return LOCK_BYTE / pageSize + 1;
    }

    /** How many of the pages from one number to another, both included, have a content. */
    static long countStored(long first, long last, int pageSize) {
        if (first > last) {
            return 0;
        }
        long lockPage = lockPage(pageSize);
        return last - first + 1 - (first <= lockPage && lockPage <= last ? 1 : 0);
    }
}
