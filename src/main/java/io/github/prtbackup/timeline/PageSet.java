package io.github.prtbackup.timeline;

/** A set of page numbers, with one bit for each page in the parts that are used. Not thread-safe. */
final class PageSet {
    private static final int PART_BITS = 20;
    private static final long PART_MASK = (1L << PART_BITS) - 1;

    private final long[][] parts;
    private long count;

    /** For numbers up to and including the largest. */
    PageSet(long largest) {
        parts = new long[(int) (largest >>> PART_BITS) + 1][];
    }

    /** Whether the number was new. */
    boolean add(long number) {
        int part = (int) (number >>> PART_BITS);
        if (parts[part] == null) {
            parts[part] = new long[1 << (PART_BITS - 6)];
        }
        int index = (int) (number & PART_MASK);
        long bit = 1L << index;
        if ((parts[part][index >>> 6] & bit) != 0) {
            return false;
        }
        parts[part][index >>> 6] |= bit;
        count++;
        return true;
    }

    boolean contains(long number) {
        long[] part = parts[(int) (number >>> PART_BITS)];
        int index = (int) (number & PART_MASK);
        return part != null && (part[index >>> 6] & (1L << index)) != 0;
    }

    long count() {
        return count;
    }
}
