package io.github.prtbackup.backup;

import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.Request;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.SameContent;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The automatic backups of one database by one connection that are full copies.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class FullBackups {

    private static final Logger log = LoggerFactory.getLogger(FullBackups.class);

    private final Path database;
    private final Catalog catalog;
    private final int keep;
    private final CopyProgress watch;

    /** The newest that was seen here; null before that. One that somebody has made since is younger. */
    private File seen;

    /** The last one of a transaction, as long as it is not known what becomes of the oldest; null if there is none. */
    private Catalog.Published unsettled;

    private boolean exclusive;

    /** Whether the transaction behind {@link #unsettled} is over. */
    private boolean isOver;

    /** The id of the last one whose transaction is known to have changed something. */
    private long changed;

    /**
     * @param keep how many backups stay
     * @param watch hears of what takes long, and may want it to end
     */
    FullBackups(Path database, Catalog catalog, int keep, CopyProgress watch) {
        this.database = database;
        this.catalog = catalog;
        this.keep = keep;
        this.watch = watch;
    }

    /**
     * Backs up the state that a connection has locked, which is its database of that name.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     */
    Entry take(SQLiteConnection locked, String schema, boolean exclusive, Occasion occasion)
            throws IOException, SQLException {
        try (PendingFile file = catalog.newFile()) {
            if (FullCopy.isSmall(locked, schema)) {
                FullCopy.ofLocked(locked, schema, database, Damage.REFUSED, file);
            } else {
                copyPages(locked, schema, exclusive, file);
            }
            Catalog.Published published =
                    catalog.publishBeforeTransaction(file, request(occasion), this::mayHaveChangedNothing);
            unsettled = published.expiring().isPresent() ? published : null;
            this.exclusive = exclusive;
            isOver = false;
            return published.backup();
        }
    }

    /** A point that was taken in between has seen another state. */
    private boolean mayHaveChangedNothing(Entry newest) throws IOException {
        return newest.id() != changed
                && new Timelines(catalog, database).newestId().orElse(0) < newest.id();
    }

    /** There is no transaction of the connection any more. */
    void transactionEnded() {
        isOver = true;
    }

    /**
     * Lets the oldest go if the last transaction has changed something. Nobody has to be locked out: what others have changed
     * since, they have made the next backup before, or it counts as changed by us.
     */
    void settle() throws IOException {
        if (unsettled == null || !isOver) {
            return;
        }
        Catalog.Published settling = unsettled;
        unsettled = null;
        boolean hasChanged = !isStill(settling.backup());
        if (hasChanged) {
            changed = settling.backup().id();
        }
        catalog.settle(settling, hasChanged);
    }

    /** Whether there is something to settle when the connection closes. */
    boolean isUnsettled() {
        return unsettled != null;
    }

    /** Whether the database is what it was. If in doubt it is not: one backup too few of many does less than one too many. */
    private boolean isStill(Entry backup) {
        if (database.toFile().length() == 0) {
            return backup.size() == 0;
        }
        try (PageSource source = new PageSource(database)) {
            CurrentPages now = source.now(exclusive);
            return SameContent.of(
                    backup.path(),
                    (offset, into, count) ->
                            now.read((int) (offset / now.pageSize()) + 1, count / now.pageSize(), into, 0),
                    (long) now.pages() * now.pageSize());
        } catch (IOException e) {
            log.debug("{} cannot be compared with its backup #{}", database, backup.id(), e);
            return false;
        }
    }

    /** SQLite's own backup could not be interrupted. */
    private void copyPages(SQLiteConnection locked, String schema, boolean exclusive, PendingFile file)
            throws IOException, SQLException {
        IntegrityCheck.requireSound(locked, schema);
        try (PageSource source = new PageSource(database)) {
            BaseCopy.copy(source.now(exclusive), file, watch);
        }
    }

    /**
     * Backs up the last committed state.
     *
     * @param busyMillis how long to wait for others that write it, in milliseconds
     * @param isNew whether the database has no content yet; a full backup of it is an empty file
     */
    Entry takeFromSnapshot(int busyMillis, boolean isNew, Occasion occasion) throws IOException, SQLException {
        try (PendingFile file = catalog.newFile()) {
            if (!isNew) {
                try (SQLiteConnection reader = LiveReader.open(database, busyMillis, catalog::scratchFile)) {
                    FullCopy.ofSnapshot(reader, Damage.REFUSED, file, CopyProgress.NONE);
                }
            }
            return publish(file, occasion);
        }
    }

    private Entry publish(PendingFile file, Occasion occasion) throws IOException {
        return catalog.publish(file, request(occasion));
    }

    private Request request(Occasion occasion) {
        return new Request(database, occasion.comment(), true, keep, occasion.tables());
    }

    /** When the newest that was seen here was made. When its file was written tells that to finer than a second. */
    Optional<Instant> newestSeen() {
        return Optional.ofNullable(seen).map(file -> Instant.ofEpochMilli(file.lastModified()));
    }

    /** When the newest was made. */
    Optional<Instant> newest() throws IOException {
        catalog.history(database).stream()
                .filter(Entry::auto)
                .findFirst()
                .ifPresent(entry -> seen = entry.path().toFile());
        return newestSeen();
    }
}
