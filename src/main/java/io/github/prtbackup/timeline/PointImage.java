package io.github.prtbackup.timeline;

import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.PositionalFile;
import io.github.prtbackup.files.Progress;
import io.github.prtbackup.files.RegularFile;
import io.github.prtbackup.timeline.ReadFiles.LoggedPage;
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
    private final TimelineFiles files;
    private final ReadFiles open;
    private final Point point;
    /** Itself and those that it rests on, oldest first. */
    private final List<LogEntry> points;
    /** The size of the base in pages; 0 if the point does not rest on it. */
    private final long basePages;
    /** Whether points between those of the records are lost. */
    private final boolean hasGap;

    /** Where the newest content of each page is that the log holds; null until somebody asks for one page. */
    private Map<Long, LoggedPage> inLog;

    private PointImage(
            TimelineFiles files, Closeable lease, Point point, List<LogEntry> points, long basePages, boolean hasGap) {
        this.files = files;
        this.open = new ReadFiles(files, lease);
        this.point = point;
        this.points = points;
        this.basePages = basePages;
        this.hasGap = hasGap;
    }

    /** The image of a point, given all that is in the log up to it. */
    static PointImage of(TimelineFiles files, Closeable lease, Head head, List<LogEntry> upToPoint, Point point) {
        List<LogEntry> points = new ArrayList<>();
        long basePages = head.basePages();
        boolean hasGap = false;
        for (LogEntry entry : upToPoint) {
            if (entry.isPoint() && entry.point().whole()) {
                points.clear();
                basePages = 0;
                hasGap = false;
            }
            hasGap |= entry.isGap();
            if (entry.isPoint()) {
                points.add(entry);
            }
        }
        return new PointImage(files, lease, point, points, basePages, hasGap);
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
        LoggedPage inLog = inLog().get(number);
        if (inLog != null) {
            return content(inLog);
        }
        ByteBuffer content = number <= basePages ? open.base(point.pageSize()).page(number) : null;
        if (content == null) {
            throw new DamagedTimelineException("page " + number + " in " + files.base() + " is damaged");
        }
        return content;
    }

    /** Its checksum is right; what it says need not be. */
    private boolean isPage(LogRecord record, long number) {
        return number > 0 && record.pageSize() == point.pageSize();
    }

    private ByteBuffer content(LoggedPage page) throws IOException {
        LogRecord record = page.record();
        ByteBuffer content = isPage(record, record.pageNumber(page.index())) ? open.content(page) : null;
        if (content == null) {
            throw new DamagedTimelineException(open.damage(record, record.pageNumber(page.index())));
        }
        return content;
    }

    /** Finds out with the first page that is asked for, which those who want all pages never do. */
    private Map<Long, LoggedPage> inLog() throws IOException {
        if (inLog == null) {
            Map<Long, LoggedPage> newest = new HashMap<>();
            for (LogEntry changed : points) {
                open.forEachRecord(changed, record -> {
                    for (int index = 0; index < record.pageCount(); index++) {
                        newest.put(record.pageNumber(index), new LoggedPage(record, index));
                    }
                });
            }
            inLog = newest;
        }
        return inLog;
    }

    /**
     * The pages that the log has after an older point: all that differ from it, and maybe more.
     *
     * @param older an image of the same timeline, opened while this one was open or the other way round
     * @return their numbers; empty if the log does not tell, because it holds the database anew or has lost points between
     *     the two, or if a number is too large for a {@link BitSet}
     * @throws DamagedTimelineException if the log is damaged between the two
     * @throws IOException if it can't be read
     */
    public Optional<BitSet> pagesChangedSince(PointImage older) throws IOException {
        boolean continues = (older.basePages > 0) == (basePages > 0)
                && (basePages > 0 || !older.points.isEmpty())
                && !hasGap
                && point.pages() < Integer.MAX_VALUE
                && older.points.size() <= points.size();
        for (int i = 0; continues && i < older.points.size(); i++) {
            continues = older.points.get(i).place().equals(points.get(i).place());
        }
        if (!continues) {
            return Optional.empty();
        }
        BitSet numbers = new BitSet();
        for (LogEntry changed : points.subList(older.points.size(), points.size())) {
            open.forEachRecord(changed, record -> {
                for (int index = 0; index < record.pageCount(); index++) {
                    numbers.set(Math.toIntExact(record.pageNumber(index)));
                }
            });
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
        if (!RegularFile.isTaken(target)) {
            Files.createFile(target, FileMode.ownerOnly());
        }
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            throw new DamagedTimelineException(missing.get());
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
        return problems.list.inWords();
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
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            visitor.damaged(missing.get());
            return;
        }
        PageSet seen = new PageSet(point.pages());
        visitLog(seen, visitor);
        if (basePages > 0) {
            open.base(point.pageSize()).visit(Math.min(basePages, point.pages()), seen, visitor);
        }
        long expected = PageNumbers.countStored(1, point.pages(), point.pageSize());
        if (seen.count() != expected) {
            visitor.damaged((expected - seen.count()) + " pages of point " + point.id() + " are nowhere");
        }
    }

    /** Room for the pages of a point is made before they are read. So there have to be as many bytes as it says, roughly. */
    private Optional<String> missing() throws IOException {
        long stored = basePages == 0 ? 0 : open.base(point.pageSize()).length();
        for (LogEntry entry : points) {
            stored += entry.end().offset() - entry.start().offset();
        }
        long needed = PageNumbers.countStored(1, point.pages(), point.pageSize()) * point.pageSize();
        return needed <= stored
                ? Optional.empty()
                : Optional.of("point " + point.id() + " has " + needed + " bytes of pages, and there are " + stored);
    }

    /** Shows the pages of the point that are in the log, newest first, and adds them to a set. */
    void visitLog(PageSet seen, PageVisitor visitor) throws IOException {
        if (hasGap) {
            visitor.damaged(gap());
        }
        for (int i = points.size() - 1; i >= 0; i--) {
            LogEntry changed = points.get(i);
            SegmentReader reader = open.segment(changed.place().segment());
            long offset = changed.start().offset();
            while (offset < changed.end().offset()) {
                LogRecord record = reader.read(offset);
                if (record == null) {
                    visitor.damaged(open.damage(changed, offset));
                    break;
                }
                visit(reader, record, seen, visitor);
                offset = record.end().offset();
            }
        }
    }

    private void visit(SegmentReader reader, LogRecord record, PageSet seen, PageVisitor visitor) throws IOException {
        for (int index = 0; index < record.pageCount(); index++) {
            long number = record.pageNumber(index);
            if (number > point.pages()) {
                return;
            }
            if (!isPage(record, number)) {
                visitor.damaged(open.damage(record, number));
                return;
            }
            if (seen.add(number)) {
                ByteBuffer content = reader.content(record, index);
                if (content == null) {
                    visitor.damaged(open.damage(record, number));
                } else {
                    visitor.page(number, record.pageChecksum(index), content);
                }
            }
        }
    }

    private String gap() {
        return "points before " + point.id() + ", which it rests on, are lost in "
                + files.head().getParent();
    }

    /** Closes the files, and lets older points be folded again. */
    @Override
    public void close() throws IOException {
        open.close();
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
        private final ProblemList list = new ProblemList();

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
            list.add(what);
        }
    }
}
