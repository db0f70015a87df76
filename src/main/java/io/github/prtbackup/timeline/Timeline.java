package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.HeldByOthersException;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.LockFile;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.files.RangeLock;
import io.github.prtbackup.files.RegularFile;
import io.github.prtbackup.files.SpinLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The recovery points of one database, as a base image and a log of the pages that changed after it. The format is in
 * {@code docs/timeline-format.md}.
 *
 * <p>Who appends is responsible that nobody else does so at the same time, in this process or another: he holds SQLite's
 * write lock of the database while he calls {@link #start}, {@link #append} or {@link #announce}. Everything else may be
 * called at any time. A reader that meets a write under way does not see it.
 *
 * <p>A point whose {@link #append} has returned survives the death of the process. After a crash of the operating system
 * the newest points may be lost unless they were synced; what was lost is noticed, and never damages an older point.
 *
 * <p>Thread-safe; {@link #fold} and {@link PointImage} do not keep others from appending. All methods throw an
 * {@link IOException} if the files can't be read or written, a {@link DamagedTimelineException} if they are damaged
 * where no good part of them would help, and an {@link UnknownVersionException} if a newer version of this program wrote
 * them.
 */
public final class Timeline implements AutoCloseable {
    /** The most bytes that a note may have. */
    public static final int LONGEST_ANNOUNCEMENT = LogWriter.LONGEST_PAYLOAD;

    private final TimelineFiles files;
    /** Guards all that is below. */
    private final SpinLock guard = new SpinLock();

    private final Consumer<TimelineStep> progress;
    private final LogTail tail;
    private final LogWriter writer;
    /** {@link DirectoryLock#generation} when the tail was looked for. */
    private int generation;

    /** How many bytes lay behind the end, when that was last looked for, that are no good record. */
    private long excess;

    private final OwnAnnouncements own = new OwnAnnouncements();

    private Timeline(TimelineFiles files, Consumer<TimelineStep> progress, int pointsInSegment) {
        this.files = files;
        this.progress = progress;
        this.tail = new LogTail(files);
        this.writer = new LogWriter(files, tail, progress, pointsInSegment);
    }

    /**
     * The timeline of a database, which need not have begun. Opens no file yet.
     *
     * @param directory the lock of the backup directory
     * @param database the database as the directory knows it
     * @return the timeline
     */
    public static Timeline open(DirectoryLock directory, DatabaseId database) {
        return open(directory, Patience.LONG, database);
    }

    /**
     * As {@link #open(DirectoryLock, DatabaseId)}, for who may hold locks of the database.
     *
     * @param patience how long to wait for each lock of the directory; who needs one longer gets a
     *     {@link HeldByOthersException}
     */
    public static Timeline open(DirectoryLock directory, Patience patience, DatabaseId database) {
        return new Timeline(new TimelineFiles(directory, patience, database), step -> {}, LogWriter.MOST_POINTS);
    }

    /** With a look between the steps, and segments of any size. */
    static Timeline open(
            DirectoryLock directory, DatabaseId database, Consumer<TimelineStep> progress, int pointsInSegment) {
        return new Timeline(new TimelineFiles(directory, Patience.LONG, database), progress, pointsInSegment);
    }

    /**
     * The file that all points rest on. It is there once the timeline has begun.
     *
     * @return its path
     */
    public Path base() {
        return files.base();
    }

    /**
     * The timelines in a directory, of whatever databases. One whose head is damaged is left out.
     *
     * @param directory the lock of the backup directory
     * @return the timelines, in no particular order
     */
    public static List<Timeline> all(DirectoryLock directory) throws IOException {
        return TimelineFiles.all(directory).stream()
                .map(files -> new Timeline(files, step -> {}, LogWriter.MOST_POINTS))
                .toList();
    }

    /**
     * The database.
     *
     * @return its path, as it was given to {@link #open}
     */
    public Path original() {
        return files.original();
    }

    /**
     * Looks whether others have added something. For the writer that costs no more than a look behind the end that it
     * knows, and asks for no times of the file that it is about to write; {@link LockFile} tells why.
     */
    private void refresh() throws IOException {
        if (writer.endsAsKnown()) {
            excess = 0;
            return;
        }
        int now = files.directory().generation();
        if (now != generation) {
            generation = now;
            tail.forget();
        }
        excess = tail.refresh();
    }

    /**
     * Where the timeline ends now.
     *
     * @return its newest point among others; empty if it has not begun
     */
    public Optional<Tail> tail() throws IOException {
        guard.lock();
        try (guard) {
            refresh();
            return Optional.ofNullable(tail.tail());
        }
    }

    /**
     * Keeps others from making a base for this timeline at the same time, in this process or another, for as long as the
     * result is open. Waits for who does, as long as he gets on. It keeps nobody from anything else, {@link #start} included;
     * who has it looks for a {@link #tail} first.
     *
     * @return to be closed soon; empty if another process has it and does not get on
     */
    public Optional<Closeable> lockStart() throws IOException {
        return Optional.ofNullable(files.startLease());
    }

    /**
     * Begins the timeline with a full image. It is durable when this returns if the image is, and else soon. Who begins it
     * with an empty database need not hold SQLite's lock, which would write the first page: that of the directory is held.
     *
     * @param header what the image is; its page size and number of pages are those of the image
     * @param image the image, in the directory of the timeline
     * @return the tail, with the first point
     * @throws TimelineMovedException if it has begun already
     */
    public Tail start(Point.Header header, BaseImage image) throws IOException {
        guard.lock();
        try (guard) {
            if (header.pageSize() != image.pageSize() || header.pages() != image.pages()) {
                throw new IllegalArgumentException("the image has " + image.pages() + " pages of " + image.pageSize()
                        + " bytes, and not " + header.pages() + " of " + header.pageSize());
            }
            return files.hold(() -> begin(header, image));
        }
    }

    private Tail begin(Point.Header header, BaseImage image) throws IOException {
        if (tail().isPresent()) {
            throw new TimelineMovedException(files.head() + " is there already");
        }
        image.publish(files);
        progress.accept(TimelineStep.START_BASE_PUBLISHED);
        LogPosition logStart = writer.create(header, image.isDurable());
        if (image.isDurable()) {
            files.directory().sync();
        }
        progress.accept(TimelineStep.START_LOG_CREATED);
        LogPosition settled = new LogPosition(logStart.segment(), 0, 0);
        Head head = Head.startingWith(files.home().toString(), logStart, settled, header);
        if (image.isDurable()) {
            head.publish(files);
        } else {
            head.publishBuffered(files);
            tail.begunFresh(logStart);
        }
        progress.accept(TimelineStep.START_HEAD_PUBLISHED);
        tail.segmentBegun(head.oldest(), logStart);
        tail.settled(logStart.segment());
        settleLater();
        return tail.tail();
    }

    /**
     * Adds a point. It has all pages of the point before it but those that are given, up to its own size.
     *
     * @param since the tail, which the caller has asked for in the same hold of SQLite's lock, and the pages differ from.
     *     It is not looked for once more
     * @param header what the point is; its id is larger than that of the newest point
     * @param pages gives the pages that differ. All pages that the newest point is too small for are among them, and all
     *     there are if the page size differs from its own
     * @param sync whether the point is made durable
     * @return the tail, with the new point
     * @throws TimelineMovedException if this instance knows that the timeline does not end there any more; nothing was
     *     written
     * @throws IllegalArgumentException if pages are missing, or the id is not larger; nothing was written
     */
    public Tail append(Tail since, Point.Header header, PageSupplier pages, boolean sync) throws IOException {
        guard.lock();
        try (guard) {
            if (tail.tail() == null || !tail.tail().end().equals(since.end())) {
                throw new TimelineMovedException(files.head() + " has moved since point "
                        + since.newest().id());
            }
            if (header.id() <= since.newest().id()) {
                throw new IllegalArgumentException("id " + header.id() + " is not larger than the newest, "
                        + since.newest().id());
            }
            if (sync && tail.fresh() != null) {
                FreshBase.settle(files, tail.fresh());
                tail.baseSettled();
            }
            writer.append(header, pages, excess, sync);
            excess = 0;
            settleLater();
            own.pointAdded(tail.tail().end());
            return tail.tail();
        }
    }

    /** Has the base made durable if it may not be: the one that was just begun, or that a process has left. */
    private void settleLater() {
        if (tail.fresh() != null && FreshBase.settleLater(files, tail.fresh())) {
            tail.baseSettled();
        }
    }

    /**
     * Leaves a note behind the newest point, for all processes to read until there is a newer one.
     *
     * @param payload the caller's bytes, at most {@link #LONGEST_ANNOUNCEMENT}
     * @return the note, to be marked
     */
    public Announcement announce(ByteBuffer payload) throws IOException {
        guard.lock();
        try (guard) {
            refresh();
            if (tail.tail() == null) {
                throw new IllegalStateException(files.head() + " is not there");
            }
            Announcement announcement = writer.announce(payload, excess);
            own.added(announcement, tail.tail().end());
            return announcement;
        }
    }

    /**
     * How much the notes behind the newest point take, as far as this instance has seen them.
     *
     * @return bytes
     */
    public long announcedBytes() {
        guard.lock();
        try (guard) {
            // A segment ends behind a point, so both places are in the same.
            return tail.tail() == null
                    ? 0
                    : tail.tail().end().offset() - tail.newestEnd().offset();
        }
    }

    /**
     * Marks a note, with one write. Needs no lock of the database. Does nothing if it is no longer there.
     *
     * @param announcement from {@link #announce} of this instance
     * @param mark what all processes will find on it
     */
    public void mark(Announcement announcement, long mark) throws IOException {
        guard.lock();
        try (guard) {
            own.marked(announcement, mark);
            writer.mark(announcement, mark);
        }
    }

    /**
     * The notes behind the newest point.
     *
     * @return oldest first
     */
    public List<Announcement> announcementsSinceNewest() throws IOException {
        guard.lock();
        try (guard) {
            refresh();
            if (tail.tail() == null) {
                return List.of();
            }
            List<Announcement> known = own.upTo(tail.tail().end());
            return known != null
                    ? known
                    : LogIndex.announcements(
                            files, tail.newestEnd(), tail.tail().end());
        }
    }

    /**
     * All points that are not deleted. Reads no pages.
     *
     * @return oldest first
     */
    public List<Point> points() throws IOException {
        return points(Between.CHANGES);
    }

    /**
     * All points that are not deleted, and behind which something was changed before the next, or may still be. Reads pages only
     * where few are stored for a point.
     *
     * @param between asked for each two neighbours
     * @return oldest first
     */
    public List<Point> points(Between between) throws IOException {
        return share(() -> {
            TimelineView view = view();
            return view == null ? List.of() : view.points(between);
        });
    }

    /**
     * As {@link #points(Between)}, and tells where points are missing that there were.
     *
     * @param between asked for each two neighbours
     * @param lost is told after which points others are lost, because what is stored of them is damaged
     * @return oldest first
     */
    public List<Point> points(Between between, LongConsumer lost) throws IOException {
        return share(() -> {
            TimelineView view = view();
            if (view == null) {
                return List.of();
            }
            view.tellLost(lost);
            return view.points(between);
        });
    }

    /**
     * The points from one to another, deleted ones too. Reads no pages.
     *
     * @param from the id of the older one
     * @param to the id of the newer one, or the same
     * @return oldest first; empty if one of the two is not there, or any between them may be lost
     */
    public List<Point> way(long from, long to) throws IOException {
        return share(() -> {
            TimelineView view = view();
            return view == null ? List.of() : view.way(from, to);
        });
    }

    /**
     * The database as it was at a point. Close it soon: it keeps points from being folded.
     *
     * @param id the id of a point
     * @return the image
     * @throws IllegalArgumentException if there is no such point; the message names those there are
     */
    public PointImage image(long id) throws IOException {
        return image(id, false);
    }

    /**
     * All points, one after the other. Close it soon: it keeps points from being folded.
     *
     * @return before the oldest
     */
    public PointWalk walk() throws IOException {
        RangeLock.Lease lease = files.readLease();
        try {
            TimelineView view = view();
            return view == null
                    ? new PointWalk(files, lease, null, List.of())
                    : new PointWalk(files, lease, view.head(), LogIndex.entries(files, view.head(), view.end()));
        } catch (IOException | RuntimeException | Error e) {
            try (lease) {
                throw e;
            }
        }
    }

    /**
     * All points, to be compared with their checksums. Close it soon: it keeps points from being folded.
     *
     * @return to be run; empty if the timeline has not begun
     * @throws DamagedTimelineException if there are files of it, and it can't be told what points there were
     */
    public Optional<TimelineCheck> check() throws IOException {
        if (!files.areAny()) {
            // Reading takes a lock, which a read-only disk does not have.
            return Optional.empty();
        }
        RangeLock.Lease lease = files.readLease();
        try {
            TimelineView view = view();
            if (view != null) {
                List<LogEntry> log = LogIndex.entries(files, view.head(), view.end());
                return Optional.of(new TimelineCheck(files, lease, view.head(), log, view.end()));
            }
            Path segment = LogRest.segmentInUse(files, -1);
            if (segment != null) {
                String cause = RegularFile.isTaken(files.head())
                        ? files.base() + " was lost before it was durable"
                        : files.head() + " is missing";
                throw new DamagedTimelineException(cause + ", and " + segment + " needs it");
            }
        } catch (IOException | RuntimeException | Error e) {
            try (lease) {
                throw e;
            }
        }
        lease.close();
        return Optional.empty();
    }

    /**
     * As {@link #image}, of a point that may be deleted: for who adds the next one.
     *
     * @param newest the newest point
     * @return the image
     */
    public PointImage basis(Point newest) throws IOException {
        return image(newest.id(), true);
    }

    private PointImage image(long id, boolean mayBeDeleted) throws IOException {
        RangeLock.Lease lease = files.readLease();
        try {
            TimelineView view = view();
            if (view == null) {
                throw new IllegalArgumentException("There is no point " + id + "; there are none");
            }
            return view.image(lease, id, mayBeDeleted);
        } catch (IOException | RuntimeException | Error e) {
            try (lease) {
                throw e;
            }
        }
    }

    /**
     * Deletes a point: nobody finds it from now on, which is durable when this returns. Its pages stay as long as newer
     * points rest on them, and go with it when it is folded. Needs no lock of the database, and waits for no reader; who has
     * the point open may read on.
     *
     * @param id the id of a point, the only one included
     * @return whether it was there
     */
    public boolean delete(long id) throws IOException {
        // Shared is enough to keep a fold away, which would carry the mark from the log to the head, or not.
        return share(() -> {
            TimelineView view = view();
            if (view == null) {
                return false;
            }
            if (view.head().oldest().id() == id) {
                return files.hold(() -> deleteOldest(id));
            }
            LogEntry entry = view.find(id);
            return entry != null
                    && !entry.point().deleted()
                    && RecordStatus.setDurably(files, entry.place(), LogRecord.DELETED);
        });
    }

    /** The oldest point need not be in the log, so its mark is in the head. */
    private boolean deleteOldest(long id) throws IOException {
        Head head = Head.read(files);
        if (head == null || head.oldest().id() != id || head.oldest().deleted()) {
            return false;
        }
        head.withOldestDeleted().publish(files);
        return true;
    }

    /**
     * Whether {@link #fold} has something to do: a segment of the log has been filled since. Costs nothing.
     *
     * @return whether to call it
     */
    public boolean isFoldDue() {
        guard.lock();
        try (guard) {
            return filledSegments() > 0;
        }
    }

    /**
     * How many segments of the log have been filled since the last {@link #fold}. Costs nothing.
     *
     * @return the number, as far as this instance knows
     */
    public long filledSegments() {
        guard.lock();
        try (guard) {
            return tail.tail() == null ? 0 : tail.tail().end().segment() - tail.settledSegment();
        }
    }

    /**
     * Puts the oldest points into the base, and makes what is in full segments of the log durable. Takes from
     * milliseconds to seconds, and keeps readers waiting, but nobody who appends. Deleted points go with those before them.
     *
     * @param keep how many points stay, at least 1; deleted ones do not count
     * @return how many points went that were not deleted; 0 also if a reader or another fold is at work
     * @throws DamagedTimelineException if those points are damaged; nothing was changed
     */
    public int fold(int keep) throws IOException {
        return fold(keep, Between.CHANGES);
    }

    /**
     * As {@link #fold(int)}; points behind which nothing was changed before the next do not count either.
     *
     * @param keep how many points stay, at least 1
     * @param between asked for each two neighbours
     * @return how many points went that count; 0 also if a reader or another fold is at work
     * @throws DamagedTimelineException if those points are damaged; nothing was changed
     */
    public int fold(int keep, Between between) throws IOException {
        if (keep < 1) {
            throw new IllegalArgumentException("keep is " + keep);
        }
        return fold((oldest, count) -> count > keep, between);
    }

    /**
     * As {@link #fold}, however many points there are.
     *
     * @param first the id of the oldest point that stays; if there is none so new, the newest stays
     * @return how many points went that were not deleted; 0 also if a reader or another fold is at work
     * @throws DamagedTimelineException if those points are damaged; nothing was changed
     */
    public int foldBefore(long first) throws IOException {
        return fold((oldest, count) -> oldest.id() < first && count > 1, Between.CHANGES);
    }

    private int fold(Fold.Expiry expiry, Between between) throws IOException {
        try (RangeLock.Lease lease = files.tryOnlyLease()) {
            TimelineView view = lease == null ? null : view();
            if (view == null) {
                return 0;
            }
            int gone = new Fold(files, progress, between).run(view.head(), view.end(), expiry);
            guard.lock();
            try (guard) {
                tail.settled(view.end().segment());
            }
            return gone;
        }
    }

    /**
     * Lets those use the files of a timeline who may use the database now, and nobody else, as far as this process may do that.
     *
     * @param database its database
     * @param directory where it is, or would be
     * @param fileNames what is in there
     * @throws IOException if the present permissions can't be read
     */
    public static void follow(DatabaseId database, Path directory, Collection<String> fileNames) throws IOException {
        TimelineFiles.follow(database, directory, fileNames);
    }

    /**
     * Looks whether files are missing that points rest on. By their names only, so it costs little. Lets those use them who may
     * use the database now, and nobody else.
     *
     * @throws DamagedTimelineException if one is, or the head can't be read
     */
    public void requireFiles() throws IOException {
        guard.lock();
        try (guard) {
            refresh();
            if (tail.tail() == null) {
                return;
            }
            TimelineFiles.follow(
                    files.database(),
                    files.directory().directory(),
                    files.directory().fileNames());
            Head head = Head.read(files);
            while (head != null) {
                Path missing = missing(head);
                if (missing == null) {
                    return;
                }
                Head now = Head.read(files);
                // A fold deletes what the head does not need any more.
                if (head.equals(now)) {
                    throw new DamagedTimelineException(missing + " is missing");
                }
                head = now;
            }
        }
    }

    private Path missing(Head head) {
        Stream<Path> segments = LongStream.rangeClosed(
                        head.logStart().segment(), tail.tail().end().segment())
                .mapToObj(files::segment);
        return Stream.concat(Stream.of(files.base(), files.checksums()), segments)
                .filter(file -> !RegularFile.exists(file))
                .findFirst()
                .orElse(null);
    }

    /**
     * Renames all files, so that the timeline can begin anew. For one that can no longer be read; who calls it holds
     * SQLite's write lock. They get {@code .damaged} and a number behind their names, and nothing deletes them. Waits for
     * who reads or folds: a fold would bring the head back.
     */
    public void setAside() throws IOException {
        RangeLock.Lease lease = files.onlyLease();
        try (lease) {
            guard.lock();
            try (guard) {
                writer.close();
                files.hold(() -> {
                    files.setAside();
                    return null;
                });
                files.directory().sync();
            }
        }
    }

    private <T> T share(IOCallable<T> work) throws IOException {
        RangeLock.Lease lease = files.readLease();
        try (lease) {
            return work.call();
        }
    }

    /** What there is now. Call it with the lock against folding, so that it stays. */
    private TimelineView view() throws IOException {
        guard.lock();
        try (guard) {
            refresh();
            Head head = tail.tail() == null ? null : Head.read(files);
            return head == null
                    ? null
                    : new TimelineView(files, head, tail.tail().end());
        }
    }

    /** Closes the files. */
    @Override
    public void close() throws IOException {
        guard.lock();
        try (guard) {
            writer.close();
        }
    }
}
