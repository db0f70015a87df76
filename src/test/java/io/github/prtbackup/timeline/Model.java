package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A database in memory that changes at random, with a copy of each state that became a point. */
final class Model {
    /** Few, so that there are many segments. */
    static final int POINTS_IN_SEGMENT = 7;

    private final Random random;
    private final Path original;
    private final DirectoryLock directory;
    private final TreeMap<Long, byte[]> points = new TreeMap<>();
    private byte[] database;
    private int pageSize;
    private BitSet changed = new BitSet();
    private long nextId = 1;

    Model(Path root, long seed) throws IOException {
        random = new Random(seed);
        original = root.resolve("prt.db");
        if (!Files.exists(original)) {
            Files.writeString(original, "live");
        }
        directory = DirectoryLock.of(root.resolve("backups"));
        pageSize = 512 << random.nextInt(3);
        database = bytes(random.nextInt(20) * pageSize);
    }

    Path original() {
        return original;
    }

    DirectoryLock directory() {
        return directory;
    }

    static Timeline open(DirectoryLock directory, Path original, Consumer<TimelineStep> progress) {
        return Timeline.open(directory, DatabaseId.ofNew(original), progress, POINTS_IN_SEGMENT);
    }

    /** What each point must give. */
    NavigableMap<Long, byte[]> points() {
        return points;
    }

    Timeline open() {
        return open(directory, original, step -> {});
    }

    Tail start(Timeline timeline) throws IOException {
        Point.Header header = header();
        Tail tail = start(timeline, header, database);
        remember();
        return tail;
    }

    static Tail start(DirectoryLock directory, Path original, Timeline timeline, Point.Header header, byte[] content)
            throws IOException {
        PendingFile pending = PendingFile.create(directory);
        Files.write(pending.path(), content);
        try (BaseImage image = BaseImage.prepare(directory, original, pending, header.pageSize(), true)) {
            return timeline.start(header, image);
        }
    }

    private Tail start(Timeline timeline, Point.Header header, byte[] content) throws IOException {
        return start(directory, original, timeline, header, content);
    }

    /** Changes the database, and appends that. */
    Tail step(Timeline timeline) throws IOException {
        change();
        return append(timeline, timeline.tail().orElseThrow(), random.nextInt(10) == 0);
    }

    Tail append(Timeline timeline, Tail since, boolean sync) throws IOException {
        Tail tail = timeline.append(
                since,
                header(),
                writer -> {
                    for (int i = changed.nextSetBit(0); i >= 0 && i < pages(); i = changed.nextSetBit(i + 1)) {
                        writer.page(i + 1, ByteBuffer.wrap(database, i * pageSize, pageSize));
                    }
                },
                sync);
        remember();
        return tail;
    }

    void change() {
        switch (random.nextInt(12)) {
            case 0 -> resize(pages() + random.nextInt(30));
            case 1 -> resize(random.nextInt(pages() + 1));
            case 2 -> changePageSize();
            case 3 -> {
                int before = pages();
                resize(before / 2);
                resize(before + 1);
            }
            case 4 -> {
                for (int i = 0; i < pages(); i++) {
                    rewrite(i);
                }
            }
            default -> {
                for (int i = random.nextInt(4); i > 0 && pages() > 0; i--) {
                    rewrite(random.nextInt(pages()));
                }
            }
        }
    }

    /** Compares all points from the oldest one that is there, and requires that a number of the newest are. */
    void check(Timeline timeline, int atLeast) throws IOException {
        var listed = timeline.points();
        long oldest = listed.get(0).id();
        Map<Long, byte[]> expected = points.tailMap(oldest);
        assertThat(listed).extracting(Point::id).containsExactlyElementsOf(expected.keySet());
        assertThat(expected.size()).isGreaterThanOrEqualTo(Math.min(atLeast, points.size()));
        for (Point point : listed) {
            check(timeline, point);
        }
    }

    private void check(Timeline timeline, Point point) throws IOException {
        byte[] expected = points.get(point.id());
        check(timeline, point, expected);
    }

    static void check(Timeline timeline, Point point, byte[] expected) throws IOException {
        assertThat(point.header().comment()).isEqualTo("point " + point.id());
        assertThat(point.header().position()).isEqualTo(position(point.id()));
        Path copy = Files.createTempFile("timeline", ".db");
        try (PointImage image = timeline.image(point.id())) {
            assertThat(image.verify((done, total) -> {})).isEmpty();
            image.copyTo(copy, (done, total) -> assertThat(done).isLessThanOrEqualTo(total));
            assertThat(Arrays.equals(Files.readAllBytes(copy), expected))
                    .as("point " + point.id())
                    .isTrue();
            if (point.pages() > 0) {
                int last = (int) point.pages() - 1;
                assertThat(image.page(last + 1))
                        .isEqualTo(ByteBuffer.wrap(expected, last * point.pageSize(), point.pageSize()));
            }
        } finally {
            Files.delete(copy);
        }
    }

    static ByteBuffer position(long id) {
        return ByteBuffer.allocate(8).putLong(id).flip();
    }

    Point.Header header() {
        return header(nextId, pageSize, pages());
    }

    static Point.Header header(long id, int pageSize, long pages) {
        return new Point.Header(
                id, Instant.ofEpochSecond(id, 123_456_789), "point " + id, true, pageSize, pages, position(id));
    }

    private void remember() {
        points.put(nextId, database.clone());
        nextId += 1 + random.nextInt(3);
        changed = new BitSet();
    }

    private int pages() {
        return database.length / pageSize;
    }

    private void resize(int pages) {
        int before = pages();
        database = Arrays.copyOf(database, pages * pageSize);
        for (int i = before; i < pages; i++) {
            rewrite(i);
        }
    }

    private void changePageSize() {
        pageSize = 512 << random.nextInt(3);
        database = bytes(random.nextInt(20) * pageSize);
        changed.set(0, pages());
    }

    private void rewrite(int page) {
        System.arraycopy(bytes(pageSize), 0, database, page * pageSize, pageSize);
        changed.set(page);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
