package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that are not what was written: points are good or not there, and never wrong. */
class TimelineDamageTest {
    private static final int PAGE = 512;

    @TempDir
    Path root;

    private Path original;
    private DirectoryLock lock;

    @BeforeEach
    void setUp() throws IOException {
        original = Files.writeString(root.resolve("prt.db"), "live");
        lock = DirectoryLock.of(root.resolve("backups"));
    }

    private Timeline open() {
        return Model.open(lock, original, step -> {});
    }

    /** A base of two pages and points that write the first; the state is told by the id. */
    private void write(int points) throws IOException {
        try (Timeline timeline = open()) {
            if (timeline.tail().isEmpty()) {
                Model.start(lock, original, timeline, Model.header(1, PAGE, 2), state(1));
            }
            for (int i = 0; i < points; i++) {
                append(timeline);
            }
        }
    }

    private static void append(Timeline timeline) throws IOException {
        Tail tail = timeline.tail().orElseThrow();
        long id = tail.newest().id() + 1;
        timeline.append(
                tail, Model.header(id, PAGE, 2), writer -> writer.page(1, ByteBuffer.wrap(state(id), 0, PAGE)), false);
    }

    private static byte[] state(long id) {
        byte[] state = new byte[2 * PAGE];
        Arrays.fill(state, 0, PAGE, (byte) id);
        Arrays.fill(state, PAGE, 2 * PAGE, (byte) 99);
        return state;
    }

    private Path only(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(lock.directory())) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(suffix)).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    /** All points are right, up to one; then it goes on. */
    private void check(long newest) throws IOException {
        try (Timeline timeline = open()) {
            assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(newest);
            List<Point> points = timeline.points();
            assertThat(points.get(points.size() - 1).id()).isEqualTo(newest);
            for (Point point : points) {
                Model.check(timeline, point, state(point.id()));
            }
            append(timeline);
        }
        try (Timeline timeline = open()) {
            assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(newest + 1);
            Model.check(timeline, timeline.tail().orElseThrow().newest(), state(newest + 1));
        }
    }

    @Test
    void aTailTornAnywhereIsCutToThePointBefore() throws IOException {
        write(2);
        Path log = only(".log");
        byte[] before = Files.readAllBytes(log);
        write(1);
        byte[] after = Files.readAllBytes(log);
        for (int length = before.length; length < after.length; length++) {
            Files.write(log, Arrays.copyOf(after, length));
            check(3);
            // As a file system leaves it that knows the length before it has the bytes.
            Files.write(log, Arrays.copyOf(Arrays.copyOf(after, length), after.length));
            check(3);
        }
        Files.write(log, after);
        check(4);
    }

    @Test
    void aFlippedBitEndsTheLogBeforeIt() throws IOException {
        write(1);
        Path log = only(".log");
        int[] ends = new int[5];
        ends[2] = (int) Files.size(log);
        for (int id = 3; id < ends.length; id++) {
            write(1);
            ends[id] = (int) Files.size(log);
        }
        byte[] good = Files.readAllBytes(log);
        Random random = new Random(1);
        for (int i = ends[2]; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << random.nextInt(8));
            Files.write(log, bad);
            int damaged = i < ends[3] ? 3 : 4;
            // In no checksum; no bit of it alone means anything.
            boolean isStatus = i == ends[damaged - 1] + LogRecord.STATUS_OFFSET;
            check(isStatus ? 4 : damaged - 1);
        }
    }

    @Test
    void anAnnouncementTornAnywhereIsNone() throws IOException {
        write(2);
        Path log = only(".log");
        byte[] before = Files.readAllBytes(log);
        try (Timeline timeline = open()) {
            timeline.mark(timeline.announce(ByteBuffer.wrap(new byte[] {1, 2, 3})), -1);
        }
        byte[] after = Files.readAllBytes(log);
        for (int length = before.length; length < after.length; length++) {
            Files.write(log, Arrays.copyOf(after, length));
            try (Timeline timeline = open()) {
                assertThat(timeline.announcementsSinceNewest()).isEmpty();
            }
            check(3);
        }
        // The mark is in no checksum: what is damaged there is another mark, and the log goes on.
        for (int i = before.length; i < after.length; i++) {
            byte[] bad = after.clone();
            bad[i] ^= 1;
            Files.write(log, bad);
            try (Timeline timeline = open()) {
                boolean isChecked = i < after.length - 8 && i != before.length + LogRecord.STATUS_OFFSET;
                assertThat(timeline.announcementsSinceNewest()).hasSize(isChecked ? 0 : 1);
            }
            check(3);
        }
    }

    @Test
    void aRecordFromAnotherPastDoesNotCount() throws IOException {
        write(2);
        Path log = only(".log");
        byte[] two = Files.readAllBytes(log);
        write(1);
        byte[] three = Files.readAllBytes(log);
        // The same length, another content, and behind it what was there before: each record good in itself.
        Files.write(log, Arrays.copyOf(two, two.length - (three.length - two.length)));
        try (Timeline timeline = open()) {
            timeline.append(
                    timeline.tail().orElseThrow(),
                    Model.header(3, PAGE, 2),
                    writer -> writer.page(2, ByteBuffer.wrap(state(7), 0, PAGE)),
                    false);
        }
        byte[] other = Files.readAllBytes(log);
        assertThat(other).hasSameSizeAs(two);
        System.arraycopy(other, 0, three, 0, other.length);
        Files.write(log, three);
        try (Timeline timeline = open()) {
            assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(3);
            assertThat(timeline.points()).extracting(Point::id).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void aLostSegmentEndsTheLogBeforeIt() throws IOException {
        write(Model.POINTS_IN_SEGMENT - 1);
        Path log = only(".log");
        write(1);
        Path next = log.resolveSibling(log.getFileName().toString().replace("000001", "000002"));
        byte[] begin = Files.readAllBytes(next);
        for (int length = 0; length < begin.length; length++) {
            Files.write(next, Arrays.copyOf(begin, length));
            try (Timeline timeline = open()) {
                assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(1L + Model.POINTS_IN_SEGMENT);
            }
        }
        Files.delete(next);
        check(1L + Model.POINTS_IN_SEGMENT);
    }

    @Test
    void anInstanceThatIsOpenNoticesDamageOfWhatItKnows() throws IOException {
        write(2);
        Path log = only(".log");
        try (Timeline timeline = open()) {
            append(timeline);
            Tail tail = timeline.tail().orElseThrow();
            Files.write(log, Arrays.copyOf(Files.readAllBytes(log), (int) Files.size(log) - 1));
            assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(3);
            assertThatThrownBy(() -> timeline.append(tail, Model.header(9, PAGE, 2), writer -> {}, false))
                    .isInstanceOf(TimelineMovedException.class);
            append(timeline);
        }
        check(4);
    }

    @Test
    void anInstanceThatIsOpenNoticesThatAllIsGone() throws IOException {
        write(2);
        try (Timeline timeline = open()) {
            append(timeline);
            try (Stream<Path> files = Files.list(lock.directory())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            assertThat(timeline.tail()).isEmpty();
            assertThat(timeline.points()).isEmpty();
            assertThat(timeline.fold(1)).isZero();
            assertThat(timeline.announcementsSinceNewest()).isEmpty();
            Model.start(lock, original, timeline, Model.header(7, PAGE, 2), state(7));
            append(timeline);
        }
        check(8);
    }

    @Test
    void damageOfTheBaseIsToldAndKeptFromSpreading() throws IOException {
        write(3);
        Path base = only(".base");
        byte[] bytes = Files.readAllBytes(base);
        bytes[PAGE + 5] ^= 1;
        Files.write(base, bytes);
        try (Timeline timeline = open();
                PointImage image = timeline.image(3)) {
            assertThat(image.verify((done, total) -> {})).containsExactly("page 2 in " + only(".base") + " is damaged");
            assertThatThrownBy(() -> image.copyTo(root.resolve("copy.db"), (done, total) -> {}))
                    .isInstanceOf(DamagedTimelineException.class);
            assertThatThrownBy(() -> image.page(2)).isInstanceOf(DamagedTimelineException.class);
            assertThat(image.page(1)).isEqualTo(ByteBuffer.wrap(state(3), 0, PAGE));
        }
    }

    @Test
    void damageOfAnOldSegmentIsNotFolded() throws IOException {
        write(1);
        Path log = only(".log");
        int end = (int) Files.size(log);
        write(2 * Model.POINTS_IN_SEGMENT);
        try (Timeline timeline = open()) {
            // Makes the segments settled: from now on they are not read at each opening.
            timeline.fold(100);
            byte[] bytes = Files.readAllBytes(log);
            bytes[end - 1] ^= 1;
            Files.write(log, bytes);
            assertThatThrownBy(() -> timeline.fold(15)).isInstanceOf(DamagedTimelineException.class);
            try (PointImage image = timeline.image(2)) {
                assertThat(image.verify((done, total) -> {})).hasSize(1);
            }
            try (PointImage image = timeline.image(3)) {
                // It has written the same page.
                assertThat(image.verify((done, total) -> {})).isEmpty();
            }
            assertThat(timeline.fold(14)).isEqualTo(2);
            Model.check(timeline, timeline.points().get(0), state(3));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pointsBehindALostSegmentAreListedAndAWholePointHeals(boolean missing) throws IOException {
        write(1);
        Path log = only(".log");
        write(3 * Model.POINTS_IN_SEGMENT);
        long last = 3L * Model.POINTS_IN_SEGMENT + 2;
        try (Timeline timeline = open()) {
            timeline.fold(100);
            if (missing) {
                Files.delete(log);
            } else {
                Files.write(log, Arrays.copyOf(Files.readAllBytes(log), (int) Files.size(log) / 2));
            }
            List<Long> lost = new ArrayList<>();
            for (long id = 1; id <= last; id++) {
                lost.add(id);
            }
            timeline.points().forEach(point -> lost.remove(point.id()));
            assertThat(lost).isNotEmpty().allMatch(id -> id > 1 && id <= Model.POINTS_IN_SEGMENT + 1);
            Model.check(timeline, timeline.points().get(0), state(1));
            try (PointImage image = timeline.image(last)) {
                assertThat(image.verify((done, total) -> {})).hasSize(1);
                assertThatThrownBy(() -> image.page(1)).isInstanceOf(DamagedTimelineException.class);
                assertThatThrownBy(() -> image.copyTo(root.resolve("copy.db"), (done, total) -> {}))
                        .isInstanceOf(DamagedTimelineException.class);
            }
            assertThatThrownBy(() -> timeline.fold(2)).isInstanceOf(DamagedTimelineException.class);
            long whole = last + 1;
            timeline.append(
                    timeline.tail().orElseThrow(),
                    Model.header(whole, PAGE, 2),
                    writer -> {
                        writer.page(1, ByteBuffer.wrap(state(whole), 0, PAGE));
                        writer.page(2, ByteBuffer.wrap(state(whole), PAGE, PAGE));
                    },
                    false);
            append(timeline);
            assertThat(timeline.fold(2)).isPositive();
            for (Point point : timeline.points()) {
                Model.check(timeline, point, state(point.id()));
            }
        }
        check(last + 2);
    }

    @Test
    void aDamagedHeadIsTold() throws IOException {
        write(1);
        Path head = only(".head");
        byte[] good = Files.readAllBytes(head);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(head, bad);
            try (Timeline timeline = open()) {
                assertThatThrownBy(timeline::tail).isInstanceOf(DamagedTimelineException.class);
            }
            Files.write(head, Arrays.copyOf(good, i));
            try (Timeline timeline = open()) {
                assertThatThrownBy(timeline::tail).isInstanceOf(DamagedTimelineException.class);
            }
        }
    }

    @Test
    void aMissingLogIsTold() throws IOException {
        write(1);
        Files.delete(only(".log"));
        try (Timeline timeline = open()) {
            assertThatThrownBy(timeline::tail).isInstanceOf(DamagedTimelineException.class);
        }
    }
}
