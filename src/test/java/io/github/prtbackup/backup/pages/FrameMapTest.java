package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameMapTest {

    @Test
    void knowsTheLastFrameOfEachPage() {
        Random random = new Random(1);
        for (int round = 0; round < 100; round++) {
            int databasePages = 1 + random.nextInt(round % 2 == 0 ? 500 : 100_000);
            int frames = random.nextInt(50_000);
            FrameMap map = new FrameMap(random.nextBoolean() ? 0 : frames, databasePages);
            Map<Integer, Integer> expected = new HashMap<>();
            PageList.Builder list = new PageList.Builder(databasePages, 512);
            for (int frame = 0; frame < frames; frame++) {
                // A database that became smaller leaves frames of pages behind its end.
                int page = 1 + random.nextInt(databasePages + 5);
                map.put(page, frame);
                if (page <= databasePages) {
                    expected.put(page, frame);
                    list.add(page);
                }
            }
            for (int page = 1; page <= databasePages + 5; page++) {
                assertThat(map.get(page)).isEqualTo(expected.getOrDefault(page, -1));
            }
            PageList.Builder present = new PageList.Builder(databasePages, 512);
            map.addTo(present);
            assertThat(present.build()).isEqualTo(list.build());
        }
    }

    @Test
    void emptyHasNoPages() {
        assertThat(FrameMap.EMPTY.get(1)).isEqualTo(-1);
        PageList.Builder present = new PageList.Builder(10, 512);
        FrameMap.EMPTY.addTo(present);
        assertThat(present.build()).isEqualTo(PageList.EMPTY);
    }
}
