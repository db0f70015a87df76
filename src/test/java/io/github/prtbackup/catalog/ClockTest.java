package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clocks that jump, and the clocks of several machines on one directory: ids rule, times only inform. */
class ClockTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @TempDir
    Path root;

    private final List<Long> ids = new ArrayList<>();

    private Entry publish(String time, ZoneId zone, boolean auto) throws IOException {
        Path database = root.resolve("prt.db");
        Files.writeString(database, "live");
        Catalog catalog =
                Catalog.open(root.resolve("backups"), file -> true, Clock.fixed(Instant.parse(time), zone), step -> {});
        Entry entry = CatalogTest.publish(catalog, "good " + time, new Request(database, "c", auto, 3));
        ids.add(entry.id());
        List<Entry> history = catalog.history(database);
        // The one just made is the newest, and is there, whatever its time says.
        assertThat(history.get(0)).isEqualTo(entry);
        assertThat(history).extracting(Entry::id).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(history).allSatisfy(old -> assertThat(old.path()).isRegularFile());
        return entry;
    }

    @Test
    void aClockThatIsSetBackDeletesNothingNew() throws IOException {
        for (int year = 2030; year >= 2020; year--) {
            publish(year + "-06-01T12:00:00Z", BERLIN, true);
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize(11);
    }

    @Test
    void theHourThatComesTwiceAndTheOneThatIsMissing() throws IOException {
        Entry summer = publish("2025-10-26T00:30:00Z", BERLIN, false);
        Entry winter = publish("2025-10-26T01:30:00Z", BERLIN, false);
        assertThat(summer.fileName()).isEqualTo("prt.db.backup_20251026_023000.db");
        assertThat(winter.time()).isEqualTo(summer.time().plusSeconds(3600));
        assertThat(winter.fileName()).isEqualTo("prt.db.backup_20251026_023000_2.db");
        publish("2026-03-29T00:59:59Z", BERLIN, true);
        publish("2026-03-29T01:00:00Z", BERLIN, true);
        assertThat(ids).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void theEndOfTheYear() throws IOException {
        // The week of the year would name another year than the calendar here.
        assertThat(publish("2025-12-31T22:59:59Z", BERLIN, true).fileName())
                .isEqualTo("prt.db.backup_20251231_235959_auto.db");
        assertThat(publish("2025-12-31T23:00:00Z", BERLIN, true).fileName())
                .isEqualTo("prt.db.backup_20260101_000000_auto.db");
        publish("2028-02-29T12:00:00Z", BERLIN, true);
    }

    @Test
    void twoMachinesOnOneDirectory() throws IOException {
        for (int i = 0; i < 5; i++) {
            publish("2025-06-01T12:00:0" + i + "Z", BERLIN, true);
            publish("2025-06-01T11:59:5" + i + "Z", ZoneId.of("Pacific/Auckland"), true);
            publish("2019-01-01T00:00:00Z", ZoneId.of("America/New_York"), i == 0);
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize(15);
    }
}
