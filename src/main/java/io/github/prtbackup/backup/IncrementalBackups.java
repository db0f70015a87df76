package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.PageComparison;
import io.github.prtbackup.backup.pages.PageHashes;
import io.github.prtbackup.backup.pages.PageList;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.config.Settings.Durability;
import io.github.prtbackup.store.BaseImage;
import io.github.prtbackup.store.DamagedTimelineException;
import io.github.prtbackup.store.DirectoryLock;
import io.github.prtbackup.store.PageSource;
import io.github.prtbackup.store.PageWriter;
import io.github.prtbackup.store.Point;
import io.github.prtbackup.store.PointImage;
import io.github.prtbackup.store.Tail;
import io.github.prtbackup.store.Timeline;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incremental backups of one database by one connection. Each takes the pages that have changed since the newest point
 * of the timeline, whoever made that, and adds them as the next.
 *
 * <p>Which pages have changed is either proved or found by a comparison of all pages. In WAL mode the log is the proof. With
 * a rollback journal it is what each connection of ours tells the others of its transactions; where somebody else has written,
 * all pages are compared.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class IncrementalBackups implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(IncrementalBackups.class);

    private final Path database;
    private final Catalog catalog;
    private final Settings settings;
    private final Timeline timeline;
    private final LazyFold fold;
    private final CopyProgress preparation;
    private final io.github.prtbackup.backup.pages.PageSource source;

    private final TransactionNotes notes;
    private final ClosingNotes closingNotes;

    /** Whether the timeline was seen to have begun, so that nothing needs to be prepared. */
    private boolean begun;

    /** Whether the files were seen to be there. */
    private boolean checked;

    /** Room for one page. */
    private byte[] content = new byte[0];

    /** A copy made outside of the write lock, for the transaction that is about to begin; null if there is none. */
    private PreparedBase prepared;

    /** The database's name in the connection, if it has taken a point of it. */
    private String schema;

    IncrementalBackups(Path database, Catalog catalog, Settings settings) throws IOException {
        this(database, catalog, settings, CopyProgress.NONE);
    }

    /** @param preparation hears of the copy that {@link #prepare} makes */
    IncrementalBackups(Path database, Catalog catalog, Settings settings, CopyProgress preparation) throws IOException {
        this.preparation = preparation;
        this.database = database;
        this.catalog = catalog;
        this.settings = settings;
        this.timeline = Timelines.open(DirectoryLock.of(catalog.directory()), database);
        this.fold = new LazyFold(timeline, settings.keepPoints());
        this.source = new io.github.prtbackup.backup.pages.PageSource(database);
        this.notes = new TransactionNotes(timeline, source.database());
        this.closingNotes = new ClosingNotes(timeline, source);
    }

    /**
     * Adds the state under the write lock, which has content and has not been changed yet.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     * @param name that of the database in the connection
     */
    void take(boolean exclusive, String name, String comment) throws IOException {
        CurrentPages now = source.now(exclusive);
        Position position = now.position();
        Optional<Tail> tail = usableTail();
        Point.Header header = new Point.Header(
                catalog.reserveId(),
                Instant.now(),
                comment,
                true,
                now.pageSize(),
                Integer.toUnsignedLong(now.pages()),
                ByteBuffer.wrap(position.encode()));
        if (tail.isEmpty()) {
            start(now, header);
        } else {
            append(now, tail.get(), header);
        }
        begun = true;
        notes.began(now);
        // Who has the database to himself deletes the log whatever he has noted.
        schema = exclusive ? null : name;
        fold.startIfDue();
    }

    /** Whether this object has seen that the timeline has begun. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether the first backup would copy the whole of a large database. */
    boolean needsPreparation() throws IOException {
        begun |= timeline.tail().isPresent();
        return !begun && source.database().length() > PreparedBase.SMALL;
    }

    /**
     * Copies the database before the connection takes the write lock. Without the copy {@link #take} makes one under the
     * lock, so nothing that goes wrong here matters.
     *
     * @param busyMillis how long the connection waits for locks
     * @param mayBeLocked whether the connection may hold the write lock already
     */
    void prepare(int busyMillis, boolean mayBeLocked) {
        try {
            discardPrepared();
            DirectoryLock directory = DirectoryLock.of(catalog.directory());
            prepared = PreparedBase.copy(directory, timeline, source.database(), busyMillis, mayBeLocked, preparation)
                    .orElse(null);
        } catch (IOException | SQLException | RuntimeException e) {
            log.debug("The first backup of {} is not prepared", database, e);
        }
    }

    /** Removes the copy that {@link #prepare} has made, if there is one still. */
    void discardPrepared() {
        PreparedBase unused = prepared;
        prepared = null;
        if (unused != null) {
            try {
                unused.close();
            } catch (IOException | RuntimeException e) {
                log.warn("A copy of {} that is not needed cannot be removed: {}", database, e.toString());
            }
        }
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

    /** The database's name in the connection, if there is something to note when the connection closes. */
    Optional<String> schemaToNote() throws IOException {
        return source.isAlone()
                        && source.database()
                                .header()
                                .filter(DatabaseHeader::wal)
                                .isPresent()
                ? Optional.ofNullable(schema)
                : Optional.empty();
    }

    /** The connection is about to close. It holds the write lock, and all of the log is in the file, if that was possible. */
    void leaveClosingNote() throws IOException {
        Optional<Tail> tail = timeline.tail();
        if (tail.isPresent()) {
            closingNotes.leave(position(tail.get().newest()));
        }
    }

    /** The transaction is over, one way or another. */
    void transactionEnded() {
        fold.catchUp();
    }

    /** What the present transaction tells others about itself. */
    TransactionNotes notes() {
        return notes;
    }

    @Override
    public void close() throws IOException {
        discardPrepared();
        fold.finish();
        source.close();
        timeline.close();
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

    private void start(CurrentPages now, Point.Header header) throws IOException {
        Optional<BaseImage> ready = prepared == null ? Optional.empty() : prepared.completed(now);
        if (ready.isPresent()) {
            timeline.start(header, ready.get());
            return;
        }
        try (BaseImage base = BaseCopy.ofLocked(DirectoryLock.of(catalog.directory()), source.database(), now)) {
            timeline.start(header, base);
        }
    }

    private void append(CurrentPages now, Tail tail, Point.Header header) throws IOException {
        Changed changed = changedSince(tail, now);
        PageSource pages;
        if (changed instanceof Changed.Complete complete) {
            pages = writer -> copy(now, complete.pages(), writer);
        } else if (tail.newest().pageSize() != now.pageSize()) {
            pages = writer -> copy(now, writer);
        } else {
            pages = compared(now, tail.newest());
        }
        timeline.append(tail, header, pages, settings.durability() == Durability.SYNC);
    }

    private PageSource compared(CurrentPages now, Point newest) throws IOException {
        try {
            // Read before the timeline is locked for the append: a fold keeps readers waiting, and needs that lock.
            PageHashes stored = hashes(newest);
            return writer -> PageComparison.run(
                    now,
                    stored,
                    (page, content, offset) -> writer.page(page, ByteBuffer.wrap(content, offset, now.pageSize())));
        } catch (DamagedTimelineException e) {
            // A point with all pages rests on none that is damaged, and keeps the good ones of the older points.
            log.warn("The newest backup of {} is damaged, so the next has all pages: {}", database, e.toString());
            return writer -> copy(now, writer);
        }
    }

    private void copy(CurrentPages now, PageList pages, PageWriter writer) throws IOException {
        if (content.length != now.pageSize()) {
            content = new byte[now.pageSize()];
        }
        for (int i = 0; i < pages.size(); i++) {
            now.read(pages.get(i), 1, content, 0);
            writer.page(pages.get(i), ByteBuffer.wrap(content));
        }
    }

    private static void copy(CurrentPages now, PageWriter writer) throws IOException {
        byte[] content = new byte[now.pageSize()];
        for (int page = 1; page <= now.pages(); page++) {
            now.read(page, 1, content, 0);
            writer.page(page, ByteBuffer.wrap(content));
        }
    }

    private PageHashes hashes(Point point) throws IOException {
        PageHashes hashes = new PageHashes(point.pageSize());
        try (PointImage image = timeline.basis(point)) {
            hashes.resize((int) point.pages());
            byte[] content = new byte[point.pageSize()];
            image.forEachPage((number, page) -> {
                page.get(content);
                hashes.put((int) number, content, 0);
            });
        }
        return hashes;
    }

    private Changed changedSince(Tail tail, CurrentPages now) throws IOException {
        if (tail.newest().pageSize() != now.pageSize()) {
            return new Changed.Lost("the page size has changed");
        }
        Position newest = position(tail.newest());
        Changed changed = now.since(newest, notes.since(newest, now));
        if (changed instanceof Changed.Lost lost && closingNotes.since(now) instanceof Changed.Complete complete) {
            log.debug("{} was not written since its last connection closed; {}", database, lost.why());
            return complete;
        }
        if (changed instanceof Changed.Lost lost) {
            log.debug("All pages of {} are compared: {}", database, lost.why());
        }
        return changed;
    }

    private static Position position(Point point) {
        ByteBuffer encoded = point.header().position();
        byte[] position = new byte[encoded.remaining()];
        encoded.get(position);
        return Position.decode(position);
    }
}
