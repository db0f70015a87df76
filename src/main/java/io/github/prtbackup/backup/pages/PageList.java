package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
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

    /** What is in any of them. */
    static PageList union(List<PageList> lists) {
        if (lists.size() == 1) {
            return lists.get(0);
        }
        return of(lists.stream().flatMapToInt(list -> Arrays.stream(list.pages)).toArray());
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

    /** Written as runs, because whoever changes many pages changes neighbours. */
    int encodedSize() {
        return Integer.BYTES + 2 * Integer.BYTES * runs();
    }

    private int runs() {
        int runs = 0;
        for (int i = 0; i < pages.length; i++) {
            if (i == 0 || pages[i] != pages[i - 1] + 1) {
                runs++;
            }
        }
        return runs;
    }

    void encode(ByteBuffer into) {
        into.putInt(runs());
        for (int i = 0; i < pages.length; ) {
            int end = i + 1;
            while (end < pages.length && pages[end] == pages[end - 1] + 1) {
                end++;
            }
            into.putInt(pages[i]).putInt(end - i);
            i = end;
        }
    }

    static PageList decode(ByteBuffer from) {
        int runs = from.getInt();
        if (runs < 0 || runs > from.remaining() / (2 * Integer.BYTES)) {
            throw new IllegalArgumentException("a list of " + runs + " runs in " + from.remaining() + " bytes");
        }
        IntStream.Builder pages = IntStream.builder();
        long last = 0;
        for (int i = 0; i < runs; i++) {
            int first = from.getInt();
            int count = from.getInt();
            if (first <= last || count < 1 || (long) first + count - 1 > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a run of " + count + " pages from " + first);
            }
            for (int page = 0; page < count; page++) {
                pages.add(first + page);
            }
            last = (long) first + count - 1;
        }
        return new PageList(pages.build().toArray());
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
