package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.Patience;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of the backups in a directory. They are counted in its lock file; where the counter was lost, or set back, the
 * timelines tell which were given.
 *
 * <p>Thread-safe.
 */
public final class BackupIds {
    /** Numbers of segments begin with the id of a point and rise by one, while ids rise by one at least with each point. */
    private static final Pattern SEGMENT =
            Pattern.compile(".*\\.timeline-[0-9a-f]{8}\\.([0-9]{6,16})\\.log(\\.damaged-[0-9]+)?", Pattern.DOTALL);

    private final DirectoryLock directory;

    /**
     * Those of a directory.
     *
     * @param directory its lock
     */
    public BackupIds(DirectoryLock directory) {
        this.directory = directory;
    }

    /**
     * The next free id as far as the lock file and the timelines know; 1 in a new directory. Changes nothing, and keeps nobody
     * from taking it. Call it in {@link DirectoryLock#hold}.
     *
     * @return the smallest id that no timeline has, and that was never announced to {@link #raise}
     * @throws IOException if the lock file or a timeline can't be read
     */
    public long next() throws IOException {
        return directory.nextId(this::largest);
    }

    /**
     * Announces that all ids below are in use, as {@link DirectoryLock#raiseNextId}. Call it in {@link DirectoryLock#hold}.
     *
     * @param next the next free id
     * @throws IOException if the lock file can't be written, or it or a timeline can't be read
     */
    public void raise(long next) throws IOException {
        directory.raiseNextId(next, this::largest);
    }

    /**
     * A free id, which is used up by this. Needs the lock only where the lock file is new.
     *
     * @param patience how long to wait for the lock
     * @param least no smaller id is given
     * @param floor says which is the smallest id that no full backup has; asked only where the counter may not know
     * @return an id that was never given before
     * @throws IOException if no ids are left, or the lock file or a timeline can't be read or written
     */
    public long reserve(Patience patience, long least, IOCallable<Long> floor) throws IOException {
        return directory.reserveId(patience, least, () -> Math.max(floor.call(), 1 + largest()));
    }

    /** The largest id of a point in the directory, as far as can be told; 0 if there is none. */
    private long largest() throws IOException {
        long largest = 0;
        for (String name : directory.fileNames()) {
            // Also of what was set aside, and can't be read.
            Matcher segment = SEGMENT.matcher(name);
            if (segment.matches()) {
                long number = Long.parseLong(segment.group(1));
                largest = Math.max(largest, number < DirectoryLock.LARGEST_ID ? number : 0);
            }
        }
        for (TimelineFiles files : TimelineFiles.all(directory)) {
            largest = Math.max(largest, newest(files));
        }
        return largest;
    }

    private static long newest(TimelineFiles files) throws IOException {
        LogTail tail = new LogTail(files);
        try {
            tail.refresh();
        } catch (DamagedTimelineException e) {
            Head head = Head.read(files);
            return head == null ? 0 : head.oldest().id();
        }
        return tail.tail() == null ? 0 : tail.tail().newest().id();
    }
}
