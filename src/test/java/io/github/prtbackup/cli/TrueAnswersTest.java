package io.github.prtbackup.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands that say they have done something have, and those that say they have failed have changed nothing, whatever functions,
 * collations, modules, encodings, page sizes and modes come together.
 */
class TrueAnswersTest {
    private static final int ROUNDS = Integer.getInteger("prtbackup.crossings", 10);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {0, 1000, 2000, 3000})
    void whatever(long seed) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Crossing crossing = new Crossing(seed + round, Files.createTempDirectory(directory, "crossing"));
            try {
                crossing.run();
            } catch (Exception | AssertionError e) {
                throw new AssertionError(crossing.story() + "\n" + e.getMessage(), e);
            }
        }
    }
}
