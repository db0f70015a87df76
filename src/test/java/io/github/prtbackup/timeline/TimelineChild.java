package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A database whose state at any point follows from the point's id, so that processes can take turns and be checked; and
 * what {@link TimelineCrashTest} lets other processes do.
 *
 * <p>It has {@value #PAGES} pages. A point writes three of them with its id; every tenth writes all.
 */
final class TimelineChild {
    private static final int PAGE_SIZE = 65536;
    private static final int PAGES = 9;

    private TimelineChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        Path original = Path.of(args[1]);
        switch (args[2]) {
            case "turns" -> takeTurns(directory, original, Integer.parseInt(args[3]));
            case "read" -> {
                try (Timeline timeline = Model.open(DirectoryLock.of(directory), original, step -> {});
                        PointImage image = timeline.image(1)) {
                    System.out.println(image.point().id() == 1 ? "reading" : "?");
                    Thread.sleep(60_000);
                }
            }
            default -> throw new IllegalArgumentException(args[2]);
        }
    }

    /** All kinds of steps. Tells each point whose append has returned. */
    static void history(Path directory, Path original, Consumer<TimelineStep> progress, LongConsumer returned)
            throws IOException {
        DirectoryLock lock = DirectoryLock.of(directory);
        try (Timeline timeline = Model.open(lock, original, progress)) {
            returned.accept(start(timeline, lock, original));
            for (int i = 0; i < 2 * Model.POINTS_IN_SEGMENT + 3; i++) {
                timeline.mark(timeline.announce(ByteBuffer.wrap(new byte[] {1, 2, 3})), i);
                returned.accept(append(timeline, i % 5 == 0));
            }
            timeline.fold(Model.POINTS_IN_SEGMENT);
            returned.accept(append(timeline, false));
            timeline.fold(1);
            returned.accept(append(timeline, false));
        }
    }

    private static void takeTurns(Path directory, Path original, int count) throws IOException {
        DirectoryLock lock = DirectoryLock.of(directory);
        try (Timeline timeline = Model.open(lock, original, step -> {})) {
            for (int i = 0; i < count; i++) {
                // In the place of SQLite's write lock.
                System.out.println(lock.hold(() -> append(timeline, false)));
                if (timeline.isFoldDue()) {
                    timeline.fold(20);
                }
            }
        }
    }

    static long start(Timeline timeline, DirectoryLock lock, Path original) throws IOException {
        return Model.start(lock, original, timeline, header(1), state(1))
                .newest()
                .id();
    }

    static long append(Timeline timeline, boolean sync) throws IOException {
        Tail tail = timeline.tail().orElseThrow();
        long id = tail.newest().id() + 1;
        return timeline.append(
                        tail,
                        header(id),
                        writer -> {
                            for (int page = 1; page <= PAGES; page++) {
                                if (writes(id, page)) {
                                    writer.page(page, ByteBuffer.wrap(content(id, page)));
                                }
                            }
                        },
                        sync)
                .newest()
                .id();
    }

    /** Compares all points. */
    static void check(Timeline timeline) throws IOException {
        List<Point> points = timeline.points();
        for (Point point : points) {
            Model.check(timeline, point, state(point.id()));
        }
        assertThat(points.get(points.size() - 1).id() - points.get(0).id()).isEqualTo(points.size() - 1L);
    }

    /** Compares the newest point, while others append and fold. */
    static void checkNewest(Timeline timeline) throws IOException {
        Point point = timeline.tail().orElseThrow().newest();
        try {
            Model.check(timeline, point, state(point.id()));
        } catch (IllegalArgumentException e) {
            assertThat(timeline.points().get(0).id()).as(e.getMessage()).isGreaterThan(point.id());
        }
    }

    private static Point.Header header(long id) {
        return Model.header(id, PAGE_SIZE, PAGES);
    }

    private static boolean writes(long id, int page) {
        return id == 1 || id % 10 == 0 || (id * 3 + page) % PAGES < 3;
    }

    private static byte[] state(long id) {
        byte[] state = new byte[PAGES * PAGE_SIZE];
        for (int page = 1; page <= PAGES; page++) {
            long writer = id;
            while (!writes(writer, page)) {
                writer--;
            }
            System.arraycopy(content(writer, page), 0, state, (page - 1) * PAGE_SIZE, PAGE_SIZE);
        }
        return state;
    }

    private static byte[] content(long id, int page) {
        byte[] content = new byte[PAGE_SIZE];
        Arrays.fill(content, (byte) (id + page));
        ByteBuffer.wrap(content).putLong(id).putInt(page);
        return content;
    }
}
