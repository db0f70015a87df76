package io.github.prtbackup.metrics;

import io.github.prtbackup.observe.Meters;
import io.github.prtbackup.observe.Operation;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/**
 * Automatic backups in {@linkplain Metrics#globalRegistry Micrometer's global registry}:
 *
 * <ul>
 *   <li>{@code prtbackup.backup}, a timer with count and time, tagged by {@code database} (the name of its file),
 *       {@code strategy} ({@code full}, {@code incremental}, {@code none}) and {@code outcome} ({@code success},
 *       {@code failure});
 *   <li>{@code prtbackup.backup.size}, a summary of the bytes that each has taken, tagged by {@code database} and
 *       {@code strategy}.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class MicrometerMeters implements Meters {

    @Override
    public void record(Operation operation) {
        String database = operation.database().getFileName().toString();
        String strategy = operation.succeeded() ? operation.strategy() : "none";
        Timer.builder("prtbackup.backup")
                .description("Automatic backups")
                .tag("database", database)
                .tag("strategy", strategy)
                .tag("outcome", operation.succeeded() ? "success" : "failure")
                .register(Metrics.globalRegistry)
                .record(operation.nanos(), TimeUnit.NANOSECONDS);
        if (operation.succeeded()) {
            DistributionSummary.builder("prtbackup.backup.size")
                    .description("What automatic backups take")
                    .baseUnit("bytes")
                    .tag("database", database)
                    .tag("strategy", strategy)
                    .register(Metrics.globalRegistry)
                    .record((double) operation.bytes());
        }
    }
}
