package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * URLs and properties that nobody means. Without the keys of ours they are understood as by plain sqlite-jdbc; with them
 * there is a connection or an {@code SQLException}, and no file but those of plain sqlite-jdbc and of the backup directory.
 *
 * <p>{@code -Dprtbackup.hostile.seconds=600 -Dprtbackup.hostile.seed=1} goes on for so long. A failure tells its seed.
 */
@Timeout(3600)
class MutatedUrlsTest {
    private static final int SHORT_FORM = 120;

    /** What sqlite-jdbc makes of bad values of its own. */
    private static final String UNCHECKED = "unchecked ";

    private static final List<String> NAMES = List.of(
            "a.db",
            "file.db",
            "no such directory/a.db",
            "",
            "ü 日.db",
            "a%20b.db",
            "a%00b.db",
            "a%2fb.db",
            "a#b.db",
            "a+b.db",
            "a;b.db",
            "a\u0001b.db",
            "a\nb.db",
            "'a'.db",
            "\"a\".db",
            "a&b.db",
            "a=b.db",
            "a\uD800b.db",
            "-wal",
            "a.db-wal",
            "in the way/a.db",
            "x".repeat(300),
            "y/".repeat(3000));

    private static final List<String> THEIRS = List.of(
            "journal_mode=WAL",
            "journal_mode=OFF",
            "foreign_keys=on",
            "synchronous=nonsense",
            "busy_timeout=1",
            "busy_timeout=x",
            "mode=ro",
            "mode=rwc",
            "mode=memory",
            "cache=private",
            "transaction_mode=IMMEDIATE",
            "transaction_mode=%",
            "=",
            "&",
            "",
            "unknown=1",
            "%62ackup.keep=3",
            "page_size=512",
            "encoding=UTF-16",
            "open_mode=1",
            "immutable=1",
            "date_class=TEXT",
            "jdbc.explicit_readonly=true",
            "user=x",
            "password=",
            "backup",
            "backupxkeep=1",
            "BACKUP=1",
            "vfs=none",
            "nolock=1");

    private static final List<String> OURS = List.of(
            "backup.enabled=false",
            "backup.enabled=maybe",
            "backup.strategy=full",
            "backup.strategy=incremental",
            "backup.strategy=FULL",
            "backup.strategy=%66ull",
            "backup.keep=5",
            "backup.keep=0",
            "backup.keep=-1",
            "backup.keep=99999999999999999999",
            "backup.keep=٣",
            "backup.keep",
            "backup.keep=",
            "backup.keep=1=2",
            "backup.full-max-size=4MB",
            "backup.full-max-size=9223372036854775807GB",
            "backup.full-max-size=-1",
            "backup.min-interval=PT1S",
            "backup.min-interval=P999999999999D",
            "backup.min-interval=1x",
            "backup.min-interval=0",
            "backup.dir=…/kept",
            "backup.dir=…/kept%20here",
            "backup.dir=",
            "backup.dir=…/in the way",
            "backup.dir=…/in the way/below",
            "backup.dir=…/a\u0000b",
            "backup.dir=…/" + "z".repeat(300),
            "backup.dir=…/kept/../kept",
            "backup.operation=a\u0007b",
            "backup.operation=" + "long".repeat(50_000),
            "backup.on-failure=warn",
            "backup.on-failure=",
            "backup.durability=sync",
            "backup.metrics=true",
            "backup.=1",
            "backup.unknown=1",
            "backup.\u0130=1",
            "backup.keep=\uDC00");

    @TempDir
    Path directory;

    @Test
    void areUnderstoodOrRefused() throws Exception {
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("prtbackup.hostile.seconds", 0))
                        .toNanos();
        long first = Long.getLong("prtbackup.hostile.seed", 1);
        int connected = 0;
        for (long seed = first; seed < first + SHORT_FORM || System.nanoTime() < end; seed++) {
            Path root = Files.createDirectories(directory.resolve("seed-" + seed + "/deep/enough/for/dots"));
            try {
                connected += round(new Random(seed), root) ? 1 : 0;
            } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(connected).isBetween(SHORT_FORM / 10, Integer.MAX_VALUE);
    }

    private static boolean round(Random random, Path root) throws Exception {
        String address = address(random);
        // With one that is unknown, what has no folder becomes the name of a file in the folder where we are.
        List<String> theirs = address.contains("…") ? some(THEIRS, random) : List.of();
        List<String> ours = random.nextInt(3) == 0 ? List.of() : some(OURS, random);
        Properties properties = new Properties();
        Properties theirProperties = new Properties();
        List<String> shown = new ArrayList<>(theirs);
        for (String parameter : ours) {
            if (random.nextInt(3) == 0) {
                int equals = parameter.indexOf('=');
                properties.setProperty(
                        equals < 0 ? parameter : parameter.substring(0, equals),
                        equals < 0 ? "" : parameter.substring(equals + 1).replace("…", root + "/ours"));
            } else {
                shown.add(random.nextInt(shown.size() + 1), parameter);
            }
        }
        if (random.nextInt(4) == 0) {
            properties.setProperty("foreign_keys", "true");
            theirProperties.setProperty("foreign_keys", "true");
        }
        String scheme = random.nextBoolean() ? "jdbc:prtbackup:" : "jdbc:prtbackup:sqlite:";
        Path here = Files.createDirectory(root.resolve("ours"));
        Path there = Files.createDirectory(root.resolve("plain"));
        Files.writeString(here.resolve("in the way"), "a file");
        Files.writeString(there.resolve("in the way"), "a file");
        String ourUrl = scheme + url(address, shown).replace("…", here.toString());
        String theirUrl = "jdbc:sqlite:" + url(address, theirs).replace("…", there.toString());

        List<String> answer = use(ourUrl, properties);
        List<String> plain = use(theirUrl, theirProperties);
        String what = ourUrl.substring(0, Math.min(ourUrl.length(), 500)) + " " + plain;
        if (ours.isEmpty()) {
            assertThat(answer).as(what).isEqualTo(plain);
        } else if (answer.toString().contains(UNCHECKED)) {
            assertThat(answer).as(what).containsAnyElementsOf(plain);
        }
        List<String> files = files(here);
        files.removeAll(files(there));
        assertThat(files)
                .as(what)
                .allMatch(name -> name.startsWith("kept") || name.contains("backups") || name.startsWith("z"));
        try (Stream<Path> beside = Files.list(root)) {
            assertThat(beside).as(what).containsExactlyInAnyOrder(here, there);
        }
        assertThat(here.resolve("in the way")).hasContent("a file");
        return answer.contains("1");
    }

    private static String address(Random random) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        return switch (random.nextInt(8)) {
            case 0 -> "file:…/" + name;
            case 1 ->
                List.of(":memory:", "", "file::memory:", ":resource:none", "file:", "file:m?mode=memory")
                        .get(random.nextInt(6));
            case 2 -> "…/./" + name;
            default -> "…/" + name;
        };
    }

    private static String url(String address, List<String> parameters) {
        return parameters.isEmpty()
                ? address
                : address + (address.contains("?") ? "&" : "?") + String.join("&", parameters);
    }

    private static List<String> some(List<String> among, Random random) {
        List<String> chosen = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            chosen.add(among.get(random.nextInt(among.size())));
        }
        return chosen;
    }

    /** What is seen by who opens it, writes and reads. */
    private static List<String> use(String url, Properties properties) {
        List<String> seen = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            seen.add("open");
            for (String sql :
                    List.of("CREATE TABLE IF NOT EXISTS t (a)", "DELETE FROM t", "INSERT INTO t VALUES (1)")) {
                try {
                    Sql.run(connection, sql);
                } catch (SQLException e) {
                    seen.add(signature(e));
                }
            }
            try {
                seen.addAll(Sql.column(connection, "SELECT count(*) FROM t"));
            } catch (SQLException e) {
                seen.add(signature(e));
            }
        } catch (SQLException e) {
            seen.add(signature(e));
        } catch (RuntimeException e) {
            seen.add(UNCHECKED + e);
        }
        return seen;
    }

    private static String signature(SQLException e) {
        assertThat(e.getMessage()).isNotBlank();
        return e.getClass().getName() + " " + e.getErrorCode();
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            return new ArrayList<>(new TreeSet<>(found.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path).toString())
                    .toList()));
        }
    }
}
