package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.ClosingNote;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.PageSource;
import io.github.prtbackup.timeline.Announcement;
import io.github.prtbackup.timeline.Tail;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a process that ends leaves for the next one, where the database is in WAL mode: SQLite deletes the log with the last
 * connection, and the next process would have to compare all pages.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class ClosingNotes {

    private final Timeline timeline;
    private final PageSource source;

    /** The database's name in the connection; null unless that has taken a point of it, and could say how it got on. */
    private String schema;

    ClosingNotes(Timeline timeline, PageSource source) {
        this.timeline = timeline;
        this.source = source;
    }

    /**
     * The connection has taken a point.
     *
     * @param exclusive whether it is in {@code locking_mode=EXCLUSIVE}
     * @param name that of the database in it
     */
    void tookPoint(boolean exclusive, String name) {
        // Who has the database to himself deletes the log whatever he has noted.
        schema = exclusive ? null : name;
    }

    /** The database's name in the connection, if there is something to note when that closes. */
    Optional<String> schema() throws IOException {
        return source.isAlone()
                        && source.database()
                                .header()
                                .filter(DatabaseHeader::wal)
                                .isPresent()
                ? Optional.ofNullable(schema)
                : Optional.empty();
    }

    /** The connection is about to close. It holds the write lock, and all of the log is in the file, if that was possible. */
    void leave() throws IOException {
        Optional<Tail> tail = timeline.tail();
        if (tail.isEmpty()) {
            return;
        }
        Optional<ClosingNote> note =
                source.closingNote(ChangedPages.position(tail.get().newest()));
        if (note.isPresent() && note.get().encodedSize() <= Timeline.LONGEST_ANNOUNCEMENT) {
            timeline.announce(ByteBuffer.wrap(note.get().encode()));
        }
    }

    /** What has changed since the newest point, by the last note that was left. */
    Changed since(CurrentPages now) throws IOException {
        List<Announcement> told = timeline.announcementsSinceNewest();
        for (int i = told.size() - 1; i >= 0; i--) {
            if (ClosingNote.isOne(told.get(i).payload())) {
                return now.since(ClosingNote.decode(told.get(i).payload()));
            }
        }
        return new Changed.Lost("no connection has said how it left the database");
    }
}
