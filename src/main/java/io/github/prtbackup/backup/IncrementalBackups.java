package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.config.Settings.Durability;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.timeline.DamagedTimelineException;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.Tail;
import io.github.prtbackup.timeline.Timeline;
import io.github.prtbackup.timeline.TimelineMovedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incremental backups of one database by one connection. Each adds a point to the timeline: the first is a copy of the
 * database ({@link FirstPoint}), each other the pages that have changed since the newest ({@link ChangedPages}).
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class IncrementalBackups implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(IncrementalBackups.class);

    private final Path database;
    private final Catalog catalog;
    private final Settings settings;
    private final Timeline timeline;
    private final PageSource source;
    private final FirstPoint first;
    private final ChangedPages changed;
    private final LazyFold fold;
    private final TransactionNotes notes;
    private final ClosingNotes closingNotes;

    /** Whether the files were seen to be there. */
    private boolean checked;

    private long sizeInWal;

    /** @param patience how long to wait for the locks of the backup directory */
    /** @param watch hears of what takes long, and may want it to end */
    IncrementalBackups(Path database, Catalog catalog, Patience patience, Settings settings, CopyProgress watch)
            throws IOException {
        this.database = database;
        this.catalog = catalog;
        this.settings = settings;
        this.timeline = Timeline.open(catalog.lock(), patience, catalog.claim(database));
        // The last that may fail: nobody would close it.
        this.source = new PageSource(database);
        this.first = new FirstPoint(catalog.directory(), timeline, source.database(), watch);
        this.notes = new TransactionNotes(timeline, source.database());
        this.closingNotes = new ClosingNotes(timeline, source);
        this.changed = new ChangedPages(database, timeline, notes, closingNotes, watch);
        this.fold = new LazyFold(timeline, settings.keepPoints(), new Changes(catalog, database)::between);
    }

    /**
     * Adds the state under the write lock, which has not been changed yet.
     *
     * @param smaller the database must be larger than that, in bytes
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     * @param name that of the database in the connection
     * @return the new point; null if the database is too small
     */
    Point take(long smaller, boolean exclusive, String name, Occasion occasion) throws IOException {
        sizeInWal = 0;
        CurrentPages now = source.now(exclusive);
        long size = (long) now.pages() * now.pageSize();
        if (size <= smaller) {
            return null;
        }
        Tail added = add(now, occasion);
        first.begun();
        sizeInWal = now.inWalMode() ? size : 0;
        notes.began(now);
        closingNotes.tookPoint(exclusive, name);
        source.rest();
        fold.startIfDue();
        return added.newest();
    }

    private Tail add(CurrentPages now, Occasion occasion) throws IOException {
        while (true) {
            // First, because it notices a directory that was deleted.
            long id = catalog.reserveId();
            Optional<Tail> tail = usableTail();
            Instant time = Instant.now();
            if (tail.isEmpty()) {
                try {
                    return first.take(now, header(id, time, now.position(), now, occasion), isDurable());
                } catch (TimelineMovedException e) {
                    log.debug("Somebody has just begun the backups of {} with an empty database", database, e);
                }
            } else if (tail.get().newest().id() < id) {
                ChangedPages.Next next = changed.since(tail.get().newest(), now);
                return timeline.append(
                        tail.get(), header(id, time, next.position(), now, occasion), next.pages(), isDurable());
            }
        }
    }

    /**
     * Begins the timeline with a database that has no content yet, without a lock of it.
     *
     * @return the new point; empty if the timeline has begun, or can't be used
     */
    Optional<Point> takeNew(Occasion occasion) throws IOException {
        try {
            if (timeline.tail().isPresent()) {
                return Optional.empty();
            }
            CurrentPages now = source.now(false);
            if (now.pages() > 0) {
                return Optional.empty();
            }
            Tail added = first.take(
                    now, header(catalog.reserveId(), Instant.now(), now.position(), now, occasion), isDurable());
            first.begun();
            return Optional.of(added.newest());
        } catch (DamagedTimelineException | NoSuchFileException | TimelineMovedException e) {
            log.debug("The backups of {} don't begin here", database, e);
            return Optional.empty();
        }
    }

    private boolean isDurable() {
        return settings.durability() == Durability.SYNC;
    }

    private static Point.Header header(long id, Instant time, Position position, CurrentPages now, Occasion occasion) {
        return new Point.Header(
                id,
                time,
                occasion.comment(),
                true,
                now.pageSize(),
                Integer.toUnsignedLong(now.pages()),
                ByteBuffer.wrap(position.encode()),
                occasion.tables());
    }

    /** Bytes of the database at the last point that was taken here; 0 if it was not in WAL mode, or that has failed. */
    long sizeInWal() {
        return sizeInWal;
    }

    /** Whether this object has seen that the timeline has begun. */
    boolean hasBegun() {
        return first.hasBegun();
    }

    /** See {@link FirstPoint#needsPreparation}. */
    boolean needsPreparation() throws IOException {
        return first.needsPreparation();
    }

    /** See {@link FirstPoint#prepare}. */
    void prepare(int busyMillis, boolean mayBeLocked) {
        first.prepare(busyMillis, mayBeLocked);
    }

    /** See {@link FirstPoint#discardPrepared}. */
    void discardPrepared() {
        first.discardPrepared();
    }

    /** When the newest point was taken. */
    Optional<Instant> newest() throws IOException {
        return timeline.tail().map(tail -> tail.newest().header().time());
    }

    /** Whether also a transaction that takes no point has to hold the write lock and tell what it changes. */
    boolean needsNoteWithoutPoint() throws IOException {
        return timeline.tail().isPresent()
                && source.database().header().filter(header -> !header.wal()).isPresent();
    }

    /** Such a transaction has the write lock, and has changed nothing yet. */
    void skip(boolean exclusive) throws IOException {
        notes.began(source.now(exclusive));
    }

    /** See {@link LazyFold#catchUp}. */
    void catchUp() {
        fold.catchUp();
    }

    /** What the present transaction tells others about itself. */
    TransactionNotes notes() {
        return notes;
    }

    /** What is told of the database when the connection closes. */
    ClosingNotes closingNotes() {
        return closingNotes;
    }

    @Override
    public void close() throws IOException {
        try (timeline;
                source) {
            discardPrepared();
            fold.finish();
        }
    }

    /**
     * The end of the timeline. One that points can't be added to, or whose new points could never be restored, is set aside
     * for a new one: it must not keep the application from writing for ever.
     */
    private Optional<Tail> usableTail() throws IOException {
        try {
            if (!checked) {
                timeline.requireFiles();
                checked = true;
            }
            fold.insist();
            return timeline.tail();
        } catch (DamagedTimelineException | NoSuchFileException e) {
            timeline.setAside();
            checked = false;
            fold.timelineSetAside();
            log.warn(
                    "The incremental backups of {} are damaged and set aside, their files in {} are renamed to .damaged;"
                            + " new ones begin with a full copy: {}",
                    database,
                    catalog.directory(),
                    e.toString());
            return timeline.tail();
        }
    }
}
