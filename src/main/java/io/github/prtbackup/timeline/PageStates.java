package io.github.prtbackup.timeline;

/**
 * For each page the oldest of the states seen so far that has a content of its own, for who goes from the newest to the oldest.
 * Four bytes for each page in the parts that are used. Not thread-safe.
 */
final class PageStates {
    private static final int PART_BITS = 14;
    private static final int PART_MASK = (1 << PART_BITS) - 1;

    private final int[][] parts = new int[1 << (Integer.SIZE - PART_BITS)][];

    /** The state that was last set for a page; the default if none was. */
    int get(long number, int otherwise) {
        int[] part = parts[(int) (number >>> PART_BITS)];
        int state = part == null ? 0 : part[(int) number & PART_MASK];
        return state == 0 ? otherwise : state;
    }

    /**
     * Sets the state of a page.
     *
     * @param state more than 0
     */
    void set(long number, int state) {
        int index = (int) (number >>> PART_BITS);
        if (parts[index] == null) {
            parts[index] = new int[1 << PART_BITS];
        }
        parts[index][(int) number & PART_MASK] = state;
    }
}
