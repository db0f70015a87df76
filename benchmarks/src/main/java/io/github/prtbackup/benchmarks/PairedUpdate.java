package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ratio that the bar is about: a one-row UPDATE by primary key through our driver, divided by the same through plain
 * sqlite-jdbc, on copies of the same file in the same JVM, in alternating blocks. A second plain connection takes part as
 * the control: its ratio says how far from 1 a difference has to be to mean something.
 */
final class PairedUpdate {

    /** By then the JVM has compiled what it is going to compile. */
    private static final int WARM_UP = 200_000;

    private static boolean warm;

    private PairedUpdate() {}

    public static void main(String[] args) throws IOException, SQLException {
        Options options = Options.parse(
                args,
                Map.of(
                        "size", "1GB",
                        "journal", "WAL_NORMAL,WAL_FULL,DELETE_NORMAL,DELETE_FULL",
                        "protection", "INCREMENTAL",
                        "block", "20",
                        "rounds", "300",
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
        Results.add(measurements, Path.of(options.get("json")));
    }

    static List<Measurement> run(String size, Journal journal, List<Protection> protections, int block, int rounds)
            throws IOException, SQLException {
        warmUp(protections);
        // The databases outlive the openings: copying 10 GB for each would take longer than what is measured.
        try (Closing databases = new Closing()) {
            Paired paired = new Paired("paired update", Map.of("size", size, "journal", journal.name()), block);
            Map<String, Protection> contenders = new LinkedHashMap<>();
            contenders.put("PLAIN", Protection.PLAIN);
            contenders.put("CONTROL", Protection.PLAIN);
            protections.forEach(protection -> contenders.put(protection.name(), protection));
            for (Map.Entry<String, Protection> contender : contenders.entrySet()) {
                Database database = databases.add(Database.create(size, journal));
                paired.add(contender.getKey(), () -> Updates.of(contender.getValue(), database, journal));
            }
            return paired.run(rounds);
        }
    }

    /** Or else what comes first in a JVM would be measured while it is interpreted. */
    private static void warmUp(List<Protection> protections) throws IOException, SQLException {
        if (warm) {
            return;
        }
        warm = true;
        for (Protection protection : List.of(Protection.PLAIN, Protection.INCREMENTAL)) {
            if (protection == Protection.PLAIN || protections.contains(protection)) {
                try (Updates updates = Updates.open(protection, "1MB", Journal.WAL_NORMAL)) {
                    for (int i = 0; i < WARM_UP; i++) {
                        updates.run();
                    }
                }
            }
        }
    }
}
