package io.github.prtbackup.backup;

import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.timeline.Between;
import io.github.prtbackup.timeline.DamagedTimelineException;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.PointImage;
import io.github.prtbackup.timeline.PointWalk;
import io.github.prtbackup.timeline.Tail;
import io.github.prtbackup.timeline.Timeline;
import io.github.prtbackup.timeline.TimelineCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The incremental backups of a database, seen as backups like any other. Thread-safe. */
public final class Timelines {

    private static final Logger log = LoggerFactory.getLogger(Timelines.class);

    private final Catalog catalog;
    private final Path database;

    /** @param catalog that of the directory where the timeline is */
    public Timelines(Catalog catalog, Path database) {
        this.catalog = catalog;
        this.database = database;
    }

    /** That of a database, to be read. */
    static Timeline open(Catalog catalog, Path database) throws IOException {
        return Timeline.open(catalog.lock(), catalog.identify(database));
    }

    /** All points, oldest first. The directory is not created. */
    public List<Entry> points() throws IOException {
        return list((timeline, between) -> timeline.points(between));
    }

    /**
     * As {@link #points()}.
     *
     * @param lost is told after which points others are lost, because what is stored of them is damaged
     */
    public List<Entry> points(LongConsumer lost) throws IOException {
        return list((timeline, between) -> timeline.points(between, lost));
    }

    /** Reads points. */
    private interface Reading {
        List<Point> of(Timeline timeline, Between between) throws IOException;
    }

    private List<Entry> list(Reading reading) throws IOException {
        if (!Files.isDirectory(catalog.directory())) {
            return List.of();
        }
        try (Timeline timeline = open()) {
            if (!Files.exists(timeline.base())) {
                // Reading takes a lock, which a read-only disk does not have.
                return List.of();
            }
            return reading.of(timeline, new Changes(catalog, database).between()).stream()
                    .map(point -> entry(timeline.base(), point))
                    .toList();
        } catch (DamagedTimelineException e) {
            // The next backup sets it aside. The others are good.
            log.warn("The incremental backups of {} cannot be read: {}", database, e.toString());
            return List.of();
        }
    }

    /** When the newest point was taken. The directory is not created. */
    Optional<Instant> newest() throws IOException {
        return newestPoint().map(point -> point.header().time());
    }

    /** The id of the newest point. The directory is not created. */
    OptionalLong newestId() throws IOException {
        return newestPoint().stream().mapToLong(Point::id).findFirst();
    }

    private Optional<Point> newestPoint() throws IOException {
        if (!Files.isDirectory(catalog.directory())) {
            return Optional.empty();
        }
        try (Timeline timeline = open()) {
            return timeline.tail().map(Tail::newest);
        }
    }

    /** Whether a backup is a point. */
    public static boolean isPoint(Entry backup) {
        return backup.path().getFileName().toString().endsWith(".base");
    }

    /** One point. */
    public Optional<Entry> find(long id) throws IOException {
        return points().stream().filter(point -> point.id() == id).findFirst();
    }

    /**
     * Writes the database as it was at a point.
     *
     * @param target created or overwritten; not made durable
     */
    public void materialize(long id, Path target, CopyProgress progress) throws IOException {
        try (Timeline timeline = open();
                PointImage image = timeline.image(id)) {
            image.copyTo(target, progress::copiedAndCheck);
        }
    }

    /**
     * The points from one to another, deleted ones too.
     *
     * @return oldest first; empty if one of the two is not there, or any between them may be lost
     */
    List<Point> way(long from, long to) throws IOException {
        try (Timeline timeline = open()) {
            return timeline.way(from, to);
        }
    }

    /** The database as it was at a point, to be read a page at a time. Close it soon: it keeps points from being folded. */
    public PointImage image(long id) throws IOException {
        try (Timeline timeline = open()) {
            return timeline.image(id);
        }
    }

    /**
     * All points, one after the other; none where {@link #points} has none. Close it soon: it keeps points from being
     * folded.
     */
    public Optional<PointWalk> walk() throws IOException {
        if (points().isEmpty()) {
            return Optional.empty();
        }
        try (Timeline timeline = open()) {
            return Optional.of(timeline.walk());
        }
    }

    /** What is wrong with the pages that a point rests on; empty if nothing. */
    public List<String> verify(long id, CopyProgress progress) throws IOException {
        try (Timeline timeline = open();
                PointImage image = timeline.image(id)) {
            return image.verify(progress::copiedAndCheck);
        }
    }

    /**
     * All points, to be compared with their checksums at once; empty if there are none. Close it soon: it keeps points from
     * being folded. The directory is not created.
     *
     * @throws DamagedTimelineException if it can't be told what points there were
     */
    public Optional<TimelineCheck> check() throws IOException {
        if (!Files.isDirectory(catalog.directory())) {
            return Optional.empty();
        }
        try (Timeline timeline = open()) {
            return timeline.check();
        }
    }

    /** Deletes one point. Its pages go when no other point rests on them. */
    public void delete(long id) throws IOException {
        catalog.requireReader();
        try (Timeline timeline = open()) {
            timeline.delete(id);
        }
    }

    /**
     * Lets the oldest points go. The base stays, because the next point rests on it.
     *
     * @param first the id of the oldest that stays
     */
    public void keepFrom(long first) throws IOException {
        catalog.requireReader();
        try (Operation cleanup = Operation.cleanup(database);
                Timeline timeline = open()) {
            int gone = timeline.foldBefore(first);
            // The newest one can't be folded, and none while somebody reads.
            for (Point left : timeline.points()) {
                gone += left.id() < first && timeline.delete(left.id()) ? 1 : 0;
            }
            cleanup.done(Operation.INCREMENTAL, gone);
        }
    }

    private Timeline open() throws IOException {
        return open(catalog, database);
    }

    /**
     * A point as a backup.
     *
     * @param base the file that it rests on
     */
    public Entry entry(Path base, Point point) {
        return new Entry(
                point.id(),
                point.header().time(),
                base,
                point.header().comment(),
                point.header().auto(),
                point.storedBytes(),
                database,
                "",
                point.header().tables());
    }
}
