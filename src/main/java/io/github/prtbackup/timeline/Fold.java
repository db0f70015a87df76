package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import io.github.prtbackup.files.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes the base younger: writes into it what the log holds up to a point, which becomes the oldest.
 *
 * <p>The order follows from what {@link Head} promises, which holds at every moment: base and log give every point from
 * the oldest on.
 *
 * <ol>
 *   <li>What is to be folded is checked, so that nothing damaged gets into the base, and made durable in the log; so is the
 *       base where it {@linkplain FreshBase may not be}.
 *   <li>The head names the new oldest point. From now on nobody may want an older one, and so every page that the next
 *       step writes is in the log for whoever needs it.
 *   <li>The pages are written into the base, and made durable there.
 *   <li>The head says that the log begins behind the point.
 *   <li>Segments that end before that are deleted.
 * </ol>
 *
 * <p>The oldest point is one that is neither deleted nor followed by the same state, unless all are. Where a point was deleted, the mark in its record goes
 * with it into the head.
 *
 * <p>A crash leaves one of these states; the next fold starts from it, and does what was not done again. Appending goes
 * on meanwhile: it touches the last segment only, which is never deleted.
 */
final class Fold {
    private final TimelineFiles files;
    private final Consumer<TimelineStep> progress;
    private final Between between;
    /** After which nothing was changed. They count as little as deleted ones. */
    private Set<Long> unchanged = Set.of();

    Fold(TimelineFiles files, Consumer<TimelineStep> progress, Between between) {
        this.files = files;
        this.progress = progress;
        this.between = between;
    }

    /** Which points go. */
    @FunctionalInterface
    interface Expiry {
        /**
         * Whether the oldest one does.
         *
         * @param oldest the oldest point, which counts
         * @param count how many there are that count
         */
        boolean goes(Point oldest, long count);
    }

    /**
     * Folds. Call it with the lock of the timeline, held alone.
     *
     * @param head the present head
     * @param end the end of the log
     * @param expiry which points go; of those that count, the newest stays
     * @return how many of those are gone
     */
    int run(Head head, LogPosition end, Expiry expiry) throws IOException {
        if (FreshBase.isMarked(files, head)) {
            FreshBase.settle(files, head.logStart());
        }
        LogWriter.force(files, head.scanStart().segment(), end.segment());
        progress.accept(TimelineStep.FOLD_LOG_DURABLE);
        List<LogEntry> log = LogIndex.entries(files, head, end);
        int present = countUpToOldest(log, head);
        unchanged = Unchanged.ids(files, head, log, between);
        long live = log.stream()
                        .skip(present)
                        .filter(entry -> entry.isPoint() && counts(entry.point()))
                        .count()
                + (counts(head.oldest()) ? 1 : 0);
        Point oldest = head.oldest();
        int gone = 0;
        int folded = present;
        for (int i = present; i < log.size() && (!counts(oldest) || expiry.goes(oldest, live - gone)); i++) {
            if (log.get(i).isPoint()) {
                gone += counts(oldest) ? 1 : 0;
                oldest = log.get(i).point();
                folded = i + 1;
            }
        }
        Head announced = head.announcing(oldest, beginningOf(end.segment()));
        Head reached = announced;
        if (folded > 0) {
            reached = foldInto(announced, log.subList(0, folded));
        } else if (!announced.equals(head)) {
            announced.publish(files);
        }
        deleteSegmentsBefore(reached.logStart().segment());
        return gone;
    }

    private boolean counts(Point point) {
        return !point.deleted() && !unchanged.contains(point.id());
    }

    /** How many entries an interrupted fold has begun to put into the base. */
    private static int countUpToOldest(List<LogEntry> log, Head head) throws IOException {
        if (head.baseId() == head.oldest().id()) {
            return 0;
        }
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).isPoint() && log.get(i).point().id() == head.oldest().id()) {
                return i + 1;
            }
        }
        throw new DamagedTimelineException("point " + head.oldest().id() + " is lost");
    }

    private Head foldInto(Head announced, List<LogEntry> folded) throws IOException {
        Point oldest = announced.oldest();
        try (PointImage image = PointImage.of(files, () -> {}, announced, folded, oldest)) {
            image.visitLog(new PageSet(oldest.pages()), (number, checksum, content) -> {});
            announced.publish(files);
            progress.accept(TimelineStep.FOLD_OLDEST_PUBLISHED);
            write(image);
        }
        progress.accept(TimelineStep.FOLD_BASE_DURABLE);
        Head reached = announced.reached(behind(folded.get(folded.size() - 1)));
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

    private LogPosition beginningOf(long segment) throws IOException {
        LogPosition beginning = LogIndex.beginning(files, segment);
        if (beginning == null) {
            throw new DamagedTimelineException(files.segment(segment) + " is damaged at its beginning");
        }
        return beginning;
    }

    /** Where the log goes on behind a point; in the next segment if it was the last of its own. */
    private LogPosition behind(LogEntry entry) throws IOException {
        LogPosition end = entry.end();
        try (SegmentReader reader = SegmentReader.open(files, end.segment())) {
            LogRecord next = reader.read(end.offset());
            boolean isLast = next != null && next.type() == RecordType.END && next.link() == end.link();
            return isLast && RegularFile.exists(files.segment(end.segment() + 1))
                    ? new LogPosition(end.segment() + 1, 0, next.checksum())
                    : end;
        }
    }

    private void deleteSegmentsBefore(long first) throws IOException {
        long lowest = first;
        while (RegularFile.exists(files.segment(lowest - 1))) {
            lowest--;
        }
        // Upwards, so that a crash leaves no gap that would hide some from the next fold.
        for (long segment = lowest; segment < first; segment++) {
            Files.deleteIfExists(files.segment(segment));
            progress.accept(TimelineStep.FOLD_SEGMENT_DELETED);
        }
    }
}
