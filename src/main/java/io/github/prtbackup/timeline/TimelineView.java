package io.github.prtbackup.timeline;

import io.github.prtbackup.files.RangeLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/** A timeline as it was at one moment, which it stays as long as nobody folds. Immutable. */
record TimelineView(TimelineFiles files, Head head, LogPosition end) {
    List<Point> points(Between between) throws IOException {
        List<LogEntry> log = LogIndex.entries(files, head, end);
        List<Point> points = new ArrayList<>();
        points.add(head.oldest());
        for (LogEntry entry : log) {
            if (entry.isPoint() && entry.point().id() > head.oldest().id()) {
                points.add(entry.point());
            }
        }
        Set<Long> unchanged = Unchanged.ids(files, head, log, between);
        points.removeIf(point -> point.deleted() || unchanged.contains(point.id()));
        return points;
    }

    /** Tells after which points others are lost. Looks at where records begin and end, as for a list of them. */
    void tellLost(LongConsumer lost) throws IOException {
        long last = head.oldest().id();
        for (LogEntry entry : LogIndex.entries(files, head, end)) {
            if (entry.isGap()) {
                lost.accept(last);
            } else if (entry.isPoint()) {
                last = Math.max(last, entry.point().id());
            }
        }
        if (LogRest.isDamage(files, end)) {
            lost.accept(last);
        }
    }

    /** The points from one to another, deleted ones too; empty if one of the two, or any between them, may be lost. */
    List<Point> way(long from, long to) throws IOException {
        List<Point> way = new ArrayList<>();
        if (head.oldest().id() == from) {
            way.add(head.oldest());
        }
        for (LogEntry entry : LogIndex.entries(files, head, end)) {
            if (entry.isGap()) {
                if (!way.isEmpty()) {
                    return List.of();
                }
            } else if (entry.point().id() > head.oldest().id()
                    && entry.point().id() >= from
                    && entry.point().id() <= to) {
                way.add(entry.point());
            }
        }
        boolean isWhole = !way.isEmpty()
                && way.get(0).id() == from
                && way.get(way.size() - 1).id() == to;
        return isWhole ? way : List.of();
    }

    /** The entry of a point newer than the oldest; null if there is none. */
    LogEntry find(long id) throws IOException {
        return LogIndex.entries(files, head, end).stream()
                .filter(entry -> entry.isPoint()
                        && entry.point().id() == id
                        && id > head.oldest().id())
                .findFirst()
                .orElse(null);
    }

    PointImage image(RangeLock.Lease lease, long id, boolean mayBeDeleted) throws IOException {
        boolean isOldest = id == head.oldest().id();
        if (isOldest && head.oldest().deleted() && !mayBeDeleted) {
            throw noSuchPoint(id);
        }
        if (isOldest && id == head.baseId()) {
            return PointImage.of(files, lease, head, List.of(), head.oldest());
        }
        List<LogEntry> log = LogIndex.entries(files, head, end);
        for (int i = 0; i < log.size(); i++) {
            Point point = log.get(i).point();
            if (point != null && point.id() == id && id >= head.oldest().id()) {
                if (point.deleted() && !mayBeDeleted) {
                    throw noSuchPoint(id);
                }
                return PointImage.of(files, lease, head, log.subList(0, i + 1), point);
            }
        }
        if (isOldest) {
            throw new DamagedTimelineException("point " + id + " is lost");
        }
        throw noSuchPoint(id);
    }

    private IllegalArgumentException noSuchPoint(long id) throws IOException {
        return new IllegalArgumentException("There is no point " + id + "; there are "
                + points(Between.CHANGES).stream().map(Point::id).toList());
    }
}
