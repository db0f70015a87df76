package io.github.prtbackup.timeline;

import java.util.ArrayList;
import java.util.List;

/**
 * The announcements behind the newest point, as long as this instance has written all that is there since that point, so that
 * a single writer need not read what it has just written.
 *
 * <p>Not thread-safe.
 */
final class OwnAnnouncements {
    private final List<Announcement> announcements = new ArrayList<>();
    /** Where the log ends if nobody else has added anything; null if somebody has. */
    private LogPosition end;

    /** This instance has added a point, or begun the timeline. */
    void pointAdded(LogPosition newEnd) {
        announcements.clear();
        end = newEnd;
    }

    /** This instance has added an announcement at what was the end. */
    void added(Announcement announcement, LogPosition newEnd) {
        if (end == null
                || end.segment() != newEnd.segment()
                || end.offset() != announcement.place().offset()) {
            end = null;
            return;
        }
        announcements.add(announcement);
        end = newEnd;
    }

    /** This instance has marked one, maybe one of an earlier point. */
    void marked(Announcement announcement, long mark) {
        announcements.replaceAll(known -> known.place().equals(announcement.place())
                ? new Announcement(known.payload(), mark, known.place())
                : known);
    }

    /** All there are, oldest first; null if others have to be asked for. */
    List<Announcement> upTo(LogPosition tail) {
        return tail.equals(end) ? List.copyOf(announcements) : null;
    }
}
