package io.github.prtbackup.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Finds out which points of a {@link Timeline} are as they were written, with one walk through all that is stored, from the
 * newest record back to the base: each stored page is read once, however many points rest on it, and what is wrong with it is
 * told of just those.
 *
 * <p>While it is open, nothing is folded. Not thread-safe.
 */
public final class TimelineCheck implements AutoCloseable {
    /** No base lacks so many pages by accident. Where a damaged head says so, they are not told one by one. */
    private static final long MOST_MISSING = 1 << 22;

    private final TimelineFiles files;
    private final ReadFiles open;
    private final Head head;
    private final LogPosition end;
    private final List<LogEntry> log;
    private final StateVerdicts states;
    private final List<String> notes = new ArrayList<>();
    private LongConsumer progress;
    /** The state that is written to a file as well; null for none. */
    private StateFile copy;

    private int copied;

    /** @param lease keeps others from folding; closed with this */
    TimelineCheck(TimelineFiles files, Closeable lease, Head head, List<LogEntry> log, LogPosition end) {
        this.files = files;
        this.open = new ReadFiles(files, lease);
        this.head = head;
        this.log = log;
        this.end = end;
        this.states = new StateVerdicts(head, log);
    }

    /**
     * The points that are not deleted.
     *
     * @return oldest first
     */
    public List<Point> points() {
        return states.listed();
    }

    /**
     * The file that all points rest on.
     *
     * @return its path
     */
    public Path base() {
        return files.base();
    }

    /**
     * How much there is to read.
     *
     * @return bytes
     */
    public long bytes() {
        return head.basePages() * head.basePageSize()
                + log.stream()
                        .filter(LogEntry::isPoint)
                        .mapToLong(entry -> entry.end().offset() - entry.start().offset())
                        .sum();
    }

    /**
     * Reads all, and compares it with its checksums. Only once.
     *
     * @param read is told now and then how many bytes were read since; may end this with an exception
     * @throws IOException if the log can't be read. A page that can't be read is damaged
     */
    public void run(LongConsumer read) throws IOException {
        progress = read;
        int state = states.count() - 1;
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i).isPoint()) {
                boolean follows = i == 0 || log.get(i - 1).isPoint();
                readPoint(log.get(i), state, follows);
                state--;
            } else {
                states.lostAfter(state);
            }
        }
        readBase();
        new LogScan(files, head, end, states.unowned()).run();
        new LogRest(files, states.unowned(), notes).look(end);
    }

    /**
     * As {@link #run(LongConsumer)}, and writes the database as it was at a point to a file.
     *
     * @param read as there
     * @param id the id of one of {@link #points}
     * @param target exists, and is overwritten. Worthless if the point turns out to be damaged
     * @return why the file could not be written; empty if it could
     * @throws IOException as there
     */
    public Optional<IOException> run(LongConsumer read, long id, Path target) throws IOException {
        copied = states.stateOf(id);
        try (StateFile file = new StateFile(target, states.point(copied))) {
            copy = file;
            run(read);
            return file.finish();
        }
    }

    /**
     * What is wrong with a point.
     *
     * @param id the id of one of {@link #points}
     * @return in words; empty if all is good
     */
    public List<String> problems(long id) {
        return states.problems(states.stateOf(id));
    }

    /**
     * What is wrong, and not with a point that is there: that points are lost, and damage of what no point rests on.
     *
     * @return in words; empty if all is good
     */
    public List<String> lost() {
        return states.unowned().inWords();
    }

    /**
     * What is worth knowing, and not wrong.
     *
     * @return in words
     */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** @param follows whether the state before is known */
    private void readPoint(LogEntry entry, int state, boolean follows) throws IOException {
        Point point = entry.point();
        if (!point.whole() && follows && states.pageSize(state - 1) != point.pageSize()) {
            states.damagedFrom(state, "point " + point.id() + " does not hold all of its pages");
            return;
        }
        // All pages that the state before is too small for are here.
        long known = follows ? states.pages(state - 1) : Long.MAX_VALUE;
        long first = point.whole() ? 1 : Math.min(known, Point.MOST_PAGES) + 1;
        long missing = PageNumbers.countStored(first, point.pages(), point.pageSize());
        SegmentReader reader = open.segment(entry.place().segment());
        long offset = entry.start().offset();
        while (offset < entry.end().offset()) {
            LogRecord record = reader.read(offset);
            if (record == null || (record.pageCount() > 0 && record.pageSize() != point.pageSize())) {
                states.damagedFrom(state, open.damage(entry, offset));
                return;
            }
            for (int index = 0; index < record.pageCount(); index++) {
                long number = record.pageNumber(index);
                missing -= number >= first && number <= point.pages() ? 1 : 0;
                readPage(reader, record, index, state);
                states.passed(number, state);
            }
            progress.accept(record.end().offset() - offset);
            offset = record.end().offset();
        }
        if (missing > 0) {
            states.damagedFrom(state, missing + " pages of point " + point.id() + " are nowhere");
        }
        if (point.whole()) {
            states.passedWhole(state);
        }
    }

    private void readPage(SegmentReader reader, LogRecord record, int index, int state) {
        long number = record.pageNumber(index);
        try {
            ByteBuffer content = reader.content(record, index);
            if (content == null) {
                states.damaged(number, state, open.damage(record, number));
            } else {
                good(number, state, content);
            }
        } catch (IOException e) {
            states.damaged(number, state, open.damage(record, number) + ": " + e.getMessage());
        }
    }

    private void readBase() throws IOException {
        long last = states.basePages();
        Base base;
        try {
            base = open.base(head.basePageSize());
        } catch (NoSuchFileException e) {
            states.damagedFrom(0, e.getFile() + " is missing");
            return;
        }
        if (last - base.length() / head.basePageSize() > MOST_MISSING) {
            states.damagedFrom(0, base() + " has " + base.length() + " bytes for " + last + " pages");
            return;
        }
        PageVisitor visitor = new PageVisitor() {
            @Override
            public void page(long number, int checksum, ByteBuffer content) {
                good(number, 0, content);
            }

            @Override
            public void damaged(long number, String what) {
                states.damaged(number, 0, what);
            }
        };
        for (long first = 1; first <= last; first += base.pagesInChunk()) {
            long count = Math.min(base.pagesInChunk(), last - first + 1);
            try {
                base.visitChunk(first, last, number -> true, visitor);
            } catch (IOException e) {
                readSingly(base, first, first + count - 1);
            }
            progress.accept(count * head.basePageSize());
        }
    }

    /** A disk that cannot read some blocks can mostly read those beside them. */
    private void readSingly(Base base, long first, long last) {
        for (long number = first; number <= last; number++) {
            String reason = "";
            ByteBuffer content = null;
            try {
                content = base.page(number);
            } catch (IOException e) {
                reason = ": " + e.getMessage();
            }
            if (content != null) {
                good(number, 0, content);
            } else if (number != PageNumbers.lockPage(head.basePageSize())) {
                states.damaged(number, 0, base.damage(number) + reason);
            }
        }
    }

    private void good(long number, int state, ByteBuffer content) {
        if (copy != null && states.holds(copied, number, state)) {
            copy.page(number, content);
        }
    }

    /** Closes the files, and lets older points be folded again. */
    @Override
    public void close() throws IOException {
        open.close();
    }
}
