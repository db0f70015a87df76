package io.github.prtbackup.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The database as it was at a point of a {@link Timeline}: for each page its newest content in the log up to the point,
 * and else that of the base. Every page is checked against its checksum when it is read.
 *
 * <p>While it is open, nothing is folded. Not thread-safe.
 */
public final class PointImage implements AutoCloseable {
    private static final int MOST_PROBLEMS = 20;

    private final TimelineFiles files;
    private final Closeable lease;
    private final Point point;
    /** Those the point rests on, oldest first. */
    private final List<LogRecord> records;
    /** The size of the base in pages; 0 if the point does not rest on it. */
    private final long basePages;
    /** Whether points between those of the records are lost. */
    private final boolean hasGap;

    private final Map<Long, SegmentReader> segments = new HashMap<>();
    private Base base;

    private PointImage(
            TimelineFiles files,
            Closeable lease,
            Point point,
            List<LogRecord> records,
            long basePages,
            boolean hasGap) {
        this.files = files;
        this.lease = lease;
        this.point = point;
        this.records = records;
        this.basePages = basePages;
        this.hasGap = hasGap;
    }

    /** The image of a point, given all that is in the log up to it. */
    static PointImage of(TimelineFiles files, Closeable lease, Head head, List<LogEntry> upToPoint, Point point) {
        List<LogRecord> records = new ArrayList<>();
        long basePages = head.basePages();
        boolean hasGap = false;
        for (LogEntry entry : upToPoint) {
            if (entry.isPoint() && entry.point().whole()) {
                records.clear();
                basePages = 0;
                hasGap = false;
            }
            hasGap |= entry.isGap();
            records.addAll(entry.records());
        }
        return new PointImage(files, lease, point, records, basePages, hasGap);
    }

    /**
     * The point.
     *
     * @return what is recorded of it
     */
    public Point point() {
        return point;
    }

    /**
     * The content of a page.
     *
     * @param number from 1 to the number of pages
     * @return one page; zeros for the page at SQLite's lock byte
     * @throws DamagedTimelineException if it is damaged
     * @throws IOException if it can't be read
     */
    public ByteBuffer page(long number) throws IOException {
        if (number < 1 || number > point.pages()) {
            throw new IllegalArgumentException("no page " + number + " among " + point.pages());
        }
        if (number == point.header().lockPage()) {
            return ByteBuffer.allocate(point.pageSize());
        }
        if (hasGap) {
            throw new DamagedTimelineException(gap());
        }
        for (int i = records.size() - 1; i >= 0; i--) {
            LogRecord record = records.get(i);
            int index = record.indexOf(number);
            if (index >= 0) {
                ByteBuffer content = segment(record).content(record, index);
                if (content == null) {
                    throw new DamagedTimelineException(damage(record, number));
                }
                return ByteBuffer.allocate(content.remaining()).put(content).flip();
            }
        }
        ByteBuffer content = number <= basePages ? base().page(number) : null;
        if (content == null) {
            throw new DamagedTimelineException("page " + number + " in " + files.base() + " is damaged");
        }
        return content;
    }

    /**
     * The pages that the log has after an older point: all that differ from it, and maybe more.
     *
     * @param older an image of the same timeline, opened while this one was open or the other way round
     * @return their numbers; empty if the log does not tell, because it holds the database anew or has lost points between
     *     the two, or if a number is too large for a {@link BitSet}
     */
    public Optional<BitSet> pagesChangedSince(PointImage older) {
        boolean continues = (older.basePages > 0) == (basePages > 0)
                && (basePages > 0 || !older.records.isEmpty())
                && !hasGap
                && point.pages() < Integer.MAX_VALUE
                && older.records.size() <= records.size();
        for (int i = 0; continues && i < older.records.size(); i++) {
            continues = older.records.get(i).place().equals(records.get(i).place());
        }
        if (!continues) {
            return Optional.empty();
        }
        BitSet numbers = new BitSet();
        for (LogRecord record : records.subList(older.records.size(), records.size())) {
            for (int index = 0; index < record.pageCount(); index++) {
                numbers.set(Math.toIntExact(record.pageNumber(index)));
            }
        }
        return Optional.of(numbers);
    }

    /**
     * Writes the database to a file: byte for byte what SQLite had, but that the page at the lock byte is zeros.
     *
     * @param target the file, created or overwritten; not made durable
     * @param progress is told how far it is
     * @throws DamagedTimelineException if a page is damaged; the file is then worthless
     * @throws IOException if something can't be read or written
     */
    public void copyTo(Path target, Progress progress) throws IOException {
        if (!Files.exists(target)) {
            Files.createFile(target, FileMode.ownerOnly());
        }
        try (PositionalFile file = PositionalFile.write(target)) {
            file.resize(0);
            file.resize(point.pages() * point.pageSize());
            RunWriter writer = new RunWriter(file, point.pageSize(), point.pages());
            Counter counter = new Counter(progress, point.pages());
            visit((number, checksum, content) -> {
                writer.write(number - 1, content);
                counter.add();
            });
            writer.flush();
        }
    }

    /**
     * Reads all that the point rests on and compares it with its checksums.
     *
     * @param progress is told how far it is
     * @return what is wrong, in words; empty if all is good
     * @throws IOException if something can't be read
     */
    public List<String> verify(Progress progress) throws IOException {
        Problems problems = new Problems(new Counter(progress, point.pages()));
        visit(problems);
        return problems.inWords();
    }

    /** Takes the pages of a point. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Takes one page.
         *
         * @param number from 1
         * @param content the page, for the time of the call
         * @throws IOException if it cannot be taken
         */
        void page(long number, ByteBuffer content) throws IOException;
    }

    /**
     * Shows every page of the point once, in no particular order, but for the lock page.
     *
     * @param reader takes them
     * @throws DamagedTimelineException if a page is damaged
     * @throws IOException if something can't be read
     */
    public void forEachPage(Reader reader) throws IOException {
        visit((number, checksum, content) -> reader.page(number, content));
    }

    /** Shows every page of the point once, but for the lock page. */
    void visit(PageVisitor visitor) throws IOException {
        PageSet seen = new PageSet(point.pages());
        visitLog(seen, visitor);
        if (basePages > 0) {
            base().visit(Math.min(basePages, point.pages()), seen, visitor);
        }
        long expected = PageNumbers.countStored(1, point.pages(), point.pageSize());
        if (seen.count() != expected) {
            visitor.damaged((expected - seen.count()) + " pages of point " + point.id() + " are nowhere");
        }
    }

    /** Shows the pages of the point that are in the log, newest first, and adds them to a set. */
    void visitLog(PageSet seen, PageVisitor visitor) throws IOException {
        if (hasGap) {
            visitor.damaged(gap());
        }
        for (int i = records.size() - 1; i >= 0; i--) {
            LogRecord record = records.get(i);
            SegmentReader segment = segment(record);
            for (int index = 0; index < record.pageCount(); index++) {
                long number = record.pageNumber(index);
                if (number > point.pages()) {
                    break;
                }
                if (seen.add(number)) {
                    ByteBuffer content = segment.content(record, index);
                    if (content == null) {
                        visitor.damaged(damage(record, number));
                    } else {
                        visitor.page(number, record.pageChecksum(index), content);
                    }
                }
            }
        }
    }

    private String gap() {
        return "points before " + point.id() + ", which it rests on, are lost in "
                + files.head().getParent();
    }

    private SegmentReader segment(LogRecord record) throws IOException {
        SegmentReader segment = segments.get(record.segment());
        if (segment == null) {
            segment = SegmentReader.open(files, record.segment());
            segments.put(record.segment(), segment);
        }
        return segment;
    }

    private Base base() throws IOException {
        if (base == null) {
            base = Base.read(files, point.pageSize());
        }
        return base;
    }

    private String damage(LogRecord record, long number) {
        return "page " + number + " in the record at byte " + record.offset() + " of " + files.segment(record.segment())
                + " is damaged";
    }

    /** Closes the files, and lets older points be folded again. */
    @Override
    public void close() throws IOException {
        try (lease) {
            for (SegmentReader segment : segments.values()) {
                segment.close();
            }
            if (base != null) {
                base.close();
            }
        }
    }

    /** Tells of each thousandth page or so, and of the last. */
    private static final class Counter {
        private static final int STEP = 1 << 10;

        private final Progress progress;
        private final long total;
        private long done;

        Counter(Progress progress, long total) {
            this.progress = progress;
            this.total = total;
        }

        void add() {
            // What is lost is told without a number of pages.
            done = Math.min(done + 1, total);
            if (done % STEP == 0 || done == total) {
                progress.pages(done, total);
            }
        }
    }

    private static final class Problems implements PageVisitor {
        private final Counter counter;
        private final List<String> first = new ArrayList<>();
        private long count;

        Problems(Counter counter) {
            this.counter = counter;
        }

        @Override
        public void page(long number, int checksum, ByteBuffer content) {
            counter.add();
        }

        @Override
        public void damaged(String what) {
            counter.add();
            count++;
            if (first.size() < MOST_PROBLEMS) {
                first.add(what);
            }
        }

        List<String> inWords() {
            if (count > first.size()) {
                first.add("and " + (count - first.size()) + " more");
            }
            return List.copyOf(first);
        }
    }
}
