package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;

/** A main class that prints what a timeline costs: directory, pages of 4 KB in the database, points. */
final class TimelineCost {
    private static final int PAGE = 4096;

    private TimelineCost() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]).toRealPath();
        int pages = Integer.parseInt(args[1]);
        int points = Integer.parseInt(args[2]);
        DirectoryLock directory = DirectoryLock.of(root.resolve("backups"));
        Path original = Files.writeString(root.resolve("prt.db"), "live");
        try (Timeline timeline = Timeline.open(directory, DatabaseId.ofNew(original))) {
            Tail tail = start(timeline, directory, original, pages);
            append(timeline, tail, pages, points);
            long start = System.nanoTime();
            int listed = timeline.points().size();
            print("list", start, listed);
            try (Timeline other = Timeline.open(directory, DatabaseId.ofNew(original))) {
                start = System.nanoTime();
                other.tail();
                print("open before a fold", start, 1);
            }
            long newest = timeline.tail().orElseThrow().newest().id();
            start = System.nanoTime();
            try (PointImage image = timeline.image(newest)) {
                image.copyTo(root.resolve("copy.db"), (done, total) -> {});
            }
            print("materialize, page", start, pages);
            start = System.nanoTime();
            try (PointImage image = timeline.image(newest)) {
                image.verify((done, total) -> {});
            }
            print("verify, page", start, pages);
            start = System.nanoTime();
            int gone = timeline.fold(points / 2);
            print("fold, point", start, gone);
            try (Timeline other = Timeline.open(directory, DatabaseId.ofNew(original))) {
                start = System.nanoTime();
                other.tail();
                print("open after a fold", start, 1);
            }
        }
    }

    private static Tail start(Timeline timeline, DirectoryLock directory, Path original, int pages) throws IOException {
        PendingFile pending = PendingFile.create(directory);
        byte[] page = new byte[PAGE];
        new Random(1).nextBytes(page);
        try (var out = Files.newOutputStream(pending.path())) {
            for (int i = 0; i < pages; i++) {
                out.write(page);
            }
        }
        long start = System.nanoTime();
        try (BaseImage image = BaseImage.prepare(directory, original, pending, PAGE, true)) {
            print("prepare, page", start, pages);
            start = System.nanoTime();
            Tail tail = timeline.start(header(1, pages), image);
            print("start", start, 1);
            return tail;
        }
    }

    private static void append(Timeline timeline, Tail start, int pages, int points) throws IOException {
        Tail tail = start;
        ByteBuffer content = ByteBuffer.allocateDirect(PAGE);
        long[] nanos = new long[points];
        for (int i = 0; i < points; i++) {
            int first = 1 + i % (pages - 2);
            Point.Header header = header(i + 2, pages);
            long before = System.nanoTime();
            tail = timeline.append(
                    tail,
                    header,
                    writer -> {
                        for (int number = first; number < first + 3; number++) {
                            writer.page(number, content.clear());
                        }
                    },
                    false);
            nanos[i] = System.nanoTime() - before;
        }
        long[] warm = Arrays.copyOfRange(nanos, points / 2, points);
        long mean = Arrays.stream(warm).sum() / warm.length;
        Arrays.sort(warm);
        System.out.printf(
                "append of 3 pages: %.1f µs median, %.1f p90, %.1f p99, %.1f max, %.1f mean%n",
                warm[warm.length / 2] / 1e3,
                warm[warm.length * 9 / 10] / 1e3,
                warm[warm.length * 99 / 100] / 1e3,
                warm[warm.length - 1] / 1e3,
                mean / 1e3);
    }

    private static Point.Header header(long id, int pages) {
        return new Point.Header(
                id, Instant.now(), "Auto-backup before: SQL: UPDATE t", true, PAGE, pages, ByteBuffer.allocate(32));
    }

    private static void print(String what, long start, int count) {
        double micros = (System.nanoTime() - start) / 1e3;
        System.out.printf("%-20s %10.0f µs for %d, %.2f µs each%n", what, micros, count, micros / count);
    }
}
