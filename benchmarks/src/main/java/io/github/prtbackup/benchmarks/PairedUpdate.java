package io.github.prtbackup.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ratio that the bar is about: a one-row UPDATE by primary key through our driver, divided by the same through plain
 * sqlite-jdbc, on copies of the same file in the same JVM, in alternating blocks. A second plain connection takes part as
 * the control: its ratio says how far from 1 a difference has to be to mean something.
 */
final class PairedUpdate {

    private PairedUpdate() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.parse(
                args,
                Map.of(
                        "size", "1GB",
                        "journal", "WAL_NORMAL,WAL_FULL,DELETE_NORMAL,DELETE_FULL",
                        "protection", "INCREMENTAL",
                        "block", "20",
                        "rounds", "400",
                        "json", "target/results/paired-update.json"));
        List<Measurement> measurements = new ArrayList<>();
        for (String size : options.list("size")) {
            for (Journal journal : options.list("journal", Journal.class)) {
                measurements.addAll(run(
                        size,
                        journal,
                        Availability.reduce(options.list("protection", Protection.class)),
                        options.number("block"),
                        options.number("rounds")));
            }
        }
        Results.of(measurements).write(Path.of(options.get("json")));
    }

    static List<Measurement> run(String size, Journal journal, List<Protection> protections, int block, int rounds)
            throws Exception {
        Paired paired = new Paired("paired update", Map.of("size", size, "journal", journal.name()), block);
        try (Closing open = new Closing()) {
            paired.add("PLAIN", open.add(Updates.open(Protection.PLAIN, size, journal))::next);
            paired.add("CONTROL", open.add(Updates.open(Protection.PLAIN, size, journal))::next);
            for (Protection protection : protections) {
                paired.add(protection.name(), open.add(Updates.open(protection, size, journal))::next);
            }
            return paired.run(rounds);
        }
    }
}
