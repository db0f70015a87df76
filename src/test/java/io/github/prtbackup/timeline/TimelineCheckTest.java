package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.testing.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One walk tells of each point what its own check does, and of every byte that is another than was written. */
class TimelineCheckTest {
    @TempDir(factory = MemoryDisk.class)
    Path root;

    /** What a check says: of each point whether it is good, and what belongs to none. */
    private record Verdict(TreeMap<Long, List<String>> points, List<String> lost, List<String> notes) {
        boolean isGood() {
            return lost.isEmpty() && points.values().stream().allMatch(List::isEmpty);
        }
    }

    private static Verdict check(Timeline timeline) throws IOException {
        try (TimelineCheck check = timeline.check().orElseThrow()) {
            long[] read = new long[1];
            check.run(bytes -> read[0] += bytes);
            TreeMap<Long, List<String>> points = new TreeMap<>();
            for (Point point : check.points()) {
                points.put(point.id(), check.problems(point.id()));
            }
            assertThat(read[0]).isLessThanOrEqualTo(check.bytes());
            return new Verdict(points, check.lost(), check.notes());
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("backups"))) {
            return files.filter(file -> file.getFileName().toString().contains(".timeline-"))
                    .sorted()
                    .toList();
        }
    }

    private Model write(long seed, int points) throws IOException {
        Model model = new Model(root, seed);
        try (Timeline timeline = model.open()) {
            model.start(timeline);
            for (int i = 0; i < points; i++) {
                model.step(timeline);
                if (i % 3 == 1) {
                    timeline.mark(timeline.announce(ByteBuffer.wrap(new byte[] {1, 2, 3})), -1);
                }
            }
        }
        return model;
    }

    /** Deleted points, folded ones, databases that shrink, grow and change the page size. */
    private static void wear(Model model, Random random) throws IOException {
        try (Timeline timeline = model.open()) {
            int points = timeline.points().size();
            timeline.fold(points * 2 / 3);
            for (Point point : timeline.points()) {
                if (random.nextInt(4) == 0) {
                    timeline.delete(point.id());
                }
            }
            if (timeline.points().isEmpty()) {
                model.step(timeline);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whereNothingIsWrongItSaysSo(long seed) throws IOException {
        Model model = write(seed, 30);
        wear(model, new Random(seed));
        try (Timeline timeline = model.open()) {
            Verdict verdict = check(timeline);
            assertThat(verdict.points().keySet())
                    .containsExactlyElementsOf(
                            timeline.points().stream().map(Point::id).toList());
            assertThat(verdict.isGood()).as(verdict.toString()).isTrue();
            assertThat(verdict.notes()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itWritesThePointThatIsAskedFor(long seed) throws IOException {
        Model model = write(seed, 25);
        Path copy = Files.createFile(root.resolve("copy"));
        try (Timeline timeline = model.open()) {
            for (Point point : timeline.points()) {
                try (TimelineCheck check = timeline.check().orElseThrow()) {
                    assertThat(check.run(bytes -> {}, point.id(), copy)).isEmpty();
                }
                assertThat(copy).hasBinaryContent(model.points().get(point.id()));
            }
        }
    }

    /** Every byte of every file, but for those that no checksum covers and no state needs. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void everyFlippedByteIsFoundAndToldOfTheRightPoints(long seed) throws IOException {
        Random random = new Random(seed);
        Model model = write(seed, 16);
        wear(model, random);
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            Set<Long> marks = marks(model, file);
            int step = 1 + good.length / 150;
            for (int i = random.nextInt(step); i < good.length; i += step) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bad);
                assertFound(model, file, i, marks.contains((long) i));
            }
            Files.write(file, good);
        }
    }

    private void assertFound(Model model, Path file, int index, boolean isMark) throws IOException {
        try (Timeline timeline = model.open()) {
            Verdict verdict;
            try {
                verdict = check(timeline);
            } catch (DamagedTimelineException e) {
                // Nothing can be listed, and that is told.
                assertThatThrownBy(timeline::points).isInstanceOf(DamagedTimelineException.class);
                return;
            }
            assertThat(verdict.isGood())
                    .as("byte " + index + " of " + file + ": " + verdict)
                    .isEqualTo(isMark);
            for (Point point : timeline.points()) {
                assertThat(verdict.points().get(point.id()).isEmpty())
                        .as("byte " + index + " of " + file + ", point " + point.id() + ": " + verdict)
                        .isEqualTo(isReadable(timeline, point, model));
            }
        }
    }

    private boolean isReadable(Timeline timeline, Point point, Model model) throws IOException {
        try (PointImage image = timeline.image(point.id())) {
            boolean isGood = image.verify((done, total) -> {}).isEmpty();
            if (isGood) {
                Path copy = root.resolve("copy");
                image.copyTo(copy, (done, total) -> {});
                assertThat(Arrays.equals(
                                Files.readAllBytes(copy), model.points().get(point.id())))
                        .isTrue();
            }
            return isGood;
        }
    }

    /** Where the marks of announcements are. */
    private static Set<Long> marks(Model model, Path file) throws IOException {
        Set<Long> marks = new TreeSet<>();
        if (!file.toString().endsWith(".log")) {
            return marks;
        }
        String[] parts = file.getFileName().toString().split("\\.", -1);
        TimelineFiles files = new TimelineFiles(model.directory(), Patience.LONG, DatabaseId.ofNew(model.original()));
        try (SegmentReader reader = SegmentReader.open(files, Long.parseLong(parts[parts.length - 2]))) {
            long offset = 0;
            for (LogRecord record = reader.read(0); record != null; record = reader.read(offset)) {
                offset = record.end().offset();
                for (int i = 1; i <= record.type().markLength(); i++) {
                    marks.add(offset - i);
                }
            }
        }
        return marks;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void ofManyDamagesAtOnceItTellsTheSameAsEachPointsOwnCheck(long seed) throws IOException {
        Random random = new Random(seed);
        Model model = write(seed, 40);
        wear(model, random);
        List<Path> files = new ArrayList<>(files());
        files.removeIf(file -> file.toString().endsWith(".head"));
        for (int i = 0; i < 60; i++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] good = Files.readAllBytes(file);
            byte[] bad = random.nextInt(5) == 0 ? Arrays.copyOf(good, random.nextInt(good.length + 1)) : good.clone();
            for (int j = random.nextInt(5); j >= 0 && bad.length > 0; j--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, bad);
            try (Timeline timeline = model.open()) {
                Verdict verdict = check(timeline);
                for (Point point : timeline.points()) {
                    assertThat(verdict.points().get(point.id()).isEmpty())
                            .as(file + ", point " + point.id() + ": " + verdict)
                            .isEqualTo(isReadable(timeline, point, model));
                }
            } catch (DamagedTimelineException e) {
                assertThat(e).hasMessageContaining("timeline-");
            }
            if (random.nextInt(3) > 0) {
                Files.write(file, good);
            }
        }
    }

    @Test
    void aWriteThatWasNotFinishedIsNoDamage() throws IOException {
        Model model = write(1, 5);
        Path log = files().get(files().size() - 1);
        byte[] before = Files.readAllBytes(log);
        try (Timeline timeline = model.open()) {
            model.step(timeline);
        }
        byte[] after = Files.readAllBytes(log);
        for (int length = before.length; length < after.length; length += 1 + after.length / 300) {
            Files.write(log, Arrays.copyOf(after, length));
            try (Timeline timeline = model.open()) {
                Verdict verdict = check(timeline);
                assertThat(verdict.isGood()).as(length + " " + verdict).isTrue();
                assertThat(verdict.notes()).hasSize(length > before.length ? 1 : 0);
            }
            Files.write(log, Arrays.copyOf(Arrays.copyOf(after, before.length), length));
            try (Timeline timeline = model.open()) {
                assertThat(check(timeline).isGood()).isTrue();
            }
        }
    }

    @Test
    void aFoldThatWasInterruptedIsNoDamage() throws IOException {
        Model model = write(3, 30);
        for (TimelineStep last : List.of(TimelineStep.FOLD_OLDEST_PUBLISHED, TimelineStep.FOLD_BASE_DURABLE)) {
            try (Timeline timeline = Model.open(model.directory(), model.original(), step -> {
                if (step == last) {
                    throw new CancellationException();
                }
            })) {
                int keep = timeline.points().size() / 2;
                assertThatThrownBy(() -> timeline.fold(keep)).isInstanceOf(CancellationException.class);
            }
            try (Timeline timeline = model.open()) {
                Verdict verdict = check(timeline);
                assertThat(verdict.isGood()).as(verdict.toString()).isTrue();
                assertThat(verdict.points()).hasSize(timeline.points().size());
            }
        }
    }

    @Test
    void aFileThatIsMissingIsTold() throws IOException {
        Model model = write(5, 30);
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            Files.delete(file);
            try (Timeline timeline = model.open()) {
                assertThat(check(timeline).isGood()).as(file.toString()).isFalse();
            } catch (DamagedTimelineException e) {
                assertThat(e).hasMessageContaining("missing");
            }
            Files.write(file, good);
        }
    }

    @Test
    void whatHasNotBegunHasNothingToCheck() throws IOException {
        Model model = new Model(root, 1);
        try (Timeline timeline = model.open()) {
            assertThat(timeline.check()).isEmpty();
        }
    }

    /** Both files cut at the same place: what was read before is not taken for what is missing. */
    @Test
    void aBaseThatLostItsEndIsDamaged() throws IOException {
        DirectoryLock lock = DirectoryLock.of(root.resolve("backups"));
        Path original = Files.writeString(root.resolve("prt.db"), "live");
        int pages = 3 * (1 << 20) / 512;
        byte[] same = new byte[pages * 512];
        Arrays.fill(same, (byte) 7);
        try (Timeline timeline = Model.open(lock, original, step -> {})) {
            Model.start(lock, original, timeline, Model.header(1, 512, pages), same);
            for (Path file : files()) {
                if (file.toString().contains(".base")) {
                    byte[] bytes = Files.readAllBytes(file);
                    Files.write(file, Arrays.copyOf(bytes, bytes.length / 3));
                }
            }
            assertThat(check(timeline).points().get(1L))
                    .hasSize(21)
                    .last()
                    .isEqualTo("and " + (pages / 3 * 2 - 20) + " more");
            try (PointImage image = timeline.image(1)) {
                assertThat(image.verify((done, total) -> {})).isNotEmpty();
            }
        }
    }

    @Test
    void itCanBeEnded() throws IOException {
        Model model = write(1, 5);
        try (Timeline timeline = model.open()) {
            try (TimelineCheck check = timeline.check().orElseThrow()) {
                assertThatThrownBy(() -> check.run(bytes -> {
                            throw new CancellationException();
                        }))
                        .isInstanceOf(CancellationException.class);
            }
            assertThat(timeline.fold(2)).isPositive();
        }
    }
}
