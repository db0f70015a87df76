package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.backup.pages.PageList;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.timeline.BaseImage;
import io.github.prtbackup.timeline.Timeline;
import java.io.Closeable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The base of a timeline that is about to begin, copied before the user's connection takes the write lock, so that nobody
 * else waits for the copy.
 *
 * <p>Only one at a time makes such a copy; the others wait until the timeline has begun, or it seems that it never will. That can't end in a deadlock,
 * because <b>nobody who holds a lock of SQLite waits for it</b>: the user's connection holds none yet, or else nothing is
 * prepared and the copy is made under its lock. So who holds the lock of the copy may wait for SQLite's.
 *
 * <p>It keeps a connection of ours open from the moment at which the copy began: in WAL mode that somebody in this process
 * had the wal-index open since is part of the proof that no commit was missed.
 *
 * <p>Not thread-safe. Closed when the point is made, or will not be; what was not used is removed.
 */
final class PreparedBase implements Closeable {

    /** Up to this size a copy under the lock takes a few milliseconds. */
    static final long SMALL = 8 << 20;

    /**
     * How long to see whether the write lock is free, where it may be held by the connection that we work for. Somebody
     * else's short transactions end in that time; that of our own connection does not.
     */
    private static final long PATIENCE_NANOS = 200_000_000;

    private final Closeable turn;
    private final BriefLock beside;
    private final PageSource source;
    private BaseCopy copy;

    private PreparedBase(Closeable turn, BriefLock beside, PageSource source) {
        this.turn = turn;
        this.beside = beside;
        this.source = source;
    }

    /**
     * Copies a large database.
     *
     * @param directory the lock of the backup directory
     * @param timeline the database's, perhaps about to begin
     * @param file the database as the user's connection has it open
     * @param busyMillis how long that connection waits for locks
     * @param mayBeLocked whether that connection may hold the write lock already
     * @param progress hears of the copy
     * @return empty if there is nothing to prepare, or nobody should wait for it
     */
    static Optional<PreparedBase> copy(
            DirectoryLock directory,
            Timeline timeline,
            DatabaseFile file,
            int busyMillis,
            boolean mayBeLocked,
            CopyProgress progress)
            throws IOException, SQLException {
        BriefLock beside = BriefLock.open(file.path(), busyMillis);
        Closeable turn = null;
        PreparedBase prepared = null;
        try {
            // Another file at the path would be another database.
            if (!file.isCurrent() || (mayBeLocked && !beside.isFreeWithin(PATIENCE_NANOS))) {
                return Optional.empty();
            }
            turn = timeline.lockStart().orElse(null);
            if (turn == null || timeline.tail().isPresent()) {
                return Optional.empty();
            }
            PreparedBase begun = new PreparedBase(turn, beside, new PageSource(file));
            if (begun.copy(directory, file, progress)) {
                prepared = begun;
            }
            return Optional.ofNullable(prepared);
        } finally {
            if (prepared == null) {
                Closeable taken = turn;
                try (beside;
                        taken) {
                    // Nothing was prepared, so nothing is kept.
                }
            }
        }
    }

    private boolean copy(DirectoryLock directory, DatabaseFile file, CopyProgress progress)
            throws IOException, SQLException {
        try {
            Start start = new Start();
            if (!beside.hold(() -> start.read(source.now(false)))) {
                return false;
            }
            copy = BaseCopy.ofFile(directory, file, start.position, start.besideFile, progress);
            return true;
        } finally {
            if (copy == null) {
                source.close();
            }
        }
    }

    /** What is known of the moment before the copy. */
    private static final class Start {
        private Position position;
        private PageList besideFile;

        void read(CurrentPages now) throws IOException {
            position = now.position();
            besideFile = now.besideFile();
        }
    }

    /** The state under the write lock; empty if the copy is of no use for it. */
    Optional<BaseImage> completed(CurrentPages now) throws IOException {
        return copy.fits(now) ? Optional.of(copy.completed(now)) : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        try (turn;
                beside;
                source) {
            copy.close();
        }
    }
}
