package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.testing.Backups;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A timeline that begins without waiting for the disk, and what a crash of the operating system may leave of it. */
class FreshBaseTest {
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

    private void begin(int pages, boolean durable) throws IOException {
        PendingFile pending = PendingFile.createUnhashed(lock);
        Files.write(pending.path(), state(pages));
        try (Timeline timeline = open();
                BaseImage image = BaseImage.prepare(lock, original, pending, PAGE, durable)) {
            timeline.start(Model.header(1, PAGE, pages), image);
        }
    }

    private static byte[] state(int pages) {
        byte[] state = new byte[pages * PAGE];
        Arrays.fill(state, (byte) 7);
        return state;
    }

    private static Tail append(Timeline timeline, boolean sync) throws IOException {
        Tail tail = timeline.tail().orElseThrow();
        long id = tail.newest().id() + 1;
        return timeline.append(
                tail,
                Model.header(id, PAGE, 2),
                writer -> writer.page(1, ByteBuffer.allocate(PAGE).put(0, (byte) id)),
                sync);
    }

    private Path only(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(lock.directory())) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(suffix)).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private byte status() throws IOException {
        return Files.readAllBytes(only(".log"))[LogRecord.STATUS_OFFSET];
    }

    private void awaitSettled() throws Exception {
        Backups.awaitSettled(lock.directory());
    }

    /** Begun without waiting, and as it is before anything was made durable. */
    private void beginFresh() throws Exception {
        begin(2, false);
        awaitSettled();
        markFresh();
    }

    private static void overwrite(Path file, int length) throws IOException {
        Files.write(file, new byte[length]);
    }

    private void assertBeginsAnew() throws IOException {
        try (Timeline timeline = open()) {
            assertThatThrownBy(timeline::tail).isInstanceOf(DamagedTimelineException.class);
            assertThatThrownBy(timeline::points).isInstanceOf(DamagedTimelineException.class);
            timeline.setAside();
            assertThat(timeline.tail()).isEmpty();
        }
        begin(2, true);
        try (Timeline timeline = open()) {
            Model.check(timeline, timeline.points().get(0), state(2));
        }
    }

    @Test
    @Timeout(60)
    void aBaseThatNobodyWaitedForIsMadeDurableSoon() throws Exception {
        begin(2, false);
        awaitSettled();
        try (Timeline timeline = open()) {
            Model.check(timeline, timeline.points().get(0), state(2));
        }
    }

    @Test
    void aDurableBaseIsNotMarked() throws IOException {
        begin(2, true);
        assertThat(status()).isZero();
    }

    @Test
    void aLargeBaseIsNeverLeftForLater() throws IOException {
        begin((int) (FreshBase.LARGEST / PAGE) + 1, false);
        assertThat(status()).isZero();
    }

    @Test
    void aMarkDisturbsNobodyWhereTheBaseIsGood() throws Exception {
        beginFresh();
        try (Timeline timeline = open()) {
            assertThat(timeline.tail().orElseThrow().newest().id()).isEqualTo(1);
            Model.check(timeline, timeline.points().get(0), state(2));
            assertThat(status()).isEqualTo(LogRecord.FRESH);
        }
    }

    @Test
    @Timeout(60)
    void whoAppendsMakesDurableWhatADeadProcessHasLeft() throws Exception {
        beginFresh();
        try (Timeline timeline = open()) {
            append(timeline, false);
        }
        awaitSettled();
    }

    @Test
    void aDurablePointRestsOnADurableBase() throws Exception {
        beginFresh();
        try (Timeline timeline = open()) {
            append(timeline, true);
            assertThat(status()).isZero();
        }
    }

    @Test
    void aFoldMakesTheBaseDurableBeforeItChangesIt() throws Exception {
        beginFresh();
        List<Byte> seen = new ArrayList<>();
        try (Timeline timeline = open()) {
            append(timeline, false);
        }
        awaitSettled();
        markFresh();
        try (Timeline timeline = Model.open(lock, original, step -> {
            if (step == TimelineStep.FOLD_LOG_DURABLE) {
                seen.add(statusUnchecked());
            }
        })) {
            assertThat(timeline.fold(1)).isEqualTo(1);
        }
        assertThat(seen).containsExactly((byte) 0);
    }

    private void markFresh() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(only(".log").toFile(), "rw")) {
            log.seek(LogRecord.STATUS_OFFSET);
            log.write(LogRecord.FRESH);
        }
    }

    private byte statusUnchecked() {
        try {
            return status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, PAGE, 2 * PAGE})
    void aBaseThatWasLostGivesWayToANewOne(int left) throws Exception {
        beginFresh();
        overwrite(only(".base"), left);
        assertBeginsAnew();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.BYTES, 2 * Integer.BYTES})
    void checksumsThatWereLostDoToo(int left) throws Exception {
        beginFresh();
        overwrite(only(".base.crc"), left);
        assertBeginsAnew();
    }

    @Test
    void aBaseWhoseNameWasLostDoesToo() throws Exception {
        beginFresh();
        Files.delete(only(".base"));
        assertBeginsAnew();
    }

    @Test
    void aLogThatWasLostTellsNothingOfTheBase() throws Exception {
        beginFresh();
        overwrite(only(".log"), (int) Files.size(only(".log")));
        try (Timeline timeline = open()) {
            Model.check(timeline, timeline.points().get(0), state(2));
        }
        overwrite(only(".base"), 2 * PAGE);
        assertBeginsAnew();
    }

    /** It is found by who reads the page, as everywhere, and costs no other point. */
    @Test
    void aSettledBaseIsNotLookedThrough() throws Exception {
        begin(2, true);
        overwrite(only(".base"), 2 * PAGE);
        try (Timeline timeline = open()) {
            assertThat(timeline.tail()).isPresent();
        }
    }

    @Test
    void aTimelineThatTookThePlaceOfAnotherIsNotSettledForIt() throws Exception {
        beginFresh();
        LogPosition earlier = new LogPosition(1, Files.size(only(".log")), 4711);
        TimelineFiles files = new TimelineFiles(lock, Patience.LONG, DatabaseId.ofNew(original));
        FreshBase.settle(files, earlier);
        assertThat(status()).isEqualTo(LogRecord.FRESH);
        FreshBase.settle(files, Head.read(files).logStart());
        assertThat(status()).isZero();
    }
}
