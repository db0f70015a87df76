package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any point can be deleted, and the others are what they were. */
class TimelineDeletionTest {

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void randomHistories(long seed) throws IOException {
        Model model = new Model(root.toRealPath(), seed);
        Random random = new Random(seed);
        Timeline timeline = model.open();
        model.start(timeline);
        for (int i = 0; i < 150; i++) {
            switch (random.nextInt(6)) {
                case 0 -> deleteAny(model, timeline, random);
                case 1 -> {
                    int keep = 1 + random.nextInt(12);
                    timeline.fold(keep);
                    forgetFolded(model, timeline);
                    assertThat(timeline.points().size()).isLessThanOrEqualTo(keep);
                }
                case 2 -> {
                    timeline.close();
                    timeline = model.open();
                }
                default -> model.step(timeline);
            }
            if (!timeline.points().isEmpty()) {
                model.check(timeline, 1);
            }
        }
        timeline.close();
    }

    private static void deleteAny(Model model, Timeline timeline, Random random) throws IOException {
        List<Long> ids = new ArrayList<>(model.points().keySet());
        if (ids.isEmpty()) {
            return;
        }
        long id = ids.get(random.nextInt(3) == 0 ? 0 : random.nextInt(ids.size()));
        assertThat(timeline.delete(id)).isTrue();
        assertThat(timeline.delete(id)).isFalse();
        model.points().remove(id);
        assertThat(timeline.points()).extracting(Point::id).doesNotContain(id);
        assertThatThrownBy(() -> timeline.image(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no point " + id);
        try (Timeline other = model.open()) {
            assertThat(other.points())
                    .extracting(Point::id)
                    .containsExactlyElementsOf(model.points().keySet());
        }
    }

    private static void forgetFolded(Model model, Timeline timeline) throws IOException {
        List<Long> left = timeline.points().stream().map(Point::id).toList();
        model.points().keySet().retainAll(left);
    }

    @Test
    void deletedPointsAreNotCountedAmongThoseThatStay() throws IOException {
        Model model = new Model(root.toRealPath(), 1);
        try (Timeline timeline = model.open()) {
            model.start(timeline);
            for (int i = 0; i < 30; i++) {
                model.step(timeline);
            }
            List<Long> ids = List.copyOf(model.points().keySet());
            for (int i = 0; i < ids.size(); i += 2) {
                timeline.delete(ids.get(i));
                model.points().remove(ids.get(i));
            }
            assertThat(timeline.fold(10)).isEqualTo(5);
            assertThat(timeline.points()).hasSize(10);
            model.check(timeline, 10);
        }
    }

    @Test
    void pointsGoByTheirIdsHoweverManyThereAre() throws IOException {
        Model model = new Model(root.toRealPath(), 3);
        try (Timeline timeline = model.open()) {
            model.start(timeline);
            for (int i = 0; i < 20; i++) {
                model.step(timeline);
            }
            List<Long> ids = List.copyOf(model.points().keySet());
            timeline.delete(ids.get(1));
            assertThat(timeline.foldBefore(ids.get(5))).isEqualTo(4);
            model.points().keySet().removeAll(ids.subList(0, 5));
            model.check(timeline, ids.size());
            assertThat(timeline.foldBefore(Long.MAX_VALUE)).isEqualTo(ids.size() - 6);
            model.points().keySet().retainAll(ids.subList(ids.size() - 1, ids.size()));
            model.check(timeline, 1);
        }
    }

    @Test
    void allMayBeDeletedAndItGoesOn() throws IOException {
        Model model = new Model(root.toRealPath(), 2);
        try (Timeline timeline = model.open()) {
            model.start(timeline);
            timeline.delete(model.points().firstKey());
            assertThat(timeline.points()).isEmpty();
            model.points().clear();
            for (int i = 0; i < 2 * Model.POINTS_IN_SEGMENT; i++) {
                model.step(timeline);
            }
            model.check(timeline, 2 * Model.POINTS_IN_SEGMENT);
            for (Point point : timeline.points()) {
                timeline.delete(point.id());
            }
            model.points().clear();
            assertThat(timeline.fold(5)).isZero();
            assertThat(timeline.points()).isEmpty();
            model.step(timeline);
            model.check(timeline, 1);
            assertThat(timeline.points()).hasSize(1);
            assertThat(lock(model).fileNames().stream().filter(name -> name.endsWith(".log")))
                    .hasSizeLessThanOrEqualTo(2);
        }
    }

    private static DirectoryLock lock(Model model) {
        return model.directory();
    }

    @ParameterizedTest
    @EnumSource(names = {"FOLD_OLDEST_PUBLISHED", "FOLD_PAGE_WRITTEN", "FOLD_BASE_DURABLE", "FOLD_HEAD_PUBLISHED"})
    void aFoldThatWasInterruptedGoesOn(TimelineStep step) throws IOException {
        Model model = new Model(root.toRealPath(), 3);
        try (Timeline timeline = model.open()) {
            model.start(timeline);
            for (int i = 0; i < 20; i++) {
                model.step(timeline);
            }
        }
        List<Long> ids = List.copyOf(model.points().keySet());
        try (Timeline dying = Model.open(model.directory(), model.original(), reached -> {
            if (reached == step) {
                throw new IllegalStateException("dead");
            }
        })) {
            dying.delete(ids.get(15));
            model.points().remove(ids.get(15));
            assertThatThrownBy(() -> dying.fold(6)).hasMessage("dead");
        }
        try (Timeline timeline = model.open()) {
            Point oldest = timeline.points().get(0);
            // With the deleted point not counted, the newest six of 21 begin with the 15th.
            assertThat(oldest.id()).isEqualTo(ids.get(14));
            model.check(timeline, 6);
            timeline.delete(oldest.id());
            model.points().keySet().retainAll(ids.subList(16, 21));
            model.check(timeline, 5);
            assertThat(timeline.fold(6)).isZero();
            model.check(timeline, 5);
            assertThat(timeline.fold(1)).isEqualTo(4);
            model.check(timeline, 1);
        }
    }

    /** Who reads a point while it is deleted reads to the end. */
    @Test
    void aReaderMayFinish() throws IOException {
        Model model = new Model(root.toRealPath(), 4);
        try (Timeline timeline = model.open();
                Timeline other = model.open()) {
            model.start(timeline);
            model.step(timeline);
            long id = model.points().lastKey();
            byte[] expected = model.points().get(id);
            Path copy = root.resolve("copy");
            try (PointImage image = other.image(id)) {
                assertThat(timeline.delete(id)).isTrue();
                assertThat(timeline.fold(1)).isZero();
                image.copyTo(copy, (done, total) -> {});
            }
            assertThat(Files.readAllBytes(copy)).isEqualTo(expected);
            assertThat(other.points()).hasSize(1);
        }
    }
}
