package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Two writes within one tick of the kernel's clock give a file the same time. */
public final class FileTick {

    /** 10 ms at most on Linux, 15.6 ms on Windows. */
    private static final Duration LONGEST = Duration.ofMillis(16);

    private FileTick() {}

    /**
     * Waits until a write by anybody must give a file another time than its last one has. Takes a tick at most.
     *
     * @return false if that does not help, because the file system keeps whole milliseconds or seconds, or clocks differ
     */
    public static boolean waitOut(Path file) throws IOException {
        return waitOut(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS));
    }

    static boolean waitOut(long modifiedNanos) {
        if (modifiedNanos % TimeUnit.MILLISECONDS.toNanos(1) == 0) {
            return false;
        }
        Instant end = Instant.ofEpochSecond(0, modifiedNanos).plus(LONGEST);
        Duration left = Duration.between(Instant.now(), end);
        if (left.compareTo(LONGEST) > 0) {
            return false;
        }
        long start = System.nanoTime();
        long nanos = left.toNanos();
        while (System.nanoTime() - start < nanos && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(nanos - (System.nanoTime() - start));
        }
        return !Instant.now().isBefore(end);
    }
}
