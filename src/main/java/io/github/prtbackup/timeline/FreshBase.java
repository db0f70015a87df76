package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The base of a timeline that has begun without waiting for the disk. Until it is durable, with all that belongs to it, the
 * status of the first record of the log says so: it is written with that record, and changed only when everything is durable.
 * After a crash of the operating system the head may be there, and the base not. So who finds the status, or not even the
 * record, compares the base with its checksums before he uses the timeline; where it is not good, nothing was there yet that
 * could have been promised to anyone.
 *
 * <p>Only small bases begin like that, so that the comparison takes some milliseconds at most. Stateless.
 */
final class FreshBase {
    /** No larger one begins without being durable. */
    static final long LARGEST = 8 << 20;

    private static final Settling SETTLING = new Settling();

    private FreshBase() {}

    /** Whether the base may not be durable. */
    static boolean isMarked(TimelineFiles files, Head head) throws IOException {
        LogPosition start = head.logStart();
        // The first segment has the number of the point that the base was begun with. Another base was folded, and is
        // durable.
        if (head.baseId() != start.segment() || head.basePages() * head.basePageSize() > LARGEST) {
            return false;
        }
        try (SegmentReader reader = SegmentReader.open(files, start.segment())) {
            LogRecord first = reader.read(0);
            return first == null || (first.end().equals(start) && first.isFresh());
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /** Whether all pages of the base are there. A fold may change them meanwhile, and then has changed the head before. */
    static boolean isGood(TimelineFiles files, Head head) throws IOException {
        try (Base base = Base.read(files, head.basePageSize())) {
            base.visit(head.basePages(), new PageSet(head.basePages()), (number, checksum, content) -> {});
            return true;
        } catch (NoSuchFileException | DamagedTimelineException e) {
            return false;
        }
    }

    /**
     * Makes everything durable, and then says so.
     *
     * @param logStart where the log begins. Another timeline that has taken the place of this one has another first record,
     *     whose status is left alone
     */
    static void settle(TimelineFiles files, LogPosition logStart) throws IOException {
        force(files.base());
        force(files.checksums());
        force(files.head());
        LogWriter.force(files, logStart.segment(), logStart.segment());
        RecordStatus.setDurably(files, new LogPosition(logStart.segment(), 0, logStart.link()), (byte) 0);
    }

    private static void force(Path path) throws IOException {
        try (PositionalFile file = PositionalFile.write(path)) {
            file.force();
        }
    }

    /**
     * Has that done by another thread, soon. If the process dies before, or it fails, the status stays, and who adds the next
     * point tries it again.
     *
     * @return false if there is too much to do already
     */
    static boolean settleLater(TimelineFiles files, LogPosition logStart) {
        return SETTLING.add(() -> {
            settle(files, logStart);
            return null;
        });
    }
}
