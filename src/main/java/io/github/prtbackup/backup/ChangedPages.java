package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.PageComparison;
import io.github.prtbackup.backup.pages.PageHashes;
import io.github.prtbackup.backup.pages.PageList;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.timeline.DamagedTimelineException;
import io.github.prtbackup.timeline.PageSupplier;
import io.github.prtbackup.timeline.PageWriter;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.PointImage;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of the next point: those that have changed since the newest, whoever made that.
 *
 * <p>Which these are is either proved or found by a comparison of all pages. In WAL mode the log is the proof. With a
 * rollback journal it is what each connection of ours tells the others of its transactions; where somebody else has written,
 * all pages are compared. Only what was noted when the last connection closed is believed without proof.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class ChangedPages {

    private static final Logger log = LoggerFactory.getLogger(ChangedPages.class);

    private final Path database;
    private final Timeline timeline;
    private final TransactionNotes notes;
    private final ClosingNotes closingNotes;
    private final CopyProgress watch;

    /** Room for one page. */
    private byte[] content = new byte[0];

    ChangedPages(
            Path database, Timeline timeline, TransactionNotes notes, ClosingNotes closingNotes, CopyProgress watch) {
        this.database = database;
        this.timeline = timeline;
        this.notes = notes;
        this.closingNotes = closingNotes;
        this.watch = watch;
    }

    /**
     * What the next point is made of.
     *
     * @param position where the database stands
     * @param pages those that have changed, read while the point is appended
     */
    record Next(Position position, PageSupplier pages) {}

    /** The next point. */
    Next since(Point newest, CurrentPages now) throws IOException {
        if (newest.pageSize() != now.pageSize()) {
            log.debug("All pages of {} are stored: the page size has changed", database);
            return new Next(now.position(), all(now));
        }
        if (changed(newest, now) instanceof Changed.Complete complete) {
            Position position = complete.counted() ? now.position().goingOn() : now.position();
            return new Next(position, writer -> copy(now, complete.pages(), writer));
        }
        return new Next(now.position(), compared(newest, now));
    }

    /** What has changed since, of the same page size; empty if all pages would have to be compared. */
    Optional<PageList> known(Point newest, CurrentPages now) throws IOException {
        return changed(newest, now) instanceof Changed.Complete complete
                ? Optional.of(complete.pages())
                : Optional.empty();
    }

    private Changed changed(Point newest, CurrentPages now) throws IOException {
        if (newest.pages() == 0) {
            return new Changed.Complete(new PageList.Builder(now.pages(), now.pageSize())
                    .addRange(1, now.pages())
                    .build());
        }
        Position then = position(newest);
        Changed changed = now.since(then, notes.since(then, now));
        if (changed instanceof Changed.Lost lost && closingNotes.since(now) instanceof Changed.Complete complete) {
            log.debug("{} was not written since its last connection closed; {}", database, lost.why());
            return complete;
        }
        if (changed instanceof Changed.Lost lost) {
            log.debug("All pages of {} are compared: {}", database, lost.why());
        }
        return changed;
    }

    /** Where the database stood when a point was taken. */
    static Position position(Point point) {
        ByteBuffer encoded = point.header().position();
        byte[] position = new byte[encoded.remaining()];
        encoded.get(position);
        return Position.decode(position);
    }

    private PageSupplier compared(Point newest, CurrentPages now) throws IOException {
        try {
            // Read before the timeline is locked for the append: a fold keeps readers waiting, and needs that lock.
            PageHashes stored = hashes(newest);
            return writer -> PageComparison.run(
                    now,
                    stored,
                    watch::check,
                    (page, content, offset) -> writer.page(page, ByteBuffer.wrap(content, offset, now.pageSize())));
        } catch (DamagedTimelineException e) {
            // A point with all pages rests on none that is damaged, and keeps the good ones of the older points.
            log.warn("The newest backup of {} is damaged, so the next has all pages: {}", database, e.toString());
            return all(now);
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

    private PageSupplier all(CurrentPages now) {
        return writer -> {
            makeRoom(now);
            for (int page = 1; page <= now.pages(); page++) {
                copy(now, page, writer);
            }
        };
    }

    private void copy(CurrentPages now, PageList pages, PageWriter writer) throws IOException {
        makeRoom(now);
        pages.forEach(page -> copy(now, page, writer));
    }

    private void makeRoom(CurrentPages now) {
        if (content.length != now.pageSize()) {
            content = new byte[now.pageSize()];
        }
    }

    private void copy(CurrentPages now, int page, PageWriter writer) throws IOException {
        now.read(page, 1, content, 0);
        writer.page(page, ByteBuffer.wrap(content));
    }
}
