package io.github.prtbackup.timeline;

import io.github.prtbackup.timeline.ReadFiles.LoggedPage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The points of a {@link Timeline}, one after the other, oldest first. What is in the log is read once, however many points
 * there are, and of pages only those that are asked for.
 *
 * <p>While it is open, nothing is folded. Not thread-safe.
 */
public final class PointWalk implements AutoCloseable {
    private final ReadFiles files;
    /** Null if there are no points. */
    private final Head head;

    private final List<LogEntry> log;
    private int position;
    private Point point;

    /** Where the newest content of each page is that the log holds up to here. */
    private final Map<Long, LoggedPage> inLog = new HashMap<>();
    /** Pages that changed since the point before; null if all may have. */
    private BitSet changed;
    /** The size of the base in pages; 0 if nothing rests on it any more. */
    private long basePages;
    /** Whether points before this one are lost. */
    private boolean hasGap;

    /** @param head null if there are no points */
    PointWalk(TimelineFiles files, Closeable lease, Head head, List<LogEntry> log) {
        this.files = new ReadFiles(files, lease);
        this.head = head;
        this.log = log;
        this.basePages = head == null ? 0 : head.basePages();
    }

    /**
     * Goes on to the next point that is not deleted.
     *
     * @return it; empty behind the newest
     * @throws DamagedTimelineException if the log is damaged there
     * @throws IOException if it can't be read
     */
    public Optional<Point> next() throws IOException {
        boolean isFirst = point == null;
        changed = isFirst ? null : new BitSet();
        if (isFirst && head != null && head.oldest().id() == head.baseId()) {
            point = head.oldest();
            if (!point.deleted()) {
                return Optional.of(point);
            }
        }
        while (position < log.size()) {
            LogEntry entry = log.get(position++);
            add(entry);
            if (entry.isPoint()
                    && !entry.point().deleted()
                    && entry.point().id() >= head.oldest().id()) {
                point = entry.point();
                return Optional.of(point);
            }
        }
        return Optional.empty();
    }

    private void add(LogEntry entry) throws IOException {
        if (entry.isGap()) {
            hasGap = true;
            changed = null;
            return;
        }
        if (entry.point().whole()) {
            inLog.clear();
            basePages = 0;
            hasGap = false;
            changed = null;
        }
        files.forEachRecord(entry, record -> {
            for (int index = 0; index < record.pageCount(); index++) {
                long number = record.pageNumber(index);
                inLog.put(number, new LoggedPage(record, index));
                if (number > Integer.MAX_VALUE - 1) {
                    changed = null;
                } else if (changed != null) {
                    changed.set((int) number);
                }
            }
        });
    }

    /**
     * The pages that the log has between the point before and this one: all that differ, and maybe more.
     *
     * @return their numbers, a set of the caller's own; empty if it is not known, as at the first
     */
    public Optional<BitSet> changed() {
        return Optional.ofNullable(changed).map(numbers -> (BitSet) numbers.clone());
    }

    /**
     * The content of a page at this point.
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
        LoggedPage logged = inLog.get(number);
        ByteBuffer content = null;
        if (!hasGap && logged != null) {
            content = files.content(logged);
        } else if (!hasGap && number <= basePages) {
            content = files.base(point.pageSize()).page(number);
        }
        if (content == null) {
            throw new DamagedTimelineException("page " + number + " of point " + point.id() + " is damaged");
        }
        return content;
    }

    /** Closes the files, and lets older points be folded again. */
    @Override
    public void close() throws IOException {
        files.close();
    }
}
