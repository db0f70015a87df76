package io.github.prtbackup.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application's thread is interrupted at any time. SQLite does not notice, and so no backup does. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class InterruptedThreadTest {

    private static final int DATABASES = 60;

    @TempDir
    Path directory;

    private Interrupter interrupter;

    @AfterEach
    void stop() throws InterruptedException {
        if (interrupter != null) {
            interrupter.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({"full,DELETE", "incremental,DELETE", "incremental,WAL"})
    void nothingFails(String strategy, String journal) throws Exception {
        interrupter = new Interrupter(Thread.currentThread());
        for (int i = 0; i < DATABASES; i++) {
            Path database = Files.createDirectories(directory.resolve("p" + i)).resolve("prt.db");
            try (Connection connection =
                    Sql.open(database, "backup.strategy=" + strategy, "synchronous=OFF", "journal_mode=" + journal)) {
                Sql.run(connection, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
            }
        }
        stop();
        for (int i = 0; i < DATABASES; i++) {
            Path database = directory.resolve("p" + i).resolve("prt.db");
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(Backups.of(database)).hasSizeGreaterThanOrEqualTo(3);
        }
    }

    /** Interrupts a thread every some microseconds. */
    private static final class Interrupter {
        private final Thread thread;
        private volatile boolean stopped;

        Interrupter(Thread target) {
            Random random = new Random(3);
            thread = new Thread(() -> {
                while (!stopped) {
                    LockSupport.parkNanos(20_000 + random.nextInt(100_000));
                    target.interrupt();
                }
            });
            thread.start();
        }

        void stop() throws InterruptedException {
            stopped = true;
            while (thread.isAlive()) {
                Thread.onSpinWait();
            }
            boolean unused = Thread.interrupted();
        }
    }
}
