package io.github.prtbackup.store;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the timelines of a directory tell of the ids that were given, where the counter was lost. Stateless. */
final class TimelineIds {
    /** Numbers of segments begin with the id of a point and rise by one, while ids rise by one at least with each point. */
    private static final Pattern SEGMENT =
            Pattern.compile(".*\\.timeline-[0-9a-f]{8}\\.([0-9]{6,16})\\.log(\\.damaged-[0-9]+)?", Pattern.DOTALL);

    private TimelineIds() {}

    /** The largest id of a point in the directory, as far as can be told; 0 if there is none. */
    static long largestIn(DirectoryLock directory) throws IOException {
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
