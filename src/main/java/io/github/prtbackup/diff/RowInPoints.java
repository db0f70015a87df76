package io.github.prtbackup.diff;

import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.PointWalk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Optional;

/**
 * Follows one row through the points of a timeline, in a file with only those pages that SQLite reads to find it. As long as
 * none of these changes, neither does the row: the point is passed without a query. All other pages are holes; SQLite says
 * that the file is corrupt if it comes to one, so that a page that is missing cannot make a wrong result.
 */
final class RowInPoints implements Closeable {
    private static final int CHANGE_COUNTER = 24;
    private static final int SCHEMA_COOKIE = 40;
    private static final int VERSION_VALID_FOR = 92;
    private static final int FIRST_TREE = 100;
    private static final int SCHEMA_ROOT = 1;

    private final Catalog catalog;
    private final PointWalk walk;

    private PendingFile file;
    private int pageSize;
    /** The pages that are in the file. */
    private final BitSet present = new BitSet();
    /** Those of them that are not as they are at this point. */
    private final BitSet stale = new BitSet();

    /** Those that were there before and have been written again for this point. */
    private final BitSet rewritten = new BitSet();
    /** Those that rows of whole trees have been seen to overflow into. */
    private final BitSet overflow = new BitSet();

    private ByteBuffer firstPage;

    RowInPoints(Catalog catalog, PointWalk walk) {
        this.catalog = catalog;
        this.walk = walk;
    }

    /** Reads the pages of the present point. */
    private record WalkPages(PointWalk walk, Point point) implements Pages {
        @Override
        public int size() {
            return point.pageSize();
        }

        @Override
        public int count() {
            return Math.toIntExact(point.pages());
        }

        @Override
        public ByteBuffer page(int number) throws IOException {
            return walk.page(number);
        }
    }

    /**
     * The walk has come to another point.
     *
     * @return whether the row may have changed since the last point that was opened
     */
    boolean arrive(Point point) throws IOException {
        Optional<BitSet> changed = walk.changed();
        if (changed.isEmpty() || file == null || point.pageSize() != pageSize || point.pages() == 0) {
            startAnew();
            return true;
        }
        BitSet touched = changed.get();
        touched.and(present);
        stale.or(touched);
        touched = (BitSet) stale.clone();
        touched.clear(1);
        return !touched.isEmpty()
                || present.length() - 1 > point.pages()
                || (stale.get(1) && !isSameButForCounters(firstPage, walk.page(1)));
    }

    /** Every commit changes the first page: its counters, the size and the list of free pages. */
    private static boolean isSameButForCounters(ByteBuffer before, ByteBuffer after) {
        return isSame(before, after, 0, CHANGE_COUNTER)
                && isSame(before, after, SCHEMA_COOKIE, VERSION_VALID_FOR)
                && isSame(before, after, FIRST_TREE, before.limit());
    }

    private static boolean isSame(ByteBuffer before, ByteBuffer after, int from, int to) {
        return before.slice(from, to - from).equals(after.slice(from, to - from));
    }

    /** Forgets all pages. */
    void startAnew() throws IOException {
        close();
        present.clear();
        stale.clear();
        overflow.clear();
    }

    /** Opens the point as far as the row is concerned. */
    State open(Point point, RowFinder finder) throws IOException, SQLException {
        Pages pages = new WalkPages(walk, point);
        if (file == null) {
            file = catalog.scratchFile();
            pageSize = point.pageSize();
        }
        try (PositionalFile copy = PositionalFile.write(file.path())) {
            stale.clear(pages.count() + 1, Math.max(pages.count() + 1, stale.length()));
            present.clear(pages.count() + 1, Math.max(pages.count() + 1, present.length()));
            write(copy, pages, stale);
            rewritten.clear();
            rewritten.or(stale);
            stale.clear();
            copy.resize((long) pages.count() * pages.size());
            firstPage = pages.page(1);
            needWhole(copy, pages, SCHEMA_ROOT);
            State state = State.open(file.path());
            try {
                Optional<TableSchema> table = finder.table(state.schema());
                if (table.isPresent()) {
                    needFor(table.get(), copy, pages, state, finder);
                }
                return state;
            } catch (IOException | SQLException | RuntimeException e) {
                try (state) {
                    throw e;
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("a page of backup #" + point.id() + " is not what a tree says it is", e);
        }
    }

    private void needFor(TableSchema table, PositionalFile copy, Pages pages, State state, RowFinder finder)
            throws IOException, SQLException {
        RowFinder.Place place = finder.place(table, state);
        if (place instanceof RowFinder.Place.AtRowid at) {
            need(copy, pages, Tree.path(pages, table.object().root(), at.rowid()));
        } else if (place instanceof RowFinder.Place.ThroughIndex through) {
            needWhole(copy, pages, rootOf(state, through.name()));
            for (long rowid : finder.rowids(table, state, through.name())) {
                need(copy, pages, Tree.path(pages, table.object().root(), rowid));
            }
        } else if (place instanceof RowFinder.Place.Anywhere && table.isVirtual()) {
            for (SchemaObject tree : state.schema().trees()) {
                needWhole(copy, pages, tree.root());
            }
        } else if (place instanceof RowFinder.Place.Anywhere) {
            needWhole(copy, pages, table.object().root());
        }
    }

    private static long rootOf(State state, String name) {
        return state.schema().trees().stream()
                .filter(tree -> tree.name().equals(name))
                .findFirst()
                .orElseThrow()
                .root();
    }

    /**
     * Takes all pages of a tree, and those that its rows overflow into. Those of pages that are as they were are there
     * already, unless one of them was written again: it may go on elsewhere now.
     */
    private void needWhole(PositionalFile copy, Pages pages, long root) throws IOException {
        Tree tree = Tree.of(pages, root);
        BitSet missing = (BitSet) tree.pages().clone();
        missing.andNot(present);
        BitSet renewed = (BitSet) tree.pages().clone();
        if (!rewritten.intersects(overflow)) {
            renewed.and(rewritten);
            renewed.or(missing);
        }
        for (int page = renewed.nextSetBit(0); page >= 0; page = renewed.nextSetBit(page + 1)) {
            tree.overflow(page, number -> {
                missing.set(number);
                overflow.set(number);
            });
        }
        need(copy, pages, missing);
    }

    private void need(PositionalFile copy, Pages pages, BitSet numbers) throws IOException {
        BitSet missing = (BitSet) numbers.clone();
        missing.andNot(present);
        write(copy, pages, missing);
        present.or(missing);
    }

    private static void write(PositionalFile copy, Pages pages, BitSet numbers) throws IOException {
        for (int number = numbers.nextSetBit(0); number >= 0; number = numbers.nextSetBit(number + 1)) {
            copy.write(pages.page(number), (number - 1L) * pages.size());
        }
    }

    @Override
    public void close() throws IOException {
        PendingFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
