package io.github.prtbackup.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * More virtual threads than carriers. Who waits for SQLite's lock keeps his carrier: if who has the lock gave up his own, all
 * would stand still until the busy timeout, which is longer here than the test.
 */
@Timeout(value = 200, unit = TimeUnit.SECONDS)
class VirtualThreadsTest {

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "own,incremental,WAL,60",
        "own,incremental,DELETE,200",
        "own,full,WAL,20",
        "own,full,DELETE,20",
        "own,auto,WAL,20",
        "several,full,WAL,20",
        "pool,incremental,WAL,400",
        "pool,incremental,DELETE,200"
    })
    void doNotStandStill(String how, String strategy, String journal, int transactions) throws Exception {
        Optional<Path> home = Jvm.home(FIRST_WITH_VIRTUAL_THREADS);
        assumeTrue(home.isPresent(), "no JDK with virtual threads");
        Process writers = Jvm.startOn(
                home.get(),
                VirtualWriters.class,
                List.of("-Djdk.virtualThreadScheduler.parallelism=2", "-Djdk.virtualThreadScheduler.maxPoolSize=2"),
                directory,
                how,
                strategy,
                journal,
                transactions);
        try {
            assertThat(writers.waitFor(180, TimeUnit.SECONDS)).as("they end").isTrue();
            assertThat(Jvm.await(writers)).endsWith("done\n");
        } finally {
            writers.destroyForcibly();
        }
        long rows = 0;
        for (Path database : VirtualWriters.databases(directory, how)) {
            rows += Sql.number(database, "SELECT count(*) FROM t");
        }
        assertThat(rows).isEqualTo((long) VirtualWriters.THREADS * transactions);
    }
}
