package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.timeline.BaseImage;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.Tail;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first point of a timeline, a copy of the whole database. A large one can be copied before the write lock is taken, so
 * that nobody has to wait for it.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class FirstPoint {

    private static final Logger log = LoggerFactory.getLogger(FirstPoint.class);

    private final Path backups;
    private final Timeline timeline;
    private final DatabaseFile database;
    private final CopyProgress watch;

    /** Whether the timeline was seen to have begun, so that nothing needs to be prepared. */
    private boolean begun;

    /** A copy made outside of the write lock, for the transaction that is about to begin; null if there is none. */
    private PreparedBase prepared;

    /**
     * @param backups the directory of the backups
     * @param watch hears of the copy, and may want it to end
     */
    FirstPoint(Path backups, Timeline timeline, DatabaseFile database, CopyProgress watch) {
        this.backups = backups;
        this.timeline = timeline;
        this.database = database;
        this.watch = watch;
    }

    /** Whether this object has seen that the timeline has begun. */
    boolean hasBegun() {
        return begun;
    }

    /** A point was taken. */
    void begun() {
        begun = true;
    }

    /** Whether {@link #take} would copy the whole of a large database. */
    boolean needsPreparation() throws IOException {
        begun |= timeline.tail().isPresent();
        return !begun && database.length() > PreparedBase.SMALL;
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
            DirectoryLock directory = DirectoryLock.ofReal(backups);
            prepared = PreparedBase.copy(directory, timeline, database, busyMillis, mayBeLocked, watch)
                    .orElse(null);
        } catch (CancellationException e) {
            throw e;
        } catch (IOException | SQLException | RuntimeException e) {
            log.debug("The first backup of {} is not prepared", database.path(), e);
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
                log.warn("A copy of {} that is not needed cannot be removed: {}", database.path(), e.toString());
            }
        }
    }

    /**
     * Begins the timeline with the state under the write lock.
     *
     * @param durable whether it has to be durable when this returns; a large copy is anyway
     */
    Tail take(CurrentPages now, Point.Header header, boolean durable) throws IOException {
        Optional<BaseImage> ready = prepared == null ? Optional.empty() : prepared.completed(now);
        if (ready.isPresent()) {
            return timeline.start(header, ready.get());
        }
        try (BaseImage base = BaseCopy.ofLocked(DirectoryLock.ofReal(backups), database, now, durable, watch)) {
            return timeline.start(header, base);
        }
    }
}
