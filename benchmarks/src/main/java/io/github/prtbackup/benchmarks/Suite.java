package io.github.prtbackup.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs everything, writes the results as JSON and draws the plots. */
final class Suite {

    private Suite() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.parse(
                args,
                Map.of(
                        "part", "paired-update,paired-copies,paired-read,update,read,restore,diff,stored",
                        "size", "1MB,10MB",
                        "journal", "WAL_NORMAL,WAL_FULL,DELETE_NORMAL,DELETE_FULL",
                        "protection", names(Protection.values()),
                        "rounds", "1",
                        "pairs", "300",
                        "results", "target/results",
                        "plots", "target/results"));
        List<String> sizes = options.list("size");
        List<Journal> journals = options.list("journal", Journal.class);
        List<Protection> protections = Availability.reduce(options.list("protection", Protection.class));
        List<Protection> ours = protections.stream()
                .filter(protection -> protection == Protection.FULL || protection == Protection.INCREMENTAL)
                .toList();
        int rounds = options.number("rounds");
        Path results = Path.of(options.get("results"));
        for (String part : options.list("part")) {
            List<Measurement> measurements = switch (part) {
                case "paired-update" -> pairedUpdates(sizes, journals, ours, options.number("pairs"));
                case "paired-copies" -> pairedCopies(sizes, journals, protections);
                case "paired-read" -> pairedReads();
                case "update" ->
                    new Jmh(UpdateBenchmark.class)
                            .with("size", sizes)
                            .with("journal", journals)
                            .with("protection", protections)
                            .run(rounds);
                case "read" -> new Jmh(ReadBenchmark.class).run(rounds);
                case "restore" ->
                    new Jmh(RestoreBenchmark.class)
                            .with("size", sizes)
                            .with("protection", ours)
                            .run(rounds);
                case "diff" ->
                    new Jmh(DiffBenchmark.class)
                            .with("size", sizes)
                            .with("protection", ours)
                            .run(rounds);
                case "stored" -> StoredBytes.run(sizes, protections);
                default -> throw new IllegalArgumentException("There is no part " + part);
            };
            if (!measurements.isEmpty()) {
                Results.add(measurements, results.resolve(part + ".json"));
            }
        }
        Plots.main(new String[] {"results=" + results, "plots=" + options.get("plots")});
    }

    private static List<Measurement> pairedUpdates(
            List<String> sizes, List<Journal> journals, List<Protection> protections, int rounds) throws Exception {
        List<Protection> quick =
                protections.stream().filter(it -> !it.copiesAll()).toList();
        List<Measurement> measurements = new ArrayList<>();
        if (!quick.isEmpty()) {
            for (String size : sizes) {
                for (Journal journal : journals) {
                    measurements.addAll(PairedUpdate.run(size, journal, quick, 20, rounds));
                }
            }
        }
        return measurements;
    }

    /** One transaction a block, and few of them: a copy takes a thousand times as long. */
    private static List<Measurement> pairedCopies(
            List<String> sizes, List<Journal> journals, List<Protection> protections) throws Exception {
        List<Protection> copies =
                protections.stream().filter(Protection::copiesAll).toList();
        List<Measurement> measurements = new ArrayList<>();
        if (!copies.isEmpty()) {
            for (String size : sizes) {
                for (Journal journal : journals) {
                    measurements.addAll(PairedUpdate.run(size, journal, copies, 1, 20));
                }
            }
        }
        return measurements;
    }

    private static List<Measurement> pairedReads() throws Exception {
        List<ReadDriver> drivers = List.of(ReadDriver.PRTBACKUP, ReadDriver.P6SPY, ReadDriver.DATASOURCE_PROXY);
        List<Measurement> measurements = new ArrayList<>();
        for (String read : PairedRead.ALL) {
            measurements.addAll(PairedRead.run(read, drivers, 1000));
        }
        return measurements;
    }

    private static String names(Enum<?>[] values) {
        return String.join(",", Arrays.stream(values).map(Enum::name).toList());
    }
}
