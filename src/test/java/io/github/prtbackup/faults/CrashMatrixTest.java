package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.faults.disk.Access;
import io.github.prtbackup.faults.disk.Watcher;
import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.MemoryDisk;
import io.github.prtbackup.testing.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process dies before any operation that changes something on the disk, and while SQLite copies.
 *
 * <p>All the fault points are in {@code fault-points.txt}, by who does what to which file: an operation that is not listed
 * there fails a test, as does one that no longer happens. What a process that died at one would have left is copied away
 * while the process lives on; some real processes are killed too, with {@code -Plong} at every point.
 */
class CrashMatrixTest {
    private static final boolean LONG = Boolean.getBoolean("prtbackup.long");
    private static final int KILLED = 1;

    /** Of points that are passed only if a fold comes at a certain time. */
    private static final String SOMETIMES = " (sometimes)";

    @TempDir(factory = MemoryDisk.class)
    Path directory;

    private Path run;
    private Path database;

    @BeforeEach
    void setUp() {
        run = directory.resolve("run");
        database = run.resolve("prt.db");
    }

    private void begin(Setup setup) throws Exception {
        Trees.delete(run);
        Files.createDirectory(run);
        Content.create(database, setup.journalMode);
    }

    @Test
    void allFaultPointsAreNamed() throws Exception {
        Set<String> points = new TreeSet<>();
        for (Setup setup : Setup.values()) {
            begin(setup);
            points.addAll(occurrences(setup).keySet());
        }
        List<String> always = new ArrayList<>();
        for (String line :
                Files.readAllLines(Path.of("src/test/resources/io/github/prtbackup/faults/fault-points.txt"))) {
            String point = line.replace(SOMETIMES, "");
            if (point.equals(line) || points.contains(point)) {
                always.add(point);
            }
        }
        assertThat(String.join("\n", points)).isEqualTo(String.join("\n", always));
    }

    /** How often each is passed. */
    private Map<String, Integer> occurrences(Setup setup) throws Exception {
        Map<String, Integer> occurrences = new TreeMap<>();
        Watched.live(
                database,
                setup,
                access -> {
                    if (access.kind().changes()) {
                        occurrences.merge(access.name(), 1, Integer::sum);
                    }
                },
                event -> {});
        return occurrences;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = Setup.WHERE_PROCESSES_FAIL)
    void whatADeathLeavesIsGood(Setup setup) throws Exception {
        begin(setup);
        Snapshots snapshots = new Snapshots(LONG ? Map.of() : occurrences(setup));
        begin(setup);
        Watched.live(database, setup, snapshots, snapshots.events::add);
        for (int i = 0; i < snapshots.names.size(); i++) {
            Trees.delete(run);
            Files.move(directory.resolve("snapshot-" + i), run);
            check(setup, snapshots.names.get(i), snapshots.events.subList(0, snapshots.told.get(i)));
        }
        System.out.println(setup + ": " + snapshots.names.size() + " ends");
    }

    /** Each fault point once, the first time or some later one. */
    private final class Snapshots implements Watcher {
        private final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private final List<String> names = new ArrayList<>();
        private final List<Integer> told = new ArrayList<>();
        private final Map<String, Integer> passed = new TreeMap<>();
        private final Map<String, Integer> expected;

        Snapshots(Map<String, Integer> expected) {
            this.expected = expected;
        }

        private int chosen(String name) {
            return 1 + Math.floorMod(name.hashCode(), expected.getOrDefault(name, 1));
        }

        @Override
        public void before(Access access) throws IOException {
            if (!access.kind().changes()) {
                return;
            }
            String name = access.name();
            int times = passed.merge(name, 1, Integer::sum);
            if (LONG || times == chosen(name)) {
                // In another process: to close a file is to lose SQLite's locks on it.
                copy(run, directory.resolve("snapshot-" + names.size()));
                names.add(name + ", time " + times);
                told.add(events.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = Setup.WHERE_PROCESSES_FAIL)
    void aKilledProcessLeavesWhatIsGood(Setup setup) throws Exception {
        begin(setup);
        List<Map.Entry<String, Integer>> points =
                new ArrayList<>(occurrences(setup).entrySet());
        Random random = new Random(Long.getLong("prtbackup.long.seed", 1));
        Collections.shuffle(points, random);
        for (Map.Entry<String, Integer> point : LONG ? points : points.subList(0, KILLED)) {
            begin(setup);
            int time = 1 + random.nextInt(point.getValue());
            Process dying = Jvm.start(
                    Dying.class,
                    List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"),
                    database,
                    setup,
                    point.getKey(),
                    time);
            List<String> events = new ArrayList<>();
            try (Stream<String> lines = dying.inputReader().lines()) {
                lines.filter(line -> line.startsWith("PRT:")).forEach(line -> events.add(line.substring(4)));
            }
            assertThat(dying.waitFor()).as(point.getKey()).isIn(9, 0);
            check(setup, point.getKey() + ", time " + time, events);
        }
    }

    private void check(Setup setup, String where, List<String> events) {
        try {
            new Aftermath(database, setup, events).check();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(setup + ", dead before " + where + ", " + events, e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Process copying = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .redirectErrorStream(true)
                .start();
        if (copying.onExit().join().exitValue() != 0) {
            throw new UncheckedIOException(new IOException(copying.inputReader().readLine()));
        }
    }

    /** Dies when it passes a fault point for the n-th time. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws Exception {
            String point = arguments[2];
            int[] left = {Integer.parseInt(arguments[3])};
            Watched.live(
                    Path.of(arguments[0]),
                    Setup.valueOf(arguments[1]),
                    access -> {
                        if (access.kind().changes() && access.name().equals(point) && --left[0] == 0) {
                            Runtime.getRuntime().halt(9);
                        }
                    },
                    event -> System.out.println("PRT:" + event));
        }
    }
}
