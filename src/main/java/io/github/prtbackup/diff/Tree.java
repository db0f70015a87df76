package io.github.prtbackup.diff;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * Which pages a b-tree of SQLite's has, found without a look at its leaves: all leaves of a tree are at the same depth, and
 * the pages above them name them. In a tree by rowid, the pages above also tell which rowids a leaf may have.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#b_tree_pages">The format of these pages</a>
 */
final class Tree {
    private static final int FIRST_PAGE_HEADER = 100;
    private static final byte INDEX_INTERIOR = 2;
    private static final byte TABLE_INTERIOR = 5;
    private static final byte INDEX_LEAF = 10;
    private static final byte TABLE_LEAF = 13;
    private static final int LEAF_HEADER = 8;
    private static final int INTERIOR_HEADER = 12;
    private static final int RESERVED_OFFSET = 20;
    private static final int DEEPEST = 20;

    private final Pages pages;
    private final int usable;
    private final boolean byRowid;
    private final BitSet all = new BitSet();
    private final BitSet interior = new BitSet();
    private int[] leaves = new int[16];
    private long[] lastRowids = new long[16];
    private int leafCount;

    private Tree(Pages pages, int usable, boolean byRowid) {
        this.pages = pages;
        this.usable = usable;
        this.byRowid = byRowid;
    }

    /**
     * Walks a tree.
     *
     * @throws IOException if what is there is no tree
     */
    static Tree of(Pages pages, long root) throws IOException {
        int usable = pages.size() - (pages.page(1).get(RESERVED_OFFSET) & 0xff);
        int page = Math.toIntExact(root);
        byte type = typeOf(pages, page);
        Tree tree = new Tree(pages, usable, type == TABLE_INTERIOR || type == TABLE_LEAF);
        int depth = 0;
        for (int at = page; isInterior(typeOf(pages, at)); at = tree.firstChild(at)) {
            if (++depth > DEEPEST) {
                throw new IOException("the tree at page " + root + " has no end");
            }
        }
        tree.walk(page, depth, Long.MAX_VALUE);
        return tree;
    }

    /**
     * The pages in which a row is looked for by its rowid, from the root to a leaf, and those that the leaf's rows overflow
     * into.
     */
    static BitSet path(Pages pages, long root, long rowid) throws IOException {
        int usable = pages.size() - (pages.page(1).get(RESERVED_OFFSET) & 0xff);
        Tree tree = new Tree(pages, usable, true);
        BitSet path = new BitSet();
        int page = Math.toIntExact(root);
        while (typeOf(pages, page) == TABLE_INTERIOR && path.cardinality() <= DEEPEST) {
            path.set(page);
            page = tree.child(page, rowid);
        }
        path.set(page);
        tree.overflow(page, path::set);
        return path;
    }

    private int child(int page, long rowid) throws IOException {
        ByteBuffer content = pages.page(page);
        int header = header(page);
        int cells = content.getShort(header + 3) & 0xffff;
        for (int i = 0; i < cells; i++) {
            int cell = content.getShort(header + INTERIOR_HEADER + 2 * i) & 0xffff;
            if (varint(content, cell + Integer.BYTES) >= rowid) {
                return content.getInt(cell);
            }
        }
        return content.getInt(header + LEAF_HEADER);
    }

    /** All its pages but those that rows overflow into. */
    BitSet pages() {
        return all;
    }

    BitSet interiorPages() {
        return interior;
    }

    boolean isByRowid() {
        return byRowid;
    }

    int leafCount() {
        return leafCount;
    }

    int leaf(int index) {
        return leaves[index];
    }

    /** The smallest rowid that a leaf may have. */
    long firstRowid(int index) {
        return index == 0 ? Long.MIN_VALUE : lastRowids[index - 1] + 1;
    }

    /** The largest rowid that a leaf may have. */
    long lastRowid(int index) {
        return lastRowids[index];
    }

    private void walk(int page, int depth, long lastRowid) throws IOException {
        if (page < 1 || page > pages.count() || all.get(page)) {
            throw new IOException("page " + page + " is in a tree twice, or not there");
        }
        all.set(page);
        if (depth == 0) {
            addLeaf(page, lastRowid);
            return;
        }
        interior.set(page);
        ByteBuffer content = pages.page(page);
        int header = header(page);
        if (content.get(header) != (byRowid ? TABLE_INTERIOR : INDEX_INTERIOR)) {
            throw new IOException("page " + page + " is not one of those above the leaves");
        }
        int cells = content.getShort(header + 3) & 0xffff;
        for (int i = 0; i < cells; i++) {
            int cell = content.getShort(header + INTERIOR_HEADER + 2 * i) & 0xffff;
            long last = byRowid ? varint(content, cell + Integer.BYTES) : 0;
            walk(content.getInt(cell), depth - 1, last);
        }
        walk(content.getInt(header + LEAF_HEADER), depth - 1, lastRowid);
    }

    private void addLeaf(int page, long lastRowid) {
        if (leafCount == leaves.length) {
            leaves = Arrays.copyOf(leaves, 2 * leafCount);
            lastRowids = Arrays.copyOf(lastRowids, 2 * leafCount);
        }
        leaves[leafCount] = page;
        lastRowids[leafCount++] = lastRowid;
    }

    private int firstChild(int page) throws IOException {
        ByteBuffer content = pages.page(page);
        int header = header(page);
        int cells = content.getShort(header + 3) & 0xffff;
        return cells == 0
                ? content.getInt(header + LEAF_HEADER)
                : content.getInt(content.getShort(header + INTERIOR_HEADER) & 0xffff);
    }

    /** Names the pages that the cells of one of the tree's pages overflow into. */
    void overflow(int page, IntConsumer visitor) throws IOException {
        boolean isLeaf = !interior.get(page);
        if (!isLeaf && byRowid) {
            return;
        }
        ByteBuffer content = pages.page(page);
        int header = header(page);
        byte expected = byRowid ? TABLE_LEAF : isLeaf ? INDEX_LEAF : INDEX_INTERIOR;
        if (content.get(header) != expected) {
            throw new IOException("page " + page + " is not what the tree says");
        }
        int cells = content.getShort(header + 3) & 0xffff;
        for (int i = 0; i < cells; i++) {
            int cell = content.getShort(header + (isLeaf ? LEAF_HEADER : INTERIOR_HEADER) + 2 * i) & 0xffff;
            overflowOfCell(content, cell + (isLeaf ? 0 : Integer.BYTES), visitor);
        }
    }

    private void overflowOfCell(ByteBuffer content, int cell, IntConsumer visitor) throws IOException {
        long payload = varint(content, cell);
        int start = cell + varintLength(content, cell);
        if (byRowid) {
            start += varintLength(content, start);
        }
        int most = byRowid ? usable - 35 : (usable - 12) * 64 / 255 - 23;
        if (payload <= most) {
            return;
        }
        int least = (usable - 12) * 32 / 255 - 23;
        long fitting = least + (payload - least) % (usable - 4);
        long local = fitting <= most ? fitting : least;
        long left = payload - local;
        int next = content.getInt((int) (start + local));
        while (left > 0) {
            if (next < 1 || next > pages.count()) {
                throw new IOException("a row ends too early");
            }
            visitor.accept(next);
            left -= usable - 4;
            next = pages.page(next).getInt(0);
        }
    }

    private static int header(int page) {
        return page == 1 ? FIRST_PAGE_HEADER : 0;
    }

    private static byte typeOf(Pages pages, int page) throws IOException {
        if (page < 1 || page > pages.count()) {
            throw new IOException("there is no page " + page);
        }
        return pages.page(page).get(header(page));
    }

    private static boolean isInterior(byte type) {
        return type == INDEX_INTERIOR || type == TABLE_INTERIOR;
    }

    private static long varint(ByteBuffer content, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            byte b = content.get(at + i);
            value = (value << 7) | (b & 0x7f);
            if (b >= 0) {
                return value;
            }
        }
        return (value << 8) | (content.get(at + 8) & 0xff);
    }

    private static int varintLength(ByteBuffer content, int at) {
        int length = 1;
        while (length < 9 && content.get(at + length - 1) < 0) {
            length++;
        }
        return length;
    }
}
