package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.backup.pages.PageList;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.PointImage;
import io.github.prtbackup.timeline.Tail;
import io.github.prtbackup.timeline.Timeline;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * A database as it was a moment ago: its newest incremental backup, and a copy of the pages that have changed since. Which
 * these are has to be known as it is for the next backup, without a comparison of all pages. Then the write lock is held for
 * as long as a backup would hold it, and nothing is changed.
 *
 * <p>While it is open, nothing is folded. Not thread-safe.
 */
public final class PresentState implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(PresentState.class);

    /** Many pages are better copied in a read transaction, for which writers in WAL mode do not wait. */
    private static final int MOST_BYTES = 16 << 20;

    /** Who writes for longer need not be waited for: there is another way. */
    private static final int MOST_MILLIS = 200;

    private final PointImage newest;
    private final int pages;
    /** Ascending, in the order in which they are in the copy. */
    private final int[] changed;

    private final PositionalFile copy;

    private PresentState(PointImage newest, int pages, int[] changed, PositionalFile copy) {
        this.newest = newest;
        this.pages = pages;
        this.changed = changed;
        this.copy = copy;
    }

    /**
     * Takes a look at a database.
     *
     * @param catalog that of its backups
     * @param copy takes the pages, and stays for as long as this is open
     * @return empty if there is no incremental backup, if the changes since are not known or many, or if the lock can't be had
     * @throws IOException if something can't be read or written
     */
    public static Optional<PresentState> of(Catalog catalog, Path database, PendingFile copy) throws IOException {
        Reading reading = null;
        try (DatabaseFile file = DatabaseFile.of(database);
                SQLiteConnection reader = LiveReader.openInPlace(database, MOST_MILLIS);
                BriefLock lock = BriefLock.open(database, MOST_MILLIS);
                Timeline timeline = Timelines.open(catalog, database);
                PageSource source = new PageSource(file)) {
            // The last to close a database in WAL mode empties the log. One that can only read does not.
            Queries.size(reader, "main");
            reading = new Reading(timeline, source, copy);
            boolean unused = lock.hold(reading::run);
        } catch (SQLException e) {
            log.debug("The write lock of {} can't be had", database, e);
        } catch (IOException | RuntimeException | Error e) {
            if (reading != null && reading.state != null) {
                reading.state.close();
            }
            throw e;
        }
        return reading == null ? Optional.empty() : Optional.ofNullable(reading.state);
    }

    /** What happens under the lock. */
    private static final class Reading {
        private final Timeline timeline;
        private final PageSource source;
        private final PendingFile copy;
        private PresentState state;

        Reading(Timeline timeline, PageSource source, PendingFile copy) {
            this.timeline = timeline;
            this.source = source;
            this.copy = copy;
        }

        void run() throws IOException {
            Optional<Tail> tail = timeline.tail();
            // Another file at the path, since the first look, would be another database, and the lock is on that.
            if (tail.isEmpty()
                    || !source.database().isCurrent()
                    || source.database().header().isEmpty()) {
                return;
            }
            Point newest = tail.get().newest();
            CurrentPages now = source.now(false);
            DatabaseFile file = source.database();
            ChangedPages changed = new ChangedPages(
                    file.path(),
                    timeline,
                    new TransactionNotes(timeline, file),
                    new ClosingNotes(timeline, source),
                    CopyProgress.NONE);
            Optional<PageList> known =
                    newest.pageSize() == now.pageSize() ? changed.known(newest, now) : Optional.empty();
            if (known.isPresent() && known.get().size() <= MOST_BYTES / now.pageSize()) {
                state = open(timeline.basis(newest), now, copied(known.get(), now));
            }
        }

        private int[] copied(PageList pages, CurrentPages now) throws IOException {
            int[] numbers = new int[pages.size()];
            int[] count = {0};
            byte[] content = new byte[now.pageSize()];
            pages.forEach(page -> {
                now.read(page, 1, content, 0);
                copy.write(content);
                numbers[count[0]++] = page;
            });
            return numbers;
        }

        private PresentState open(PointImage newest, CurrentPages now, int[] changed) throws IOException {
            try {
                return new PresentState(newest, now.pages(), changed, PositionalFile.read(copy.path()));
            } catch (IOException | RuntimeException | Error e) {
                try (newest) {
                    throw e;
                }
            }
        }
    }

    /** The newest incremental backup, which it rests on; closed with this. */
    public PointImage newest() {
        return newest;
    }

    /** How many pages the database has. */
    public int pages() {
        return pages;
    }

    /** The pages that have changed since the newest backup, and maybe more; a set of the caller's own. */
    public BitSet changed() {
        BitSet numbers = new BitSet();
        for (int page : changed) {
            numbers.set(page);
        }
        numbers.set(
                Math.min(pages, (int) newest.point().pages()) + 1,
                Math.max(pages, (int) newest.point().pages()) + 1);
        return numbers;
    }

    /**
     * The content of a page.
     *
     * @param number from 1 to the number of pages
     * @return one page
     * @throws IOException if it can't be read
     */
    public ByteBuffer page(int number) throws IOException {
        int index = Arrays.binarySearch(changed, number);
        if (index < 0) {
            return newest.page(number);
        }
        ByteBuffer content = ByteBuffer.allocate(newest.point().pageSize());
        if (!copy.read(content, (long) index * content.capacity())) {
            throw new IOException("the copy of page " + number + " is gone");
        }
        return content.flip();
    }

    @Override
    public void close() throws IOException {
        try (newest) {
            copy.close();
        }
    }
}
