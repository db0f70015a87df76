package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.files.ChildJvm;
import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is there after a death between any two steps: a copy of the directory at each of them is what a process that died
 * there would have left.
 */
class TimelineCrashTest {
    @TempDir
    Path root;

    private Path original;

    @BeforeEach
    void setUp() throws IOException {
        root = root.toRealPath();
        original = Files.writeString(root.resolve("prt.db"), "live");
    }

    @Test
    void everyMomentIsGood() throws IOException {
        Path directory = root.resolve("backups");
        List<Path> snapshots = new ArrayList<>();
        List<Long> returned = new ArrayList<>();
        Set<TimelineStep> seen = EnumSet.noneOf(TimelineStep.class);
        long[] last = new long[1];
        TimelineChild.history(
                directory,
                original,
                step -> {
                    seen.add(step);
                    snapshots.add(copy(directory, snapshots.size() + "_" + step));
                    returned.add(last[0]);
                },
                id -> last[0] = id);
        assertThat(seen).containsExactlyInAnyOrder(TimelineStep.values());
        for (int i = 0; i < snapshots.size(); i++) {
            check(snapshots.get(i), returned.get(i));
        }
    }

    /** The points are what they were, up to the last at least, and one can go on from there. */
    private void check(Path directory, long last) throws IOException {
        DirectoryLock lock = DirectoryLock.of(directory);
        try (Timeline timeline = Model.open(lock, original, step -> {})) {
            if (timeline.tail().isEmpty()) {
                assertThat(last).as(directory.toString()).isZero();
                TimelineChild.start(timeline, lock, original);
            }
            assertThat(timeline.tail().orElseThrow().newest().id())
                    .as(directory.toString())
                    .isBetween(last, last + 1);
            TimelineChild.check(timeline);
            TimelineChild.append(timeline, false);
            TimelineChild.check(timeline);
            int there = timeline.points().size();
            assertThat(timeline.fold(2)).isEqualTo(Math.max(0, there - 2));
            TimelineChild.check(timeline);
            TimelineChild.append(timeline, true);
            timeline.fold(1);
            TimelineChild.check(timeline);
            assertThat(timeline.points()).hasSize(1);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".log"))).hasSize(1);
        }
    }

    private Path copy(Path directory, String name) {
        try {
            Path copy = Files.createDirectory(root.resolve(name));
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            return copy;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoProcessesTakeTurnsAndOneIsKilled() throws Exception {
        Path directory = root.resolve("backups");
        DirectoryLock lock = DirectoryLock.of(directory);
        try (Timeline timeline = Model.open(lock, original, step -> {})) {
            TimelineChild.start(timeline, lock, original);
            try (ChildJvm one = ChildJvm.start(TimelineChild.class, directory, original, "turns", 150);
                    ChildJvm two = ChildJvm.start(TimelineChild.class, directory, original, "turns", 1_000_000)) {
                for (int i = 0; i < 100; i++) {
                    assertThat(two.readLine()).isNotNull();
                    TimelineChild.checkNewest(timeline);
                }
                two.kill();
                one.readToEnd();
                assertThat(one.join()).isZero();
            }
            TimelineChild.check(timeline);
            assertThat(timeline.tail().orElseThrow().newest().id()).isGreaterThan(250);
            lock.hold(() -> TimelineChild.append(timeline, false));
            TimelineChild.check(timeline);
        }
    }

    @Test
    void aReaderKeepsAFoldInAnotherProcessAway() throws Exception {
        Path directory = root.resolve("backups");
        DirectoryLock lock = DirectoryLock.of(directory);
        try (Timeline timeline = Model.open(lock, original, step -> {})) {
            TimelineChild.start(timeline, lock, original);
            TimelineChild.append(timeline, false);
            try (ChildJvm child = ChildJvm.start(TimelineChild.class, directory, original, "read")) {
                assertThat(child.readLine()).isEqualTo("reading");
                assertThat(timeline.fold(1)).isZero();
                assertThat(timeline.points()).hasSize(2);
                child.kill();
            }
            assertThat(timeline.fold(1)).isEqualTo(1);
            TimelineChild.check(timeline);
        }
    }

    @Test
    void aMarkIsSeenByAnotherInstance() throws IOException {
        DirectoryLock lock = DirectoryLock.of(root.resolve("backups"));
        Consumer<TimelineStep> nothing = step -> {};
        try (Timeline one = Model.open(lock, original, nothing);
                Timeline two = Model.open(lock, original, nothing)) {
            TimelineChild.start(one, lock, original);
            Announcement first = one.announce(ByteBuffer.wrap(new byte[] {1}));
            Announcement second = one.announce(ByteBuffer.wrap(new byte[] {2}));
            one.mark(second, 0x0123_4567_89AB_CDEFL);
            assertThat(two.announcementsSinceNewest())
                    .extracting(Announcement::mark)
                    .containsExactly(0L, 0x0123_4567_89AB_CDEFL);
            assertThat(two.announcementsSinceNewest())
                    .extracting(Announcement::payload)
                    .containsExactly(ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[] {2}));
            TimelineChild.append(two, false);
            assertThat(one.announcementsSinceNewest()).isEmpty();
            for (int i = 0; i < 2 * Model.POINTS_IN_SEGMENT; i++) {
                TimelineChild.append(two, false);
            }
            // In another segment, and after a fold nowhere.
            two.mark(first, 1);
            two.fold(1);
            one.mark(first, 2);
            TimelineChild.check(one);
        }
    }
}
