package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several connections that write to one database with a rollback journal tell each other what they change. */
class SeveralWritersTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "PERSIST"})
    void connectionsInTurnsCompareNothing(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        String output = Writers.run(database, "inTurns", 40);
        assertThat(Writers.comparisons(output)).as(output).isZero();
        Writers.requireExact(database, 40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "PERSIST"})
    void threadsCompareNothing(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        String output = Writers.run(database, "threads", 4, 15);
        assertThat(Writers.comparisons(output)).as(output).isZero();
        Writers.requireExact(database, 60);
    }

    @Test
    void processesCompareNothing() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(Writers.start(database, "threads", 1, 20));
        }
        StringBuilder output = new StringBuilder();
        for (Process process : processes) {
            output.append(Jvm.await(process));
        }
        assertThat(Writers.comparisons(output.toString())).as(output.toString()).isZero();
        Writers.requireExact(database, 60);
    }

    @Test
    void aForeignCommitIsNoticedEveryTime() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        String output = Writers.run(database, "foreign", 40);
        assertThat(Writers.comparisons(output)).as(output).isEqualTo(9);
        Writers.requireExact(database, 40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "PERSIST"})
    void everyKindOfTransactionTellsWhatItChanges(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        String output = Writers.run(database, "kinds", 45);
        assertThat(Writers.comparisons(output)).as(output).isZero();
        Writers.requireExact(database, 45);
    }

    @Test
    void transactionsWithoutAPointTellToo() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        String output = Writers.run(database, "rarely", 40);
        assertThat(Writers.comparisons(output)).as(output).isZero();
        Writers.requireExact(database, 8);
    }

    @Test
    void attachedDatabasesTellEachTheirOwn() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        String output = Writers.run(database, "attached", 20);
        assertThat(Writers.comparisons(output)).as(output).isZero();
        Writers.requireExact(database, 20);
    }

    @Test
    void aCommitThatFailsIsTakenBack() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        String output = Writers.run(database, "busy");
        assertThat(Writers.comparisons(output)).as(output).isZero();
        // Three commits fail, whose points give way.
        Writers.requireExact(database, 13);
    }

    @Test
    void processesOneAfterTheOtherCompareNothing() throws Exception {
        Path database = Writers.create(directory, "DELETE", 500);
        for (int i = 0; i < 5; i++) {
            String output = Writers.run(database, "once", i);
            assertThat(Writers.comparisons(output)).as(output).isZero();
        }
        Writers.requireExact(database, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "PERSIST"})
    void aProcessThatIsKilledCostsOneComparisonAtMost(String journalMode) throws Exception {
        Path database = Writers.create(directory, journalMode, 500);
        Random random = new Random(7);
        List<Path> outputs = new ArrayList<>();
        int kills = 3;
        try (Running survivor = Running.start(database, outputs)) {
            for (int i = 0; i < kills; i++) {
                try (Running victim = Running.start(database, outputs)) {
                    victim.awaitSteps(1 + random.nextInt(3));
                    LockSupport.parkNanos(random.nextInt(30_000_000));
                }
                survivor.awaitSteps(3 * (i + 1));
            }
        }
        StringBuilder output = new StringBuilder();
        for (Path file : outputs) {
            output.append(Files.readString(file));
        }
        assertThat(Writers.comparisons(output.toString())).as(output.toString()).isLessThanOrEqualTo(kills);
        Writers.requireExactAsFarAsKnown(database, 3 * kills);
        // And it goes on.
        Writers.run(database, "threads", 2, 5);
        Writers.requireExactAsFarAsKnown(database, 3 * kills + 10);
    }

    /** A process that writes until it is killed. */
    private record Running(Process process, Path output) implements AutoCloseable {

        static Running start(Path database, List<Path> outputs) throws IOException {
            Path output = database.resolveSibling("output-" + outputs.size());
            outputs.add(output);
            return new Running(Writers.start(database, output, "forever"), output);
        }

        void awaitSteps(int steps) throws IOException {
            while (Files.readString(output)
                            .lines()
                            .filter(line -> line.endsWith("done"))
                            .count()
                    < steps) {
                assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                LockSupport.parkNanos(10_000_000);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
