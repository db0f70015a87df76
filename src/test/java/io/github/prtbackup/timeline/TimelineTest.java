package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the interface, and the edges of what a database can be. */
class TimelineTest {
    private static final int PAGE = 4096;
    private static final PageSupplier NOTHING = writer -> {};

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

    private static ByteBuffer page(int pageSize, int fill) {
        byte[] bytes = new byte[pageSize];
        Arrays.fill(bytes, (byte) fill);
        return ByteBuffer.wrap(bytes);
    }

    private Tail start(Timeline timeline, int pages) throws IOException {
        return Model.start(lock, original, timeline, Model.header(1, PAGE, pages), new byte[pages * PAGE]);
    }

    @Test
    void pagesMustBeCompleteAndInOrder() throws IOException {
        try (Timeline timeline = open()) {
            Tail tail = start(timeline, 3);
            assertRefused(timeline, tail, Model.header(1, PAGE, 3), NOTHING, "id 1");
            assertRefused(timeline, tail, Model.header(2, PAGE, 4), NOTHING, "missing");
            assertRefused(timeline, tail, Model.header(2, 512, 1), NOTHING, "missing");
            assertRefused(timeline, tail, Model.header(2, PAGE, 3), w -> w.page(0, page(PAGE, 1)), "page 0");
            assertRefused(timeline, tail, Model.header(2, PAGE, 3), w -> w.page(4, page(PAGE, 1)), "page 4");
            assertRefused(timeline, tail, Model.header(2, PAGE, 3), w -> w.page(1, page(512, 1)), "512 bytes");
            assertRefused(
                    timeline,
                    tail,
                    Model.header(2, PAGE, 3),
                    writer -> {
                        writer.page(2, page(PAGE, 1));
                        writer.page(2, page(PAGE, 1));
                    },
                    "page 2 after page 2");
            Tail next = timeline.append(tail, Model.header(2, PAGE, 3), NOTHING, true);
            assertThat(next.newest().id()).isEqualTo(2);
            assertThatThrownBy(() -> timeline.append(tail, Model.header(3, PAGE, 3), NOTHING, false))
                    .isInstanceOf(TimelineMovedException.class);
            assertThat(timeline.tail()).contains(next);
        }
    }

    private static void assertRefused(
            Timeline timeline, Tail tail, Point.Header header, PageSupplier pages, String message) throws IOException {
        assertThatThrownBy(() -> timeline.append(tail, header, pages, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(timeline.tail()).contains(tail);
    }

    @Test
    void aSourceThatFailsLeavesNothing() throws IOException {
        try (Timeline timeline = open()) {
            Tail tail = start(timeline, 200);
            assertThatThrownBy(() -> timeline.append(
                            tail,
                            Model.header(2, PAGE, 200),
                            writer -> {
                                for (int number = 1; number <= 150; number++) {
                                    writer.page(number, page(PAGE, number));
                                }
                                throw new IOException("unreadable");
                            },
                            false))
                    .hasMessage("unreadable");
            assertThat(timeline.tail()).contains(tail);
            timeline.append(tail, Model.header(2, PAGE, 200), writer -> writer.page(9, page(PAGE, 9)), false);
            try (PointImage image = timeline.image(2)) {
                assertThat(image.page(8)).isEqualTo(page(PAGE, 0));
                assertThat(image.page(9)).isEqualTo(page(PAGE, 9));
                assertThat(image.verify((done, total) -> {})).isEmpty();
            }
        }
    }

    @Test
    void aPointIsStoredAsItWasGiven() throws IOException {
        String comment = "ä" + "\uD83D\uDE00".repeat(2100);
        Point.Header header =
                new Point.Header(2, Instant.ofEpochSecond(-5, 7), comment, false, PAGE, 1, ByteBuffer.allocate(64));
        assertThat(header.comment().length()).isEqualTo(4095);
        try (Timeline timeline = open()) {
            Tail tail = start(timeline, 1);
            timeline.append(tail, header, NOTHING, false);
        }
        try (Timeline timeline = open()) {
            Point newest = timeline.tail().orElseThrow().newest();
            assertThat(newest.header()).isEqualTo(header);
            assertThat(newest.whole()).isFalse();
            assertThat(newest.storedBytes()).isBetween(8000L, 9000L);
            assertThat(timeline.points()).hasSize(2);
            assertThat(timeline.points().get(0).storedBytes()).isEqualTo(PAGE);
            assertThatThrownBy(() -> timeline.image(3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3")
                    .hasMessageContaining("[1, 2]");
        }
    }

    @Test
    void headersOutOfBoundsAreRefused() {
        ByteBuffer none = ByteBuffer.allocate(0);
        for (int pageSize : new int[] {0, 256, 1000, 131072, -512}) {
            assertThatThrownBy(() -> new Point.Header(1, Instant.EPOCH, "", true, pageSize, 1, none))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Point.Header(1, Instant.EPOCH, "", true, PAGE, 0xFFFF_FFFFL, none))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Point.Header(1, Instant.EPOCH, "", true, PAGE, 1, ByteBuffer.allocate(65)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The lock page lies in the middle, so that a rule that forgets it fails on either side. */
    @ParameterizedTest
    @ValueSource(ints = {512, 65536})
    void theLockPageIsNeverStored(int pageSize) throws IOException {
        long lockPage = 0x4000_0000L / pageSize + 1;
        long before = lockPage - 1;
        long after = lockPage + 2;
        PendingFile pending = PendingFile.create(lock);
        try (RandomAccessFile file = new RandomAccessFile(pending.path().toFile(), "rw")) {
            file.setLength(before * pageSize);
        }
        try (Timeline timeline = open()) {
            Tail tail;
            try (BaseImage image = BaseImage.prepare(lock, original, pending, pageSize, true)) {
                tail = timeline.start(Model.header(1, pageSize, before), image);
            }
            tail = timeline.append(
                    tail,
                    Model.header(2, pageSize, after),
                    writer -> {
                        for (long number = before; number <= after; number++) {
                            writer.page((int) number, page(pageSize, 5));
                        }
                    },
                    false);
            assertThat(tail.newest().storedBytes()).isLessThan(4L * pageSize);
            checkLockPage(timeline, pageSize, lockPage);
            timeline.append(tail, Model.header(3, pageSize, after), NOTHING, false);
            timeline.fold(1);
            checkLockPage(timeline, pageSize, lockPage);
            try (PointImage image = timeline.image(3)) {
                assertThat(image.verify((done, total) -> {})).isEmpty();
            }
        }
    }

    private static void checkLockPage(Timeline timeline, int pageSize, long lockPage) throws IOException {
        try (PointImage image =
                timeline.image(timeline.tail().orElseThrow().newest().id())) {
            assertThat(image.page(lockPage - 2)).isEqualTo(page(pageSize, 0));
            assertThat(image.page(lockPage - 1)).isEqualTo(page(pageSize, 5));
            assertThat(image.page(lockPage)).isEqualTo(page(pageSize, 0));
            assertThat(image.page(lockPage + 1)).isEqualTo(page(pageSize, 5));
            assertThat(image.page(lockPage + 2)).isEqualTo(page(pageSize, 5));
        }
    }

    /** Nobody has a database of 16 TiB here, but nothing in the log depends on its pages being there. */
    @Test
    void numbersOfPagesUseAllThirtyTwoBits() throws IOException {
        long most = Point.MOST_PAGES;
        PageSet set = new PageSet(most);
        assertThat(set.add(most)).isTrue();
        assertThat(set.add(most)).isFalse();
        assertThat(set.contains(most)).isTrue();
        assertThat(set.contains(most - 1)).isFalse();
        assertThat(PageNumbers.countStored(1, most, 512)).isEqualTo(most - 1);
        assertThat(PageNumbers.countStored(1, 2097152, 512)).isEqualTo(2097152);
        RecordBuffer buffer = new RecordBuffer();
        buffer.begin(512, 0);
        buffer.add((int) (most - 1), page(512, 1));
        buffer.add((int) most, page(512, 2));
        ByteBuffer bytes = buffer.finish(RecordType.PART, 0, 0, fields -> {});
        LogRecord record =
                new LogRecord(RecordType.PART, 1, 0, bytes.slice(bytes.position(), bytes.remaining() - 1024), 0);
        assertThat(record.pageNumber(1)).isEqualTo(most);
        assertThat(record.pageNumber(0)).isEqualTo(most - 1);
    }

    @Test
    void aBaseCanBePatchedAndResizedBeforeItBegins() throws IOException {
        PendingFile pending = PendingFile.create(lock);
        pending.write(new byte[3 * PAGE]);
        try (Timeline timeline = open();
                BaseImage image = BaseImage.prepare(lock, original, pending, PAGE, true)) {
            image.patch(2, page(PAGE, 2));
            image.resize(5);
            image.patch(5, page(PAGE, 5));
            assertThatThrownBy(() -> image.patch(6, page(PAGE, 6))).isInstanceOf(IllegalArgumentException.class);
            timeline.start(Model.header(1, PAGE, 5), image);
            try (PointImage point = timeline.image(1)) {
                assertThat(point.verify((done, total) -> {})).isEmpty();
                assertThat(point.page(2)).isEqualTo(page(PAGE, 2));
                assertThat(point.page(4)).isEqualTo(page(PAGE, 0));
                assertThat(point.page(5)).isEqualTo(page(PAGE, 5));
            }
        }
    }

    @Test
    void itBeginsOnce() throws IOException {
        try (Timeline one = open();
                Timeline two = open()) {
            start(one, 1);
            assertThatThrownBy(() -> start(two, 1)).isInstanceOf(TimelineMovedException.class);
            assertThat(two.points()).hasSize(1);
        }
        assertThat(names().filter(name -> name.startsWith(".tmp-"))).isEmpty();
    }

    @Test
    void anInterruptDisturbsNothing() throws Exception {
        try (Timeline timeline = open()) {
            start(timeline, 3);
            AtomicBoolean done = new AtomicBoolean();
            List<Throwable> failures = new ArrayList<>();
            Thread worker = new Thread(() -> {
                try {
                    for (int id = 2; id < 300; id++) {
                        int fill = id;
                        timeline.append(
                                timeline.tail().orElseThrow(),
                                Model.header(id, PAGE, 3),
                                writer -> writer.page(1 + fill % 3, page(PAGE, fill)),
                                id % 50 == 0);
                        try (PointImage image = timeline.image(id)) {
                            image.page(2);
                        }
                        timeline.fold(20);
                    }
                } catch (IOException | RuntimeException e) {
                    failures.add(e);
                }
                done.set(true);
            });
            worker.start();
            while (!done.get()) {
                worker.interrupt();
                Thread.sleep(1);
            }
            worker.join();
            assertThat(failures).isEmpty();
            try (PointImage image = timeline.image(299)) {
                assertThat(image.verify((count, total) -> {})).isEmpty();
                assertThat(image.page(1 + 299 % 3)).isEqualTo(page(PAGE, 299));
                assertThat(image.page(1 + 298 % 3)).isEqualTo(page(PAGE, 298));
            }
        }
    }

    @Test
    void filesAreForThoseWhoMayReadTheDatabase() throws IOException {
        Files.setPosixFilePermissions(original, PosixFilePermissions.fromString("rw-r-----"));
        try (Timeline timeline = open()) {
            Tail tail = start(timeline, 1);
            for (int id = 2; id < 2 + Model.POINTS_IN_SEGMENT; id++) {
                tail = timeline.append(tail, Model.header(id, PAGE, 1), NOTHING, false);
            }
        }
        try (Stream<Path> files = Files.list(lock.directory())) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("prt.db.timeline-")))
                    .hasSize(5)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-r-----"));
        }
    }

    @Test
    void anotherDatabaseOfThatNameHasItsOwn() throws IOException {
        Path other =
                Files.writeString(Files.createDirectory(root.resolve("other")).resolve("prt.db"), "live");
        try (Timeline one = open();
                Timeline two = Model.open(lock, other, step -> {})) {
            start(one, 1);
            Model.start(lock, other, two, Model.header(9, 512, 2), new byte[1024]);
            assertThat(one.points()).extracting(Point::id).containsExactly(1L);
            assertThat(two.points()).extracting(Point::id).containsExactly(9L);
            List<Timeline> all = Timeline.all(lock);
            assertThat(all).extracting(Timeline::original).containsExactlyInAnyOrder(original, other);
            for (Timeline timeline : all) {
                assertThat(timeline.points()).hasSize(1);
                timeline.close();
            }
        }
    }

    @Test
    void aFoldIsDueWhenASegmentIsFull() throws IOException {
        try (Timeline timeline = open()) {
            assertThat(timeline.isFoldDue()).isFalse();
            Tail tail = start(timeline, 1);
            for (int id = 2; id < 2 + Model.POINTS_IN_SEGMENT; id++) {
                assertThat(timeline.isFoldDue()).isFalse();
                tail = timeline.append(tail, Model.header(id, PAGE, 1), NOTHING, false);
            }
            assertThat(timeline.isFoldDue()).isTrue();
            try (Timeline other = open()) {
                other.tail();
                assertThat(other.isFoldDue()).isTrue();
                assertThat(timeline.fold(100)).isZero();
                assertThat(timeline.isFoldDue()).isFalse();
            }
            try (Timeline other = open()) {
                other.tail();
                assertThat(other.isFoldDue()).isFalse();
            }
        }
    }

    @Test
    void whatCannotBeReadIsSetAside() throws IOException {
        try (Timeline timeline = open()) {
            for (int i = 1; i <= 2; i++) {
                start(timeline, 1);
                Path head;
                try (Stream<Path> files = Files.list(lock.directory())) {
                    head = files.filter(file -> file.toString().endsWith(".head"))
                            .findFirst()
                            .orElseThrow();
                }
                Files.writeString(head, "nothing");
                try (Timeline other = open()) {
                    assertThatThrownBy(other::tail).isInstanceOf(DamagedTimelineException.class);
                    other.setAside();
                    assertThat(other.tail()).isEmpty();
                }
            }
            start(timeline, 1);
            assertThat(timeline.points()).hasSize(1);
        }
        assertThat(names().filter(name -> name.endsWith(".damaged-1"))).hasSize(4);
        assertThat(names().filter(name -> name.endsWith(".damaged-2"))).hasSize(4);
    }

    @Test
    void aNewerVersionIsLeftAlone() throws IOException {
        try (Timeline timeline = open()) {
            Tail tail = start(timeline, 1);
            timeline.append(tail, Model.header(2, PAGE, 1), NOTHING, false);
        }
        Path log;
        try (Stream<Path> files = Files.list(lock.directory())) {
            log = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
        int second = bytes.getInt(LogRecord.LENGTH_OFFSET);
        bytes.put(second + LogRecord.VERSION_OFFSET, (byte) 2);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), second + LogRecord.LENGTH_OFFSET, bytes.limit() - second - LogRecord.LENGTH_OFFSET);
        bytes.putInt(second + LogRecord.CHECKSUM_OFFSET, (int) crc.getValue());
        Files.write(log, bytes.array());
        try (Timeline timeline = open()) {
            assertThatThrownBy(timeline::tail)
                    .isInstanceOf(UnknownVersionException.class)
                    .hasMessageContaining("version 2");
        }
        assertThat(log).hasBinaryContent(bytes.array());
    }

    private Stream<String> names() throws IOException {
        return lock.fileNames().stream();
    }
}
