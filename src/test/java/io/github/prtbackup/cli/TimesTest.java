package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.HistoryQuery;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One rule for the times of all backups: when the state was taken, in the time zone of who looks, in whole seconds. */
class TimesTest {
    private final TimeZone original = TimeZone.getDefault();

    @TempDir
    Path home;

    private Path database;

    @BeforeEach
    void begin() {
        database = home.resolve("prt.db");
        live("America/New_York");
    }

    @AfterEach
    void restore() {
        TimeZone.setDefault(original);
    }

    private static void live(String zone) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
    }

    /** Two automatic backups, a manual one, and a safety backup. */
    private void work(String strategy) throws Exception {
        try (Connection connection = Sql.open(database, "backup.strategy=" + strategy);
                PrtBackup backups = PrtBackup.open(database)) {
            Sql.run(connection, "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)");
            backups.createBackupWithComment("by hand");
            backups.restoreFromBackup(2);
        }
    }

    private List<String> list(Object... options) {
        List<Object> words = new ArrayList<>(List.of("list", database, "--json"));
        words.addAll(List.of(options));
        List<String> times = new ArrayList<>();
        for (JsonNode backup : Cli.run(words.toArray()).succeeds().json().get("backups")) {
            times.add(backup.get("timestamp").asText());
        }
        return times;
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void areShownWhereOneIs(String strategy) throws Exception {
        Instant start = Instant.now();
        work(strategy);
        Instant end = Instant.now();
        List<Instant> instants =
                Backups.of(database).stream().map(BackupInfo::instant).toList();
        assertThat(instants)
                .hasSize(4)
                .isSorted()
                .allSatisfy(instant -> assertThat(instant).isBetween(start, end));

        for (String zone : List.of("America/New_York", "Asia/Kolkata", "Pacific/Auckland")) {
            live(zone);
            assertThat(Backups.of(database)).extracting(BackupInfo::instant).isEqualTo(instants);
            List<String> shown = instants.stream()
                    .map(instant ->
                            LocalDateTime.ofInstant(instant, ZoneId.of(zone)).truncatedTo(ChronoUnit.SECONDS))
                    .map(time -> time.toString().length() == 16 ? time + ":00" : time.toString())
                    .toList();
            assertThat(list()).containsExactlyInAnyOrderElementsOf(shown);
            String table = Cli.run("list", database).succeeds().out();
            for (int id = 1; id <= 4; id++) {
                String time = shown.get(id - 1);
                assertThat(table).contains(time.replace('T', ' '));
                assertThat(Cli.run("show", database, id).succeeds().out()).contains(time.replace('T', ' '));
                assertThat(Cli.run("diff", database, id, "now", "--json")
                                .succeeds()
                                .json()
                                .get("from")
                                .get("timestamp")
                                .asText())
                        .isEqualTo(time);
            }
            assertThat(list("--since", "1h")).hasSize(4);
            assertThat(list("--until", "1h")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void bothEndsAreIncluded(String strategy) throws Exception {
        work(strategy);
        live("Asia/Tokyo");
        for (BackupInfo backup : Backups.of(database)) {
            Instant second = backup.instant().truncatedTo(ChronoUnit.SECONDS);
            String local = backup.timestamp().toString();
            String shown = local.length() == 16 ? local + ":00" : local;
            for (String written : List.of(shown, shown.replace('T', ' '), second.toString(), shown + "+09:00")) {
                assertThat(list("--since", written, "--until", written)).contains(shown);
            }
            String next = second.plusSeconds(1).toString();
            assertThat(list("--since", next)).doesNotContain(shown);
            assertThat(list("--until", second.minusSeconds(1).toString())).doesNotContain(shown);
            // A part of a second is as good as the second.
            assertThat(HistoryQuery.ALL
                            .withSince(second.plusMillis(999))
                            .withUntil(second)
                            .matches(backup))
                    .isTrue();
            String day = shown.substring(0, 10);
            assertThat(list("--since", day, "--until", day)).contains(shown);
        }
    }

    /** The hour that comes twice: a local time begins with the first and ends with the second. */
    @Test
    void anHourThatComesTwiceIsIncludedBothTimes() throws Exception {
        live("Europe/Berlin");
        Files.createDirectories(home.resolve("backups"));
        StringBuilder rows = new StringBuilder();
        List<String> instants = List.of("2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T02:30:00Z");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "CREATE TABLE t (x)");
        }
        for (int i = 0; i < 3; i++) {
            String name = "prt.db.backup_20251026_0" + (i < 2 ? "2" : "3") + "3000" + (i == 1 ? "_2" : "") + ".db";
            Files.copy(database, home.resolve("backups").resolve(name));
            rows.append(i == 0 ? "" : ",")
                    .append("{\"backup_id\":" + (i + 1) + ",\"timestamp\":\"2025-10-26T02:30:00\",\"instant\":\""
                            + instants.get(i) + "\",\"backup_path\":\""
                            + home.resolve("backups").resolve(name)
                            + "\",\"comment\":\"\",\"is_auto\":false,\"original_path\":\"" + database + "\"}");
        }
        Files.writeString(home.resolve("backups/backup_metadata.json"), "{\"backups\":[" + rows + "],\"next_id\":4}");

        assertThat(list()).containsExactly("2025-10-26T03:30:00", "2025-10-26T02:30:00", "2025-10-26T02:30:00");
        assertThat(list("--since", "2025-10-26T02:30", "--until", "2025-10-26T02:30"))
                .hasSize(2);
        assertThat(list("--since", "2025-10-26T02:30:00+01:00")).hasSize(2);
        assertThat(list("--until", "2025-10-26T02:30:00+02:00")).hasSize(1);
    }
}
