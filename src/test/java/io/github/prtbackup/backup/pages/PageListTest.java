package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PageListTest {

    private static final int PAGE_SIZE = 65536;
    private static final int LOCK_PAGE = DatabaseHeader.lockPage(PAGE_SIZE);

    @Test
    void holdsWhatWasAddedInOrder() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int databasePages = 1 + random.nextInt(40_000);
            int most = random.nextBoolean() ? 40 : 20_000;
            SortedSet<Integer> expected = new TreeSet<>();
            PageList.Builder builder = new PageList.Builder(databasePages, PAGE_SIZE);
            for (int left = random.nextInt(most); left > 0; left--) {
                int page = random.nextInt(databasePages + 10) - 2;
                builder.add(page);
                expected.add(page);
            }
            expected.removeIf(page -> page < 1 || page > databasePages || page == LOCK_PAGE);
            requireSame(builder.build(), expected);
        }
    }

    @Test
    void addsRangesAndListsOnce() throws IOException {
        PageList.Builder builder = new PageList.Builder(30_000, PAGE_SIZE);
        builder.addRange(29_990, 40_000);
        builder.addRange(LOCK_PAGE - 1, LOCK_PAGE + 1);
        builder.addRange(7, 6);
        builder.addAll(PageList.of(4, 2, 3, 4, 29_995));
        SortedSet<Integer> expected = new TreeSet<>(List.of(2, 3, 4, LOCK_PAGE - 1, LOCK_PAGE + 1));
        for (int page = 29_990; page <= 30_000; page++) {
            expected.add(page);
        }
        requireSame(builder.build(), expected);
    }

    /** However it is held. */
    @Test
    void isWrittenAsRuns() throws IOException {
        PageList.Builder everySecond = new PageList.Builder(10_000, PAGE_SIZE);
        PageList.Builder all = new PageList.Builder(10_000, PAGE_SIZE);
        SortedSet<Integer> even = new TreeSet<>();
        for (int page = 1; page <= 10_000; page++) {
            all.add(page);
            if (page % 2 == 0) {
                everySecond.add(page);
                even.add(page);
            }
        }
        requireSame(everySecond.build(), even);
        assertThat(all.build().encodedSize()).isEqualTo(4 + 8);
        assertThat(PageList.EMPTY.encodedSize()).isEqualTo(4);
    }

    private static void requireSame(PageList list, SortedSet<Integer> expected) throws IOException {
        assertThat(pages(list)).containsExactlyElementsOf(expected);
        assertThat(list.size()).isEqualTo(expected.size());
        ByteBuffer encoded = ByteBuffer.allocate((int) list.encodedSize());
        list.encode(encoded);
        assertThat(encoded.hasRemaining()).isFalse();
        PageList decoded = PageList.decode(encoded.flip());
        assertThat(pages(decoded)).containsExactlyElementsOf(expected);
        assertThat(decoded).isEqualTo(list).hasSameHashCodeAs(list);
    }

    private static List<Integer> pages(PageList list) throws IOException {
        List<Integer> pages = new ArrayList<>();
        list.forEach(pages::add);
        return pages;
    }
}
