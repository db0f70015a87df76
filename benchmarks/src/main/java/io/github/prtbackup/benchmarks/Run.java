package io.github.prtbackup.benchmarks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The measurements of one run, and what they were made on.
 *
 * @param time when it ended
 * @param processors how many there were
 * @param java the version of the JVM
 * @param system the operating system
 * @param sqliteJdbc the version of sqlite-jdbc
 * @param measurements in the order in which they were made
 */
record Run(String time, int processors, String java, String system, String sqliteJdbc, List<Measurement> measurements) {

    /** The present one. */
    static Run of(List<Measurement> measurements) {
        return new Run(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                SQLiteJDBCLoader.getVersion(),
                measurements);
    }

    /** What a newer run has not measured anew, with that of plain sqlite-jdbc which it has to be divided by. */
    Run without(Run newer) {
        List<Measurement> rest = measurements.stream()
                .filter(it -> newer.measurements.stream().noneMatch(it::isOfSame))
                .toList();
        List<Measurement> kept = measurements.stream()
                .filter(it ->
                        rest.contains(it) || (it.isPlain() && rest.stream().anyMatch(it::isComparable)))
                .toList();
        return new Run(time, processors, java, system, sqliteJdbc, kept);
    }

    /** That of plain sqlite-jdbc under the same circumstances. */
    Optional<Measurement> plain(Measurement measurement) {
        return measurements.stream()
                .filter(it -> it.isPlain() && it.isComparable(measurement))
                .findFirst();
    }
}
