package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.backup.pages.FilePosition;
import io.github.prtbackup.backup.pages.FileTransaction;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.backup.pages.RollbackJournal;
import io.github.prtbackup.files.Pause;
import io.github.prtbackup.timeline.Announcement;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of all processes tell each other, through the timeline, about their transactions in a database with a
 * rollback journal: which pages a transaction changes, just before it ends, and then that it has ended. Whoever holds the
 * write lock next learns so what has changed since the newest point.
 *
 * <p>A transaction that says nothing, or is not believed, costs a comparison of all pages, and no more.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class TransactionNotes {

    /**
     * SQLite gives its lock away inside {@code COMMIT}, and the mark comes some microseconds later; or never, if the process
     * has died.
     */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** With a long {@code backup.min-interval} comparing all pages is cheaper at some time than reading all notes. */
    private static final long MOST_BYTES = 4L << 20;

    private final Timeline timeline;
    private final DatabaseFile database;

    /** Where the present transaction has begun; null if there is none of which anything can be told. */
    private FilePosition before;

    private FileTransaction ending;
    private Announcement announcement;

    TransactionNotes(Timeline timeline, DatabaseFile database) {
        this.timeline = timeline;
        this.database = database;
    }

    /** The connection holds the write lock, and has not written yet. */
    void began(CurrentPages now) {
        forget();
        before = now.transactionStart().orElse(null);
    }

    /** Whether there is something to tell at the end of the present transaction. */
    boolean areDue() {
        return before != null;
    }

    /** The transaction is about to end, and still holds its lock: its journal names what it has changed. */
    void ending(boolean commits) throws IOException {
        ending = null;
        announcement = null;
        if (before == null
                || timeline.tail().isEmpty()
                || timeline.announcedBytes() > MOST_BYTES
                || !(RollbackJournal.read(database) instanceof Changed.Complete changed)) {
            return;
        }
        FileTransaction transaction = FileTransaction.ending(before, commits, changed.pages());
        if (transaction.encodedSize() <= Timeline.LONGEST_ANNOUNCEMENT) {
            announcement = timeline.announce(ByteBuffer.wrap(transaction.encode()));
            ending = transaction;
        }
    }

    /**
     * What was tried has returned, or failed.
     *
     * @param isOver whether the transaction has ended as it was announced
     */
    void ended(boolean isOver) throws IOException {
        if (announcement == null) {
            return;
        }
        long mark = FileTransaction.VOID;
        try {
            if (isOver) {
                mark = ending.markAt(FilePosition.of(database));
            }
        } finally {
            // In any case, because others wait for it.
            timeline.mark(announcement, mark);
            announcement = null;
            ending = null;
        }
    }

    /** There is no transaction any more, or nothing is known of it. */
    void forget() {
        before = null;
        announcement = null;
        ending = null;
    }

    /** What has been told since the newest point, which is at a position. */
    List<FileTransaction> since(Position newest, CurrentPages now) throws IOException {
        if (now.transactionStart().isEmpty()) {
            return List.of();
        }
        List<FileTransaction> told = read();
        long start = System.nanoTime();
        while (now.awaitsMark(newest, told) && System.nanoTime() - start < PATIENCE_NANOS) {
            Pause.nanos(LOOK_AGAIN_NANOS);
            told = read();
        }
        return told;
    }

    private List<FileTransaction> read() throws IOException {
        return timeline.announcementsSinceNewest().stream()
                .filter(note -> FileTransaction.isOne(note.payload()))
                .map(note -> FileTransaction.decode(note.payload(), note.mark()))
                .toList();
    }
}
