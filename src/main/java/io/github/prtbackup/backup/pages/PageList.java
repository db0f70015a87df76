package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Page numbers, ascending, each once. Immutable. */
public final class PageList {

    /** No page. */
    public static final PageList EMPTY = new PageList(new int[0]);

    private final int[] pages;

    private PageList(int[] pages) {
        this.pages = pages;
    }

    /** These pages, in whatever order and however often. */
    public static PageList of(int... pages) {
        int[] sorted = pages.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int page : sorted) {
            if (count == 0 || sorted[count - 1] != page) {
                sorted[count++] = page;
            }
        }
        return new PageList(Arrays.copyOf(sorted, count));
    }

    /** The pages from one to another, both included. */
    public static PageList range(int first, int last) {
        return new PageList(IntStream.rangeClosed(first, last).toArray());
    }

    /** How many. */
    public int size() {
        return pages.length;
    }

    /** The page at a place, from 0. */
    public int get(int index) {
        return pages[index];
    }

    /** Whether the page is among them. */
    public boolean contains(int page) {
        return Arrays.binarySearch(pages, page) >= 0;
    }

    /** Ascending. */
    public void forEach(IntConsumer action) {
        for (int page : pages) {
            action.accept(page);
        }
    }

    /** The numbers as an array of the caller's own. */
    public int[] toArray() {
        return pages.clone();
    }

    /** What is in either. */
    public PageList union(PageList other) {
        if (other.pages.length == 0) {
            return this;
        }
        int[] both = Arrays.copyOf(pages, pages.length + other.pages.length);
        System.arraycopy(other.pages, 0, both, pages.length, other.pages.length);
        return of(both);
    }

    /** What a database of this many pages can have: neither pages behind its end, nor the one of the lock bytes. */
    public PageList within(int databasePages, int pageSize) {
        int lockPage = DatabaseHeader.lockPage(pageSize);
        int[] kept = new int[pages.length];
        int count = 0;
        for (int page : pages) {
            if (page >= 1 && page <= databasePages && page != lockPage) {
                kept[count++] = page;
            }
        }
        return new PageList(Arrays.copyOf(kept, count));
    }

    int encodedSize() {
        return Integer.BYTES * (1 + pages.length);
    }

    void encode(ByteBuffer into) {
        into.putInt(pages.length);
        for (int page : pages) {
            into.putInt(page);
        }
    }

    static PageList decode(ByteBuffer from) {
        int count = from.getInt();
        if (count < 0 || count > from.remaining() / Integer.BYTES) {
            throw new IllegalArgumentException("a list of " + count + " pages in " + from.remaining() + " bytes");
        }
        int[] pages = new int[count];
        from.asIntBuffer().get(pages);
        from.position(from.position() + count * Integer.BYTES);
        return of(pages);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PageList list && Arrays.equals(pages, list.pages);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pages);
    }

    @Override
    public String toString() {
        return Arrays.toString(pages);
    }
}
