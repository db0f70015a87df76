package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Page numbers, ascending, each once. Held as runs of neighbours, or with one bit for each page where that is less. Immutable.
 */
public final class PageList {

    /** No page. */
    public static final PageList EMPTY = new PageList(new int[0], null);

    private static final int RUN_SIZE = 2 * Integer.BYTES;

    /** The first and the last page of each run; null if there are bits. */
    private final int[] runs;

    private final BitSet bits;

    private PageList(int[] runs, BitSet bits) {
        this.runs = runs;
        this.bits = bits;
    }

    /** Takes page numbers in whatever order and however often. */
    public static final class Builder {

        private static final int FEW = 16;

        private final int databasePages;
        private final int lockPage;
        private int[] few = new int[FEW];
        private int count;

        /** All that were taken, once there are more than a few. */
        private BitSet bits;

        /** Of a database of this size: leaves out pages behind its end, and the one of the lock bytes. */
        public Builder(int databasePages, int pageSize) {
            this.databasePages = databasePages;
            this.lockPage = DatabaseHeader.lockPage(pageSize);
        }

        /** Adds a page. */
        public void add(int page) {
            if (page < 1 || page > databasePages || page == lockPage) {
                return;
            }
            if (bits == null && count == few.length) {
                makeRoom();
            }
            if (bits == null) {
                few[count++] = page;
            } else {
                bits.set(page);
            }
        }

        /** Adds the pages from one to another, both included. */
        public Builder addRange(int first, int last) {
            int end = Math.min(last, databasePages);
            for (int page = Math.max(1, first); page <= end; page++) {
                add(page);
            }
            return this;
        }

        /** Adds the pages of a list. */
        public Builder addAll(PageList list) {
            list.forEachRun(this::addRange);
            return this;
        }

        private void makeRoom() {
            if ((long) count * Integer.SIZE < databasePages) {
                few = Arrays.copyOf(few, count * 2);
                return;
            }
            bits = new BitSet();
            for (int page : few) {
                bits.set(page);
            }
            few = null;
        }

        /** All that were added. The builder is of no use afterwards. */
        public PageList build() {
            if (bits == null) {
                return ofFew(few, count);
            }
            PageList list = new PageList(null, bits);
            return list.runs() * RUN_SIZE * Byte.SIZE < bits.length() ? new PageList(list.toRuns(), null) : list;
        }
    }

    private static PageList ofFew(int[] pages, int count) {
        if (count == 0) {
            return EMPTY;
        }
        Arrays.sort(pages, 0, count);
        int[] runs = new int[2 * count];
        int end = 0;
        for (int i = 0; i < count; i++) {
            if (end == 0 || pages[i] > runs[end - 1] + 1) {
                runs[end++] = pages[i];
                runs[end++] = pages[i];
            } else {
                runs[end - 1] = pages[i];
            }
        }
        return new PageList(end == runs.length ? runs : Arrays.copyOf(runs, end), null);
    }

    /** These pages, in whatever order and however often. */
    public static PageList of(int... pages) {
        return ofFew(pages.clone(), pages.length);
    }

    /** How many. */
    public int size() {
        int[] size = {0};
        forEachRun((first, last) -> size[0] += last - first + 1);
        return size[0];
    }

    /** Takes a page. */
    @FunctionalInterface
    public interface Action {

        /** Takes one. */
        void accept(int page) throws IOException;
    }

    /** Shows all pages, ascending. */
    public void forEach(Action action) throws IOException {
        this.<IOException>forEachRun((first, last) -> {
            for (int page = first; page <= last; page++) {
                action.accept(page);
            }
        });
    }

    @FunctionalInterface
    private interface RunAction<E extends Exception> {
        void accept(int first, int last) throws E;
    }

    private <E extends Exception> void forEachRun(RunAction<E> action) throws E {
        if (bits == null) {
            for (int i = 0; i < runs.length; i += 2) {
                action.accept(runs[i], runs[i + 1]);
            }
            return;
        }
        int first = bits.nextSetBit(0);
        while (first >= 0) {
            int end = bits.nextClearBit(first);
            action.accept(first, end - 1);
            first = bits.nextSetBit(end);
        }
    }

    private long runs() {
        if (bits == null) {
            return runs.length / 2;
        }
        long[] count = {0};
        forEachRun((first, last) -> count[0]++);
        return count[0];
    }

    long encodedSize() {
        return Integer.BYTES + runs() * RUN_SIZE;
    }

    /** Written as runs, because whoever changes many pages changes neighbours. */
    void encode(ByteBuffer into) {
        into.putInt((int) runs());
        forEachRun((first, last) -> into.putInt(first).putInt(last - first + 1));
    }

    static PageList decode(ByteBuffer from) {
        int count = from.getInt();
        if (count < 0 || count > from.remaining() / RUN_SIZE) {
            throw new IllegalArgumentException("a list of " + count + " runs in " + from.remaining() + " bytes");
        }
        // Not one for each page: many lists may be read, and be small only as long as they are runs.
        int[] runs = new int[2 * count];
        long last = 0;
        for (int i = 0; i < count; i++) {
            int first = from.getInt();
            int length = from.getInt();
            if (first <= last || length < 1 || (long) first + length - 1 > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a run of " + length + " pages from " + first);
            }
            last = (long) first + length - 1;
            runs[2 * i] = first;
            runs[2 * i + 1] = (int) last;
        }
        return new PageList(runs, null);
    }

    private int[] toRuns() {
        if (bits == null) {
            return runs;
        }
        int[] found = new int[2 * (int) runs()];
        int[] end = {0};
        forEachRun((first, last) -> {
            found[end[0]++] = first;
            found[end[0]++] = last;
        });
        return found;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PageList list && Arrays.equals(toRuns(), list.toRuns());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toRuns());
    }

    @Override
    public String toString() {
        return "the runs " + Arrays.toString(toRuns());
    }
}
