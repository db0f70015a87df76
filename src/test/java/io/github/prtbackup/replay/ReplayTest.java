package io.github.prtbackup.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.MemoryDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole scripts, at random and by topic, give on the driver what they give on plain sqlite-jdbc: answers, counters, what others
 * see, the files in the end.
 *
 * <p>{@code -Dprtbackup.replay.seconds=600 -Dprtbackup.replay.seed=1000} goes on for so long, shared by the four settings;
 * {@code -Dprtbackup.replay.corpus=FILE} adds the statements of a file. {@link Replay} does the same for a jar, and sorts what
 * it finds.
 */
@Timeout(3600)
class ReplayTest {
    private static final int SCRIPTS = 50;
    private static final int MOST_TOLD = 5;

    @TempDir(factory = MemoryDisk.class)
    Path folder;

    @ParameterizedTest
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void scripts(String strategy, String journal) throws Exception {
        List<List<String>> topics = Sources.topics();
        String file = System.getProperty("prtbackup.replay.corpus", "");
        List<List<String>> corpus = file.isEmpty() ? List.of() : Sources.corpus(Path.of(file));
        long end = System.nanoTime() + Long.getLong("prtbackup.replay.seconds", 0) * 250_000_000L;
        long first = Long.getLong("prtbackup.replay.seed", 1);
        Comparison comparison = new Comparison(folder);
        List<String> told = new ArrayList<>();
        for (long seed = first;
                (seed < first + SCRIPTS || System.nanoTime() < end) && told.size() < MOST_TOLD;
                seed++) {
            for (String source : List.of("random", "topics", "corpus")) {
                Optional<List<Call>> script = Replay.script(source, seed, topics, corpus);
                if (script.isPresent()) {
                    Optional<Difference> found = comparison.run(script.get(), Setting.of(strategy, journal, seed));
                    if (found.isPresent()) {
                        Difference shortest = Minimised.of(found.get(), new Comparison(folder));
                        told.add(source + " seed " + seed + ", " + shortest.kind() + "\n" + shortest.told());
                    }
                }
            }
        }
        assertThat(told).as("scripts that give something else here").isEmpty();
        // Or else the comparison would be of nothing but errors.
        assertThat(comparison.errors()).isLessThan(comparison.lines() / 2);
        assertThat(comparison.lines()).isGreaterThan(SCRIPTS * 20);
    }

    /** What was different once. */
    @ParameterizedTest
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void scriptsAsTheyStand(String strategy, String journal) throws Exception {
        List<String> told = new ArrayList<>();
        for (Map.Entry<String, List<Call>> script : Sources.scripts().entrySet()) {
            for (boolean observed : new boolean[] {false, true}) {
                Setting setting = new Setting(strategy, journal, true, observed, true);
                new Comparison(folder)
                        .run(script.getValue(), setting)
                        .ifPresent(difference -> told.add(script.getKey() + "\n" + difference.told()));
            }
        }
        assertThat(told).as("scripts that give something else here").isEmpty();
    }
}
