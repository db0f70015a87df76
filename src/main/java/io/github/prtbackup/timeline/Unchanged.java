package io.github.prtbackup.timeline;

import io.github.prtbackup.files.SameContent;
import io.github.prtbackup.timeline.ReadFiles.LoggedPage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the points after which nothing was changed until the next: those of transactions that were rolled back, or wrote what
 * was there. Follows from what is stored, so that who appends has nothing to look up.
 *
 * <p>The harmful error is to take a change for none. Pages are compared by their checksums first, and where these are the same,
 * byte for byte. A point with more than {@link LogEntry#FEW} pages counts as a change, unless it is known that nothing was
 * committed.
 *
 * <p>Used once, by one thread, which has the lock of the timeline.
 */
final class Unchanged {
    private final Head head;
    private final List<LogEntry> log;
    private final Between between;
    private final ReadFiles files;

    /** The pages that few changed: only what these were before is of interest. */
    private final Set<Long> asked = new HashSet<>();

    /** Where the newest content of each of these is, in the log up to here. */
    private final Map<Long, LoggedPage> newest = new HashMap<>();
    /** The size of the base in pages; 0 if nothing rests on it any more. */
    private long basePages;

    private boolean hasGap;

    private Unchanged(Head head, List<LogEntry> log, Between between, ReadFiles files) {
        this.head = head;
        this.log = log;
        this.between = between;
        this.files = files;
        this.basePages = head.basePages();
    }

    /**
     * The ids of the points after which nothing was changed until the next. That may be deleted: they had given way to it when
     * it was made, and do not come back.
     */
    static Set<Long> ids(TimelineFiles files, Head head, List<LogEntry> log, Between between) throws IOException {
        if (between == Between.CHANGES) {
            return Set.of();
        }
        try (ReadFiles open = new ReadFiles(files, () -> {})) {
            return new Unchanged(head, log, between, open).find();
        }
    }

    private Set<Long> find() {
        for (LogEntry entry : log) {
            if (entry.few() != null) {
                for (int i = 0; i < entry.few().pageCount(); i++) {
                    asked.add(entry.few().pageNumber(i));
                }
            }
        }
        Set<Long> same = new HashSet<>();
        Point last = head.oldest().id() == head.baseId() ? head.oldest() : null;
        for (LogEntry entry : log) {
            if (entry.isGap()) {
                hasGap = true;
                last = null;
                continue;
            }
            if (last != null && isSame(last, entry)) {
                same.add(last.id());
            }
            add(entry);
            last = entry.point().id() >= head.oldest().id() ? entry.point() : null;
        }
        return same;
    }

    private boolean isSame(Point older, LogEntry entry) {
        Point newer = entry.point();
        if (older.deleted() || older.pages() != newer.pages() || older.pageSize() != newer.pageSize()) {
            return false;
        }
        // First what is cheap, and tells of most.
        if (entry.few() != null && !haveSameChecksums(entry.few())) {
            return false;
        }
        return switch (between.known(older, newer)) {
            case CHANGE -> false;
            case NO_COMMIT -> true;
            case NOTHING -> entry.few() != null && areSame(entry.few());
        };
    }

    private boolean haveSameChecksums(LogRecord record) {
        try {
            // With a rollback journal page 1 always has another checksum, that of another counter.
            for (int i = 0; i < record.pageCount(); i++) {
                if (record.pageNumber(i) != 1 && !hasSameChecksum(record, i)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean areSame(LogRecord record) {
        try {
            return hasSamePages(record);
        } catch (IOException e) {
            // Whoever reads the point says so.
            return false;
        }
    }

    private boolean hasSamePages(LogRecord record) throws IOException {
        for (int i = 0; i < record.pageCount(); i++) {
            ByteBuffer before = before(record.pageNumber(i), record.pageSize());
            ByteBuffer now = files.content(new LoggedPage(record, i));
            if (before == null || now == null || !SameContent.ofPages(record.pageNumber(i), before, now)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasSameChecksum(LogRecord record, int index) throws IOException {
        LoggedPage logged = newest.get(record.pageNumber(index));
        if (logged != null) {
            return logged.record().pageChecksum(logged.index()) == record.pageChecksum(index);
        }
        Integer before = !hasGap && record.pageNumber(index) <= basePages
                ? files.base(record.pageSize()).checksum(record.pageNumber(index))
                : null;
        return before != null && before == record.pageChecksum(index);
    }

    /** What a page was at the point before; null if that is lost. */
    private ByteBuffer before(long number, int pageSize) throws IOException {
        if (hasGap) {
            return null;
        }
        LoggedPage logged = newest.get(number);
        if (logged != null) {
            return logged.record().pageSize() == pageSize ? files.content(logged) : null;
        }
        return number <= basePages ? files.base(pageSize).page(number) : null;
    }

    private void add(LogEntry entry) {
        if (entry.point().whole()) {
            newest.clear();
            basePages = 0;
            hasGap = false;
        }
        if (entry.few() != null) {
            add(entry.few());
        } else if (!asked.isEmpty()) {
            try {
                files.forEachRecord(entry, this::add);
            } catch (IOException e) {
                // What rests on it is spoiled, and counts.
                hasGap = true;
            }
        }
    }

    private void add(LogRecord record) {
        for (int i = 0; i < record.pageCount(); i++) {
            if (asked.contains(record.pageNumber(i))) {
                newest.put(record.pageNumber(i), new LoggedPage(record, i));
            }
        }
    }
}
