package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import io.github.prtbackup.files.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The head of a timeline: how base and log belong together. There is no timeline without one, and it is replaced as a
 * whole. Immutable.
 *
 * <p>What it promises: <b>the base with the log from {@code logStart} on gives every point from {@code oldest} on.</b>
 *
 * <pre>
 *  0  8    "PRTHEAD" and a line feed
 *  8  u32  checksum: CRC32C of the bytes from 12 on
 * 12  u32  version
 * 16  i64  log start: segment;  24  i64 offset;  32  u32 link
 * 36  i64  settled: segment;    44  i64 offset;  52  u32 link
 * 56  u32  page size of the base;  60  u32  its size in pages
 * 64  i64  id of the point that the base is without the log
 * 72  u16  length of the oldest point
 * 74       the oldest point, as in the log
 *          the path of the database in UTF-8, to the end of the file
 * </pre>
 *
 * @param original the database
 * @param logStart where the log begins that has to be laid over the base
 * @param settled everything in the log before it was good, and is durable; at the beginning of a segment
 * @param basePageSize the page size of the base, in bytes
 * @param basePages the size of the base in pages
 * @param baseId the point that the base is without the log: the oldest, unless a fold is under way or was interrupted
 * @param oldest the oldest point that can be rebuilt
 */
record Head(
        String original,
        LogPosition logStart,
        LogPosition settled,
        int basePageSize,
        long basePages,
        long baseId,
        Point oldest) {
    private static final byte[] MAGIC = "PRTHEAD\n".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int VERSION_OFFSET = 12;
    private static final int FIXED_LENGTH = 74;
    /** A point has 64 KiB at most, and no system knows such long paths. */
    private static final int LONGEST = 1 << 18;

    /** With another point as the oldest, and all before a place durable. The base is still what it was. */
    Head announcing(Point newOldest, LogPosition nowSettled) {
        return new Head(original, logStart, nowSettled, basePageSize, basePages, baseId, newOldest);
    }

    /** With the oldest point as the base, and the log from behind it. */
    Head reached(LogPosition newLogStart) {
        Head reached = startingWith(original, newLogStart, settled, oldest.header());
        return oldest.deleted() ? reached.withOldestDeleted() : reached;
    }

    /** With the oldest point deleted. */
    Head withOldestDeleted() {
        return announcing(oldest.asDeleted(), settled);
    }

    /** With a point as the base that is nowhere else. */
    static Head startingWith(String original, LogPosition logStart, LogPosition settled, Point.Header base) {
        Point oldest = new Point(base, true, base.pages() * base.pageSize());
        return new Head(original, logStart, settled, base.pageSize(), base.pages(), base.id(), oldest);
    }

    /** Where to look for the end of the log from. */
    LogPosition scanStart() {
        return settled.segment() > logStart.segment() ? settled : logStart;
    }

    /**
     * The head of a timeline.
     *
     * @return null if there is none
     * @throws DamagedTimelineException if it can't be one
     * @throws UnknownVersionException if a newer version of this program wrote it
     */
    static Head read(TimelineFiles files) throws IOException {
        Path path = files.head();
        Head head;
        try {
            head = read(path);
        } catch (NoSuchFileException e) {
            if (!RegularFile.isTaken(path)) {
                return null;
            }
            throw new DamagedTimelineException(e.getMessage());
        }
        if (head == null) {
            throw new DamagedTimelineException(path + " is damaged");
        }
        return head.of(files.home());
    }

    /** That of a database that was elsewhere, or went by another path, when it was written. */
    private Head of(Path home) {
        return new Head(home.toString(), logStart, settled, basePageSize, basePages, baseId, oldest);
    }

    /** The path of the database in some head; null if it can't be read. */
    static String originalIn(Path path) throws IOException {
        try {
            Head head = read(path);
            return head == null ? null : head.original;
        } catch (NoSuchFileException | AccessDeniedException | UnknownVersionException e) {
            // A database of others, which we may not read, keeps nobody from backing up his own.
            return null;
        }
    }

    private static Head read(Path path) throws IOException {
        ByteBuffer bytes;
        try (PositionalFile file = PositionalFile.read(path)) {
            long length = file.size();
            if (length < FIXED_LENGTH || length > LONGEST) {
                return null;
            }
            bytes = ByteBuffer.allocate((int) length);
            if (!file.read(bytes, 0)) {
                return null;
            }
        }
        try {
            return parse(path, bytes.flip());
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // The checksum is right, and still no writer of ours has written it.
            return null;
        }
    }

    /** Puts it in the place of the one before, durably. */
    void publish(TimelineFiles files) throws IOException {
        publish(files, true);
        files.directory().sync();
    }

    /** As the first head of a timeline whose {@linkplain FreshBase base} is not durable either. */
    void publishBuffered(TimelineFiles files) throws IOException {
        publish(files, false);
    }

    private void publish(TimelineFiles files, boolean durable) throws IOException {
        try (PendingFile pending = PendingFile.createUnhashed(files.directory())) {
            pending.write(format());
            pending.sealUnhashed(files.original(), durable);
            files.hold(() -> {
                pending.replace(files.headName());
                return null;
            });
        }
    }

    private ByteBuffer format() {
        PointFormat.Texts texts = PointFormat.Texts.of(oldest.header());
        byte[] path = original.getBytes(StandardCharsets.UTF_8);
        int pointLength = PointFormat.length(oldest.header(), texts);
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_LENGTH + pointLength + path.length);
        bytes.put(MAGIC).putInt(0).putInt(VERSION);
        put(bytes, logStart);
        put(bytes, settled);
        bytes.putInt(basePageSize).putInt((int) basePages).putLong(baseId);
        bytes.putShort((short) pointLength);
        PointFormat.put(bytes, oldest, texts);
        bytes.put(path).flip();
        return bytes.putInt(CHECKSUM_OFFSET, checksum(bytes));
    }

    private static Head parse(Path path, ByteBuffer bytes) throws UnknownVersionException {
        byte[] magic = new byte[MAGIC.length];
        bytes.get(magic);
        if (ByteBuffer.wrap(magic).compareTo(ByteBuffer.wrap(MAGIC)) != 0
                || bytes.getInt() != checksum(bytes.duplicate())) {
            return null;
        }
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new UnknownVersionException(path, version);
        }
        LogPosition logStart = getPosition(bytes);
        LogPosition settled = getPosition(bytes);
        int basePageSize = bytes.getInt();
        long basePages = Integer.toUnsignedLong(bytes.getInt());
        long baseId = bytes.getLong();
        int pointLength = Short.toUnsignedInt(bytes.getShort());
        Point oldest = PointFormat.get(bytes.slice(bytes.position(), pointLength));
        bytes.position(bytes.position() + pointLength);
        String original = StandardCharsets.UTF_8.decode(bytes).toString();
        Head head = new Head(original, logStart, settled, basePageSize, basePages, baseId, oldest);
        return head.isConsistent() ? head : null;
    }

    /** Whether a writer can have meant it, so that nobody behind this has to check again. */
    private boolean isConsistent() {
        return oldest != null
                && isPlace(logStart)
                && isPlace(settled)
                && (oldest.id() == baseId ? basePageSize == oldest.pageSize() : baseId >= 0 && baseId < oldest.id())
                && basePages <= Point.MOST_PAGES
                && isPath(original);
    }

    private static boolean isPlace(LogPosition position) {
        // Segments count on from the id of a point, not as fast as ids do.
        return position.segment() >= 0
                && position.segment() <= DirectoryLock.LARGEST_ID
                && position.offset() >= 0
                && position.offset() <= DirectoryLock.LARGEST_ID;
    }

    private static boolean isPath(String text) {
        try {
            return Path.of(text).isAbsolute();
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(VERSION_OFFSET));
        return (int) crc.getValue();
    }

    private static void put(ByteBuffer target, LogPosition position) {
        target.putLong(position.segment()).putLong(position.offset()).putInt(position.link());
    }

    private static LogPosition getPosition(ByteBuffer source) {
        return new LogPosition(source.getLong(), source.getLong(), source.getInt());
    }
}
