package io.github.prtbackup.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories, of which every backup must be the database as it was. {@code -Dprtbackup.differential.seconds=600} runs
 * for so long, {@code -Dprtbackup.differential.seed=1} begins with another seed.
 */
class DifferentialHistoryTest {

    private static final int STEPS = 150;
    private static final int SHORT_FORM = 5;

    @TempDir
    Path directory;

    @Test
    void everyBackupIsTheDatabaseAsItWas() throws Exception {
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("prtbackup.differential.seconds", 0))
                        .toNanos();
        long first = Long.getLong("prtbackup.differential.seed", 1);
        long transactions = 0;
        long compared = 0;
        try (Episode.Processes processes = new Episode.Processes()) {
            for (long seed = first; seed < first + SHORT_FORM || System.nanoTime() < end; seed++) {
                Path own = Files.createDirectory(directory.resolve("seed-" + seed));
                try (Episode episode = new Episode(seed, own, processes)) {
                    episode.run(STEPS);
                    transactions += episode.transactions();
                    compared += episode.compared();
                    if (end > System.nanoTime()) {
                        System.out.println(episode);
                    }
                }
                delete(own);
            }
        }
        System.out.println(transactions + " transactions, a backup compared " + compared + " times");
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
