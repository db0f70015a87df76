package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Tells what lies behind the end of a log: nothing; the beginning of a write, whose process has died or is at it; or damage,
 * which hides all that was written after it, so that it looks like a shorter history. Who appends does not ask. Not
 * thread-safe.
 */
final class LogRest {
    private final TimelineFiles files;
    private final ProblemList problems;
    private final List<String> notes;

    LogRest(TimelineFiles files, ProblemList problems, List<String> notes) {
        this.files = files;
        this.problems = problems;
        this.notes = notes;
    }

    /** Whether there is damage behind a place where the log ended some time ago. */
    static boolean isDamage(TimelineFiles files, LogPosition end) throws IOException {
        ProblemList problems = new ProblemList();
        new LogRest(files, problems, new ArrayList<>()).look(end);
        return !problems.inWords().isEmpty();
    }

    /** What was found. */
    private record Finding(boolean isDamage, String words) {}

    /** @param end a place where the log ended some time ago */
    void look(LogPosition end) throws IOException {
        Finding finding = find(end);
        Finding before = null;
        // Somebody may have written between what was read first and last: then it looks another way now.
        while (finding != null && finding.isDamage() && !finding.equals(before)) {
            before = finding;
            finding = find(end);
        }
        if (finding != null && finding.isDamage()) {
            problems.add(finding.words());
        } else if (finding != null) {
            notes.add(finding.words());
        }
    }

    /** Null if there is nothing. */
    private Finding find(LogPosition end) throws IOException {
        LogPosition now;
        try (LogCursor cursor = new LogCursor(files, end, true)) {
            while (cursor.next() != null) {
                // Others have gone on.
            }
            now = cursor.position();
        } catch (NoSuchFileException e) {
            return damage(end, 0);
        }
        try (SegmentReader reader = SegmentReader.open(files, now.segment())) {
            long size = reader.length();
            LogPosition at = now;
            while (at.offset() < size) {
                LogRecord record = reader.read(at.offset());
                if (record == null) {
                    return isBegun(reader.bytes(at.offset(), LogRecord.LONGEST_HEAD), at.link())
                            ? unfinished(now, size)
                            : damage(at, size);
                }
                if (record.end().offset() > size && record.link() == at.link()) {
                    return unfinished(now, size);
                }
                if (record.link() != at.link() || record.type() != RecordType.PART || !reader.hasGoodContents(record)) {
                    return damage(at, size);
                }
                at = record.end();
            }
            return at.equals(now) ? findNextSegment(now) : unfinished(now, size);
        }
    }

    private Finding findNextSegment(LogPosition end) throws IOException {
        Path next = segmentInUse(files, end.segment());
        return next == null
                ? null
                : new Finding(
                        true,
                        "the end of " + files.segment(end.segment()) + " is missing, and nothing leads to " + next
                                + ": what backups there were from there on are lost");
    }

    /** A segment behind one that has more than the record it was begun with; null if there is none. */
    static Path segmentInUse(TimelineFiles files, long behind) throws IOException {
        for (long segment : files.segmentsBetween(behind, DirectoryLock.LARGEST_ID)) {
            try (SegmentReader reader = SegmentReader.open(files, segment)) {
                LogRecord first = reader.read(0);
                if (first != null && first.end().offset() < reader.length()) {
                    return reader.path();
                }
            } catch (NoSuchFileException e) {
                // Made anew at this moment.
            }
        }
        return null;
    }

    /**
     * Whether bytes can be what was written first of a record. One changed byte does not make a record look so.
     *
     * @param bytes all there are, or more than a head may have
     */
    private static boolean isBegun(ByteBuffer bytes, int link) {
        if (bytes.mismatch(ByteBuffer.allocate(bytes.remaining())) < 0) {
            // The file system knows the length before it has the bytes.
            return true;
        }
        if (bytes.remaining() < LogRecord.FIXED_LENGTH) {
            return bytes.remaining() < Integer.BYTES || bytes.getInt(0) >>> Byte.SIZE == LogRecord.MAGIC;
        }
        int length = bytes.getInt(LogRecord.LENGTH_OFFSET);
        return bytes.getInt(0) >>> Byte.SIZE == LogRecord.MAGIC
                && bytes.getInt(LogRecord.LINK_OFFSET) == link
                && length > bytes.remaining()
                && length <= LogRecord.LONGEST_HEAD
                && !isOneByteOff(bytes, length);
    }

    /** Whether the head is all there, but that one byte of its length is another. */
    private static boolean isOneByteOff(ByteBuffer bytes, int length) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            for (int other = 0; other <= 0xff; other++) {
                int right = (length & ~(0xff << shift)) | other << shift;
                if (right >= LogRecord.FIXED_LENGTH && right <= bytes.remaining() && isHead(bytes, right)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isHead(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, length));
        crc.update(bytes.slice(LogRecord.LINK_OFFSET, length - LogRecord.LINK_OFFSET));
        return (int) crc.getValue() == bytes.getInt(LogRecord.CHECKSUM_OFFSET);
    }

    private Finding unfinished(LogPosition end, long size) {
        return new Finding(
                false,
                files.segment(end.segment()) + " ends with " + (size - end.offset())
                        + " bytes of a backup that was not finished: somebody is at it, or its process has died");
    }

    private Finding damage(LogPosition at, long size) {
        return new Finding(
                true,
                "the record at byte " + at.offset() + " of " + files.segment(at.segment()) + " is damaged ("
                        + Math.max(0, size - at.offset())
                        + " bytes up to the end of the file): what backups there were from there on are lost");
    }
}
