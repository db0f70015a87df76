package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, each point of which is compared with a copy taken then. */
class TimelineModelTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyPointGivesWhatTheDatabaseWas(long seed) throws IOException {
        Model model = new Model(root, seed);
        Random random = new Random(seed);
        List<Timeline> open = new ArrayList<>(List.of(model.open(), model.open()));
        model.start(open.get(0));
        List<String> announced = new ArrayList<>();
        int keep = 40;
        for (int i = 0; i < 300; i++) {
            Timeline timeline = open.get(random.nextInt(open.size()));
            switch (random.nextInt(60)) {
                case 0 -> {
                    timeline.close();
                    open.remove(timeline);
                    open.add(model.open());
                }
                case 1 -> timeline.fold(keep);
                case 2 -> model.check(timeline, keep);
                case 3, 4, 5 -> {
                    long mark = random.nextInt(3) == 0 ? 0 : random.nextLong();
                    announced.add("note " + i + ", " + mark);
                    ByteBuffer payload = ByteBuffer.wrap(("note " + i).getBytes(StandardCharsets.UTF_8));
                    Announcement note = timeline.announce(payload);
                    if (mark != 0) {
                        timeline.mark(note, mark);
                    }
                }
                default -> {
                    assertThat(notes(timeline)).isEqualTo(announced);
                    model.step(timeline);
                    announced.clear();
                }
            }
        }
        for (Timeline timeline : open) {
            model.check(timeline, keep);
        }
        open.get(0).fold(1);
        assertThat(open.get(1).points()).hasSize(1);
        model.step(open.get(1));
        model.check(open.get(0), 2);
        for (Timeline timeline : open) {
            timeline.close();
        }
    }

    private static List<String> notes(Timeline timeline) throws IOException {
        return timeline.announcementsSinceNewest().stream()
                .map(note -> StandardCharsets.UTF_8.decode(note.payload()) + ", " + note.mark())
                .toList();
    }
}
