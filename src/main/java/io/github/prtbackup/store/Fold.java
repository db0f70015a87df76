package io.github.prtbackup.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes the base younger: writes into it what the log holds up to a point, which becomes the oldest.
 *
 * <p>The order follows from what {@link Head} promises, which holds at every moment: base and log give every point from
 * the oldest on.
 *
 * <ol>
 *   <li>What is to be folded is checked, so that nothing damaged gets into the base, and made durable in the log.
 *   <li>The head names the new oldest point. From now on nobody may want an older one, and so every page that the next
 *       step writes is in the log for whoever needs it.
 *   <li>The pages are written into the base, and made durable there.
 *   <li>The head says that the log begins behind the point.
 *   <li>Segments that end before that are deleted.
 * </ol>
 *
 * <p>A crash leaves one of these states; the next fold starts from it, and does what was not done again. Appending goes
 * on meanwhile: it touches the last segment only, which is never deleted.
 */
final class Fold {
    private final TimelineFiles files;
    private final Consumer<TimelineStep> progress;

    Fold(TimelineFiles files, Consumer<TimelineStep> progress) {
        this.files = files;
        this.progress = progress;
    }

    /**
     * Folds. Call it with the lock of the timeline, held alone.
     *
     * @param head the present head
     * @param end the end of the log
     * @param keep how many points stay
     * @return how many points are gone
     */
    int run(Head head, LogPosition end, int keep) throws IOException {
        LogWriter.force(files, head.scanStart().segment(), end.segment());
        progress.accept(TimelineStep.FOLD_LOG_DURABLE);
        LogPosition settled = beginningOf(end.segment());
        List<LogEntry> log = LogIndex.entries(files, head, end);
        List<LogEntry> newer =
                log.stream().filter(entry -> isNewer(entry, head.oldest())).toList();
        int gone = Math.max(newer.size() + 1 - keep, 0);
        Point oldest = gone == 0 ? head.oldest() : newer.get(gone - 1).point();
        List<LogEntry> folded = log.subList(0, log.size() - newer.size() + gone);
        Head announced =
                new Head(head.original(), head.logStart(), settled, head.basePageSize(), head.basePages(), oldest);
        Head reached = announced;
        if (!folded.isEmpty()) {
            reached = foldInto(announced, folded);
        } else if (!announced.equals(head)) {
            announced.publish(files);
        }
        deleteSegmentsBefore(reached.logStart().segment());
        return gone;
    }

    private Head foldInto(Head head, List<LogEntry> folded) throws IOException {
        Point oldest = head.oldest();
        try (PointImage image = PointImage.of(files, () -> {}, head, folded, oldest)) {
            image.visitLog(new PageSet(oldest.pages()), (number, checksum, content) -> {});
            head.publish(files);
            progress.accept(TimelineStep.FOLD_OLDEST_PUBLISHED);
            write(image);
        }
        progress.accept(TimelineStep.FOLD_BASE_DURABLE);
        LogPosition logStart = behind(folded.get(folded.size() - 1));
        Head reached = new Head(head.original(), logStart, head.settled(), oldest.pageSize(), oldest.pages(), oldest);
        reached.publish(files);
        progress.accept(TimelineStep.FOLD_HEAD_PUBLISHED);
        return reached;
    }

    private void write(PointImage image) throws IOException {
        Point point = image.point();
        try (PositionalFile data = PositionalFile.write(files.base());
                PositionalFile checksums = PositionalFile.write(files.checksums())) {
            data.resize(point.pages() * point.pageSize());
            checksums.resize(point.pages() * Integer.BYTES);
            RunWriter pages = new RunWriter(data, point.pageSize(), point.pages());
            RunWriter sums = new RunWriter(checksums, Integer.BYTES, point.pages());
            ByteBuffer sum = ByteBuffer.allocate(Integer.BYTES);
            image.visitLog(new PageSet(point.pages()), (number, checksum, content) -> {
                pages.write(number - 1, content);
                sums.write(number - 1, sum.clear().putInt(checksum).flip());
                progress.accept(TimelineStep.FOLD_PAGE_WRITTEN);
            });
            pages.flush();
            sums.flush();
            data.force();
            checksums.force();
        }
    }

    private static boolean isNewer(LogEntry entry, Point point) {
        return entry.point().id() > point.id();
    }

    private LogPosition beginningOf(long segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(files, segment)) {
            LogRecord first = reader.read(0);
            if (first == null) {
                throw new DamagedTimelineException(files.segment(segment) + " is damaged at its beginning");
            }
            return new LogPosition(segment, 0, first.link());
        }
    }

    /** Where the log goes on behind a point; in the next segment if it was the last of its own. */
    private LogPosition behind(LogEntry entry) throws IOException {
        LogPosition end = entry.end();
        try (SegmentReader reader = SegmentReader.open(files, end.segment())) {
            LogRecord next = reader.read(end.offset());
            boolean isLast = next != null && next.type() == RecordType.END && next.link() == end.link();
            return isLast && Files.exists(files.segment(end.segment() + 1))
                    ? new LogPosition(end.segment() + 1, 0, next.checksum())
                    : end;
        }
    }

    private void deleteSegmentsBefore(long first) throws IOException {
        long lowest = first;
        while (Files.exists(files.segment(lowest - 1))) {
            lowest--;
        }
        // Upwards, so that a crash leaves no gap that would hide some from the next fold.
        for (long segment = lowest; segment < first; segment++) {
            Files.deleteIfExists(files.segment(segment));
            progress.accept(TimelineStep.FOLD_SEGMENT_DELETED);
        }
    }
}
