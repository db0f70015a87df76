package io.github.prtbackup.backup.pages;

import io.github.prtbackup.files.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Two writes within one tick of the clock that a file system asks give a file the same time. */
public final class FileTick {

    /** 10 ms at most on Linux, 15.6 ms on Windows. */
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(16);

    /** Of a file system that keeps whole seconds, or every other one. */
    private static final long COARSE = TimeUnit.SECONDS.toNanos(3);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private FileTick() {}

    /**
     * Waits until a write by anybody must give a file another time than its last one has, if that takes no longer than the
     * tick of a clock.
     *
     * @return false if it would take longer, because the file system may keep whole seconds only, or its clock is ahead, or
     *     if the thread was interrupted
     */
    public static boolean waitOut(Path file) throws IOException {
        return waitOut(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS));
    }

    /** As {@link #waitOut(Path)}, with the time of the last write. */
    public static boolean waitOut(long modifiedNanos) {
        long tick = modifiedNanos % SECOND == 0 ? COARSE : LONGEST;
        long left = modifiedNanos + tick - nowNanos();
        while (left > 0 && left <= LONGEST && !Thread.currentThread().isInterrupted()) {
            Pause.nanos(left);
            left = modifiedNanos + tick - nowNanos();
        }
        return left <= 0;
    }

    /** Whether a write by anybody must give a file another time than it has. */
    static boolean isOver(long modifiedNanos) {
        long tick = modifiedNanos % SECOND == 0 ? COARSE : LONGEST;
        return nowNanos() - modifiedNanos >= tick;
    }

    private static long nowNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
