package io.github.prtbackup.timeline;

import java.io.File;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Knows where the log of a timeline ends, and notices when another process has moved that.
 *
 * <p>Changes no file: a tail that is torn may be a write that is under way. Only who may append may cut it.
 *
 * <p>Not thread-safe.
 */
final class LogTail {
    private final TimelineFiles files;
    /** Null while there is no timeline. */
    private Tail tail;

    private LogPosition newestEnd;
    private int pointsInSegment;
    private long settledSegment;
    /** Where the log begins whose base may not be durable; null if it is, or somebody is about to make it so. */
    private LogPosition fresh;
    /** The file that the log ends in. */
    private File segment;
    /** How often the end was looked for from the head on, because what was known did not lead to it. */
    private long reloads;

    LogTail(TimelineFiles files) {
        this.files = files;
    }

    /** What was last found; null if there is no timeline. */
    Tail tail() {
        return tail;
    }

    /** Changes when what is open of the log may have been deleted, and other files may have its names. */
    long reloads() {
        return reloads;
    }

    private boolean endsAtPath() {
        return tail != null && segment.length() == tail.end().offset();
    }

    /** Where the record of the newest point ends, and announcements begin. */
    LogPosition newestEnd() {
        return newestEnd;
    }

    int pointsInSegment() {
        return pointsInSegment;
    }

    /** The segment that everything before was durable of when that was last known. */
    long settledSegment() {
        return settledSegment;
    }

    /** Somebody has made everything before a segment durable. */
    void settled(long segment) {
        settledSegment = segment;
    }

    /** Where the log begins if its base may not be durable; else null. */
    LogPosition fresh() {
        return fresh;
    }

    /** The log begins there, and its base is not durable. */
    void begunFresh(LogPosition logStart) {
        fresh = logStart;
    }

    /** The base is durable, or will be soon. */
    void baseSettled() {
        fresh = null;
    }

    /**
     * Looks whether anything was added. One system call if not: as records are only ever added, and what is cut off was
     * none, a file that ends where it ended has not moved. By its path, so that a directory that was deleted shows.
     *
     * @return how many bytes lie behind the end that are no good record
     */
    long refresh() throws IOException {
        long length = tail == null ? -1 : segment.length();
        if (tail != null && length == tail.end().offset()) {
            return 0;
        }
        if (tail == null || length < tail.end().offset() || !advance() || !endsAtPath()) {
            // Also where it seems torn: it may be another file, if somebody has deleted the directory.
            reload();
        }
        return tail == null ? 0 : segment.length() - tail.end().offset();
    }

    /** The files may be others from now on. */
    void forget() {
        tail = null;
        newestEnd = null;
        fresh = null;
    }

    /** This instance has added a point. */
    void pointAdded(Point point, LogPosition end) {
        set(point, end);
        newestEnd = end;
        pointsInSegment++;
    }

    /** This instance has added an announcement. */
    void announcementAdded(LogPosition end) {
        set(tail.newest(), end);
    }

    /** This instance has begun a segment, which carries the newest point. */
    void segmentBegun(Point newest, LogPosition end) {
        set(newest, end);
        newestEnd = end;
        pointsInSegment = 0;
    }

    /** Goes on from the known end. Returns false if it can't tell because segments were deleted. */
    private boolean advance() throws IOException {
        try (LogCursor cursor = new LogCursor(files, tail.end(), true)) {
            follow(cursor, tail.newest(), newestEnd, pointsInSegment);
            return !cursor.isSegmentMissing();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void reload() throws IOException {
        reloads++;
        Head head = Head.read(files);
        while (head != null) {
            boolean isComplete = scan(head);
            boolean isFresh = isComplete && FreshBase.isMarked(files, head);
            boolean isGood = isComplete && (!isFresh || FreshBase.isGood(files, head));
            Head now = Head.read(files);
            // A fold may have deleted segments under the scan; then the head has changed.
            if (head.equals(now)) {
                if (!isComplete) {
                    throw new DamagedTimelineException(
                            files.segment(head.scanStart().segment()) + " is missing or damaged at its beginning");
                }
                if (!isGood) {
                    // What the log says would be believed the next time.
                    forget();
                    throw new DamagedTimelineException(files.base() + " was lost before it was durable");
                }
                fresh = isFresh ? head.logStart() : null;
                settledSegment = head.settled().segment();
                return;
            }
            head = now;
        }
        tail = null;
    }

    private boolean scan(Head head) throws IOException {
        LogPosition start = head.scanStart();
        try (LogCursor cursor = new LogCursor(files, start, true)) {
            if (files.segment(start.segment()).toFile().length() < start.offset()) {
                return false;
            }
            boolean startsAtOldest = start.equals(head.logStart());
            return follow(cursor, startsAtOldest ? head.oldest() : null, start, 0)
                    && tail.newest().id() >= head.oldest().id();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean follow(LogCursor cursor, Point knownNewest, LogPosition knownEnd, int knownPoints)
            throws IOException {
        long firstSegment = cursor.position().segment();
        Point newest = knownNewest;
        LogPosition end = knownEnd;
        for (LogEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
            if (entry.isPoint()) {
                newest = entry.point();
                end = cursor.position();
            }
        }
        if (cursor.carried() != null && end.segment() < cursor.position().segment()) {
            end = cursor.carriedEnd();
        }
        if (newest == null) {
            newest = cursor.carried();
        }
        if (newest == null) {
            return false;
        }
        set(newest, cursor.position());
        newestEnd = end;
        pointsInSegment = cursor.pointsInSegment() + (cursor.position().segment() == firstSegment ? knownPoints : 0);
        return true;
    }

    private void set(Point newest, LogPosition end) {
        if (tail == null || end.segment() != tail.end().segment()) {
            segment = files.segment(end.segment()).toFile();
        }
        tail = new Tail(newest, end);
    }
}
