package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Adds to the end of a log. Its user makes sure that nobody else does at the same time.
 *
 * <p>These hold at every moment:
 *
 * <ol>
 *   <li>What counts is followed by nothing, or by bytes that are no good record that links to it.
 *   <li>Bytes that count are never overwritten, but for the mark of an announcement.
 *   <li>A segment is complete up to its first record before the end of the one before leads to it. A file with the name
 *       of the next segment that nothing leads to is worthless.
 *   <li>A new segment begins directly behind a point, so that who starts there misses no announcement.
 * </ol>
 *
 * <p>Not thread-safe.
 */
final class LogWriter implements Closeable {
    /** How many points fill a segment, however small they are. */
    static final int MOST_POINTS = 256;

    private static final long LONGEST_SEGMENT = 16L << 20;
    static final int LONGEST_PAYLOAD = 1 << 17;

    private final TimelineFiles files;
    private final LogTail tail;
    private final Consumer<TimelineStep> progress;
    private final int mostPoints;
    /** Borrowed while something is written: a process may have many logs, and writes to few at a time. */
    private RecordBuffer buffer;
    /** The segment the log ends in; null until something is written. */
    private PositionalFile file;

    private long fileSegment;
    /** {@link LogTail#reloads} when the file was opened. */
    private long reloads;
    /** {@link DirectoryLock#generation} when the file was opened. */
    private int generation;

    /** Whether all segments before the present are known to be durable. */
    private boolean earlierDurable;

    LogWriter(TimelineFiles files, LogTail tail, Consumer<TimelineStep> progress, int mostPoints) {
        this.mostPoints = mostPoints;
        this.files = files;
        this.tail = tail;
        this.progress = progress;
    }

    void append(Point.Header header, PageSupplier source, long excess, boolean sync) throws IOException {
        withBuffer(() -> {
            appendBuffered(header, source, excess, sync);
            return null;
        });
    }

    private void appendBuffered(Point.Header header, PageSupplier source, long excess, boolean sync)
            throws IOException {
        prepare(excess);
        PointAppender appender = new PointAppender(buffer, file, tail.tail(), header, progress);
        try {
            source.writeTo(appender);
            Point point = appender.commit();
            tail.pointAdded(point, appender.end());
        } catch (IOException | RuntimeException | Error e) {
            cut(e);
            throw e;
        }
        progress.accept(TimelineStep.POINT_WRITTEN);
        if (sync) {
            force();
        }
        if (tail.pointsInSegment() >= mostPoints || tail.tail().end().offset() >= LONGEST_SEGMENT) {
            rotateIfPossible(sync);
        }
    }

    Announcement announce(ByteBuffer payload, long excess) throws IOException {
        if (payload.remaining() > LONGEST_PAYLOAD) {
            throw new IllegalArgumentException(
                    "an announcement of " + payload.remaining() + " bytes is longer than " + LONGEST_PAYLOAD);
        }
        return withBuffer(() -> announceBuffered(payload, excess));
    }

    private Announcement announceBuffered(ByteBuffer payload, long excess) throws IOException {
        prepare(excess);
        Tail before = tail.tail();
        buffer.begin(before.newest().pageSize(), payload.remaining());
        ByteBuffer record = buffer.finish(
                RecordType.ANNOUNCEMENT,
                before.end().link(),
                payload.remaining(),
                fields -> fields.put(payload.duplicate()));
        int length = record.remaining();
        int checksum = record.getInt(record.position() + LogRecord.CHECKSUM_OFFSET);
        LogPosition start = before.end();
        try {
            file.write(record, start.offset());
        } catch (IOException e) {
            cut(e);
            throw e;
        }
        tail.announcementAdded(new LogPosition(start.segment(), start.offset() + length, checksum));
        return new Announcement(
                payload.asReadOnlyBuffer(), 0, new LogPosition(start.segment(), start.offset(), checksum));
    }

    /** Sets the mark of an announcement that is still there. */
    void mark(Announcement announcement, long mark) throws IOException {
        LogPosition place = announcement.place();
        if (file != null && fileSegment == place.segment()) {
            mark(file, place, mark);
            return;
        }
        try (PositionalFile earlier = PositionalFile.write(files.segment(place.segment()))) {
            mark(earlier, place, mark);
        } catch (NoSuchFileException e) {
            // Folded away: there are newer points, and nobody asks for it any more.
        }
    }

    private static void mark(PositionalFile file, LogPosition place, long mark) throws IOException {
        ByteBuffer start = LogRecord.startAt(file, place);
        if (start != null) {
            int headLength = start.getInt(LogRecord.LENGTH_OFFSET);
            ByteBuffer bytes =
                    ByteBuffer.allocate(LogRecord.MARK_LENGTH).putLong(mark).flip();
            file.write(bytes, place.offset() + headLength);
        }
    }

    /**
     * Creates the first segment of a log. Its first record carries the point that the base is.
     *
     * @param durable whether the base is durable, and the segment is made so
     */
    LogPosition create(Point.Header base, boolean durable) throws IOException {
        // Not always the same number, so that who still knows a timeline that was deleted does not take this for it.
        long segment = base.id();
        Point point = new Point(base, true, base.pages() * base.pageSize());
        byte status = durable ? 0 : LogRecord.FRESH;
        try (PositionalFile created = createSegment(segment)) {
            LogPosition end = withBuffer(() -> begin(created, new LogPosition(segment, 0, 0), point, status));
            if (durable) {
                created.force();
            }
            return end;
        }
    }

    private <T> T withBuffer(IOCallable<T> work) throws IOException {
        buffer = RecordBuffer.borrow();
        try {
            return work.call();
        } finally {
            buffer.giveBack();
            buffer = null;
        }
    }

    /**
     * Whether the open file ends where the log was last known to, and is still there. No proof against a directory that was
     * deleted and made anew: that is noticed with the next id, by the lock file.
     */
    boolean endsAsKnown() throws IOException {
        Tail known = tail.tail();
        return known != null
                && file != null
                && fileSegment == known.end().segment()
                && reloads == tail.reloads()
                && generation == files.directory().generation()
                && file.endsAt(known.end().offset());
    }

    /** Opens the file that the log ends in, and cuts off what lies behind the end. */
    private void prepare(long excess) throws IOException {
        LogPosition end = tail.tail().end();
        int present = files.directory().generation();
        if (file == null || fileSegment != end.segment() || reloads != tail.reloads() || generation != present) {
            close();
            file = PositionalFile.write(files.segment(end.segment()));
            fileSegment = end.segment();
            reloads = tail.reloads();
            generation = present;
            earlierDurable = false;
        }
        if (excess > 0) {
            file.resize(end.offset());
        }
    }

    private void cut(Throwable failure) {
        try {
            file.resize(tail.tail().end().offset());
        } catch (IOException e) {
            // Whoever appends next sees that the file is too long.
            failure.addSuppressed(e);
        }
    }

    /** Makes the point just written durable, and with it all that it rests on. */
    private void force() throws IOException {
        file.force();
        if (!earlierDurable) {
            Head head = Head.read(files);
            if (head != null) {
                force(files, head.scanStart().segment(), fileSegment - 1);
            }
            earlierDurable = true;
        }
    }

    /** Makes segments durable. One that is gone was folded, and is durable in the base. */
    static void force(TimelineFiles files, long first, long last) throws IOException {
        for (long segment = first; segment <= last; segment++) {
            try (PositionalFile file = PositionalFile.write(files.segment(segment))) {
                file.force();
            } catch (NoSuchFileException e) {
                // As the Javadoc says.
            }
        }
        files.directory().sync();
    }

    private void rotateIfPossible(boolean sync) {
        try {
            rotate(sync);
            earlierDurable &= sync;
        } catch (IOException e) {
            // The point is written. A longer segment does no harm, and the next point tries again.
            earlierDurable = false;
        }
    }

    private void rotate(boolean sync) throws IOException {
        Tail before = tail.tail();
        buffer.begin(before.newest().pageSize(), 0);
        ByteBuffer direct = buffer.finish(RecordType.END, before.end().link(), 0, fields -> {});
        ByteBuffer end = ByteBuffer.allocate(direct.remaining()).put(direct).flip();
        LogPosition start = new LogPosition(fileSegment + 1, 0, end.getInt(LogRecord.CHECKSUM_OFFSET));
        PositionalFile created = createSegment(start.segment());
        LogPosition begin;
        try {
            begin = begin(created, start, before.newest(), (byte) 0);
            if (sync) {
                created.force();
                files.directory().sync();
            }
            progress.accept(TimelineStep.ROTATION_SEGMENT_CREATED);
            file.write(end, before.end().offset());
            if (sync) {
                file.force();
            }
        } catch (IOException | RuntimeException | Error e) {
            created.close();
            throw e;
        }
        progress.accept(TimelineStep.ROTATION_END_WRITTEN);
        file.close();
        file = created;
        fileSegment = start.segment();
        tail.segmentBegun(before.newest(), begin);
    }

    private PositionalFile createSegment(long number) throws IOException {
        Path path = files.segment(number);
        Files.deleteIfExists(path);
        PositionalFile created = PositionalFile.create(path);
        FileMode.copy(files.original(), path);
        return created;
    }

    private LogPosition begin(PositionalFile created, LogPosition start, Point newest, byte status) throws IOException {
        PointFormat.Texts texts = PointFormat.Texts.of(newest.header());
        int length = PointFormat.length(newest.header(), texts);
        buffer.begin(newest.pageSize(), length);
        ByteBuffer record = buffer.finish(
                RecordType.SEGMENT, start.link(), length, fields -> PointFormat.put(fields, newest, texts));
        int checksum = record.getInt(record.position() + LogRecord.CHECKSUM_OFFSET);
        int recordLength = record.remaining();
        record.put(record.position() + LogRecord.STATUS_OFFSET, status);
        created.write(record, 0);
        return new LogPosition(start.segment(), recordLength, checksum);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
