package io.github.prtbackup.backup.pages;

/**
 * For each page of a database the last of its frames. A few are in a hash table, with open addressing and linear probing;
 * many are in an array with a place for each page, which then takes less.
 */
final class FrameMap {

    /** Without any frame. */
    static final FrameMap EMPTY = new FrameMap(0, 0);

    private static final int LARGEST_AT_FIRST = 1 << 16;

    /** The frames are in parts, because a large array needs a large gap in the heap. */
    private static final int PART_BITS = 11;

    private static final int PART = 1 << PART_BITS;

    private final int databasePages;

    /** The page of each slot, 0 if there is none; null if the slot of each page is its number. */
    private int[] pages;

    /** The frame of each slot, counted from 1; 0 if there is none. */
    private int[][] frames;

    private int slots;

    private int size;

    /**
     * An empty one.
     *
     * @param expected how many frames will come, about
     * @param databasePages pages behind that are left out
     */
    FrameMap(int expected, int databasePages) {
        this.databasePages = databasePages;
        int few = Math.max(8, Math.min(expected, LARGEST_AT_FIRST));
        allocate(Integer.highestOneBit(few) * 4);
    }

    /** A table becomes an array at half the size of that, so that both together are not much more. */
    private void allocate(int capacity) {
        boolean isTable = 2L * capacity <= databasePages / 2;
        pages = isTable ? new int[capacity] : null;
        slots = isTable ? capacity : databasePages + 1;
        frames = new int[(slots + PART - 1) >>> PART_BITS][];
        for (int part = 0; part < frames.length; part++) {
            frames[part] = new int[Math.min(PART, slots - (part << PART_BITS))];
        }
    }

    /** Later frames overwrite earlier ones. */
    void put(int page, int frame) {
        if (page <= databasePages) {
            set(page, frame + 1);
        }
    }

    private void set(int page, int number) {
        if (pages != null && size > pages.length / 2) {
            grow();
        }
        int slot = slot(page);
        if (pages != null && pages[slot] == 0) {
            pages[slot] = page;
            size++;
        }
        frames[slot >>> PART_BITS][slot & (PART - 1)] = number;
    }

    /** The frame of a page, -1 if there is none. */
    int get(int page) {
        return page <= databasePages ? frame(slot(page)) - 1 : -1;
    }

    /** Adds all pages that have a frame. */
    void addTo(PageList.Builder list) {
        for (int slot = 0; slot < slots; slot++) {
            if (frame(slot) != 0) {
                list.add(pages == null ? slot : pages[slot]);
            }
        }
    }

    private int frame(int slot) {
        return frames[slot >>> PART_BITS][slot & (PART - 1)];
    }

    private int slot(int page) {
        if (pages == null) {
            return page;
        }
        int slot = ((page * 0x9E3779B9) >>> 7) & (pages.length - 1);
        while (pages[slot] != 0 && pages[slot] != page) {
            slot = (slot + 1) & (pages.length - 1);
        }
        return slot;
    }

    private void grow() {
        int[] oldPages = pages;
        int[][] oldFrames = frames;
        allocate(oldPages.length * 2);
        size = 0;
        for (int i = 0; i < oldPages.length; i++) {
            if (oldPages[i] != 0) {
                set(oldPages[i], oldFrames[i >>> PART_BITS][i & (PART - 1)]);
            }
        }
    }
}
