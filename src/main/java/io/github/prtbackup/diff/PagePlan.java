package io.github.prtbackup.diff;

import io.github.prtbackup.diff.Scope.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which rows have to be compared, given the pages that differ, and which pages SQLite reads for that.
 *
 * <p>A leaf of a table's tree that is not among the pages that differ, and is a leaf of that table on both sides, holds the
 * same rows there and here. So all differences are in the other leaves: the changed ones. The one exception is a row that
 * overflows into further pages, which SQLite may overwrite without touching the leaf. Such a page is part of rows on both
 * sides. So every page that differs has to be accounted for on one of the sides, as a page of a tree, a free page, a map
 * of pages, or part of a row of a changed leaf. If one is not, there is no plan, and all is compared.
 */
final class PagePlan {
    private static final int FREE_LIST_OFFSET = 32;
    private static final int LARGEST_ROOT_OFFSET = 52;
    private static final long LOCK_BYTE = 1L << 30;
    private static final int SCHEMA_ROOT = 1;

    private final Map<String, Scope> scopes = new HashMap<>();
    private final Side before;
    private final Side after;
    private final BitSet different;

    private PagePlan(Side before, Side after, BitSet different) {
        this.before = before;
        this.after = after;
        this.different = different;
    }

    /** What a plan knows of one of the two databases. */
    private static final class Side {
        final Pages pages;
        final DatabaseSchema schema;
        final Map<String, Tree> trees = new HashMap<>();
        final Tree schemaTree;
        /** The pages that SQLite is going to read. */
        final BitSet needed = new BitSet();
        /** Whose content is known to be no part of an unchanged leaf's rows. */
        final BitSet explained = new BitSet();

        Side(Pages pages, DatabaseSchema schema) throws IOException {
            this.pages = pages;
            this.schema = schema;
            this.schemaTree = Tree.of(pages, SCHEMA_ROOT);
            explained.or(schemaTree.pages());
            needWhole(schemaTree);
            for (SchemaObject object : schema.trees()) {
                Tree tree = Tree.of(pages, object.root());
                trees.put(object.name(), tree);
                explained.or(tree.pages());
            }
            explainFreePages();
            explainMaps();
        }

        void needWhole(Tree tree) throws IOException {
            needed.or(tree.pages());
            for (int page = tree.pages().nextSetBit(0);
                    page >= 0;
                    page = tree.pages().nextSetBit(page + 1)) {
                needOverflow(tree, page);
            }
        }

        void needOverflow(Tree tree, int page) throws IOException {
            tree.overflow(page, overflow -> {
                needed.set(overflow);
                explained.set(overflow);
            });
        }

        /** Looks what the rows of pages that differ overflow into. */
        void explainOverflow(BitSet different) throws IOException {
            for (Tree tree : trees.values()) {
                for (int page = different.nextSetBit(0); page >= 0; page = different.nextSetBit(page + 1)) {
                    if (tree.pages().get(page)) {
                        tree.overflow(page, explained::set);
                    }
                }
            }
        }

        private void explainFreePages() throws IOException {
            for (int trunk = pages.page(1).getInt(FREE_LIST_OFFSET); trunk != 0; ) {
                if (trunk < 1 || trunk > pages.count() || explained.get(trunk)) {
                    throw new IOException("page " + trunk + " is no part of the list of free pages");
                }
                explained.set(trunk);
                ByteBuffer content = pages.page(trunk);
                for (int i = 0; i < content.getInt(4); i++) {
                    explained.set(content.getInt(8 + 4 * i));
                }
                trunk = content.getInt(0);
            }
        }

        /** The pages that auto-vacuum keeps to find who refers to a page, and the one that has no content. */
        private void explainMaps() throws IOException {
            int lock = (int) (LOCK_BYTE / pages.size() + 1);
            explained.set(lock);
            if (pages.page(1).getInt(LARGEST_ROOT_OFFSET) == 0) {
                return;
            }
            int usable = pages.size() - (pages.page(1).get(20) & 0xff);
            for (long map = 2; map <= pages.count(); map += usable / 5 + 1) {
                explained.set((int) (map == lock ? map + 1 : map));
            }
        }
    }

    /**
     * Makes a plan.
     *
     * @param different all pages that are not the same in both, and maybe more
     * @return empty if it cannot be proved that a part is enough
     */
    static Optional<PagePlan> of(
            Pages before, DatabaseSchema schemaBefore, Pages after, DatabaseSchema schemaAfter, BitSet different)
            throws IOException {
        if (before.count() == 0 || after.count() == 0 || before.size() != after.size()) {
            return Optional.empty();
        }
        try {
            PagePlan plan = new PagePlan(new Side(before, schemaBefore), new Side(after, schemaAfter), different);
            return plan.make() ? Optional.of(plan) : Optional.empty();
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("a page is not what a tree says it is", e);
        }
    }

    /** What has to be compared of a table that is on both sides. */
    Scope scope(String table) {
        return scopes.getOrDefault(table, Scope.EVERYTHING);
    }

    /** The pages of the earlier state that SQLite reads for this. */
    BitSet neededBefore() {
        return before.needed;
    }

    /** The pages of the later state that SQLite reads for this. */
    BitSet neededAfter() {
        return after.needed;
    }

    private boolean make() throws IOException {
        for (TableSchema table : after.schema.tables().values()) {
            if (table.object().root() > 0 && isSameStatement(table.name())) {
                scopes.put(table.name(), scopeOf(table));
            }
        }
        before.explainOverflow(different);
        after.explainOverflow(different);
        needWholeTables(before);
        needWholeTables(after);
        BitSet unexplained = (BitSet) different.clone();
        unexplained.andNot(before.explained);
        unexplained.andNot(after.explained);
        int inOneOnly = unexplained.nextSetBit(Math.min(before.pages.count(), after.pages.count()) + 1);
        while (inOneOnly >= 0) {
            unexplained.clear(inOneOnly);
            inOneOnly = unexplained.nextSetBit(inOneOnly + 1);
        }
        return unexplained.isEmpty();
    }

    /** Whether a table is on both sides, made by the same statement. */
    private boolean isSameStatement(String table) {
        TableSchema earlier = before.schema.tables().get(table);
        TableSchema later = after.schema.tables().get(table);
        return earlier != null
                && later != null
                && earlier.object().sql().equals(later.object().sql());
    }

    private Scope scopeOf(TableSchema table) throws IOException {
        Tree earlier = before.trees.get(table.name());
        Tree later = after.trees.get(table.name());
        if (earlier.pages().equals(later.pages()) && !earlier.pages().intersects(different)) {
            return Scope.NOTHING;
        }
        if (!table.hasRanges() || !earlier.isByRowid() || !later.isByRowid()) {
            return Scope.EVERYTHING;
        }
        BitSet changed = new BitSet();
        BitSet both = leaves(earlier);
        both.and(leaves(later));
        changed.or(earlier.pages());
        changed.or(later.pages());
        both.andNot(different);
        changed.andNot(both);
        return new Scope.Ranges(ranges(before, earlier, changed), ranges(after, later, changed));
    }

    private static BitSet leaves(Tree tree) {
        BitSet leaves = (BitSet) tree.pages().clone();
        leaves.andNot(tree.interiorPages());
        return leaves;
    }

    /** The rowids of changed leaves; neighbours make one range. */
    private static List<Range> ranges(Side side, Tree tree, BitSet changed) throws IOException {
        List<Range> ranges = new ArrayList<>();
        side.needed.or(tree.interiorPages());
        boolean isOpen = false;
        long first = 0;
        for (int i = 0; i < tree.leafCount(); i++) {
            boolean isChanged = changed.get(tree.leaf(i));
            if (isChanged) {
                side.needOverflow(tree, tree.leaf(i));
            }
            if (isChanged || isOpen) {
                // SQLite looks at the leaf behind a range to see that it has come to its end.
                side.needed.set(tree.leaf(i));
            }
            if (isChanged && !isOpen) {
                first = tree.firstRowid(i);
            }
            if (isOpen && !isChanged) {
                ranges.add(new Range(first, tree.lastRowid(i - 1)));
            }
            isOpen = isChanged;
        }
        if (isOpen) {
            ranges.add(new Range(first, Long.MAX_VALUE));
        }
        return ranges;
    }

    /** Tables that are read from end to end, or through a module that reads what it likes. */
    private void needWholeTables(Side side) throws IOException {
        for (SchemaObject object : side.schema.trees()) {
            if (object.isTable() && (object.isInternal() || scope(object.name()) instanceof Scope.Everything)) {
                side.needWhole(side.trees.get(object.name()));
            }
        }
        for (Map.Entry<String, List<String>> virtual : side.schema.shadows().entrySet()) {
            if (!isSameStatement(virtual.getKey())
                    || virtual.getValue().stream().anyMatch(name -> !(scope(name) instanceof Scope.Nothing))) {
                for (String shadow : virtual.getValue()) {
                    side.needWhole(side.trees.get(shadow));
                }
            }
        }
    }
}
