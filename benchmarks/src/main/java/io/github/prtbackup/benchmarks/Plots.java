package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws the plots of the README from the results. */
final class Plots {

    private final Path results;
    private final Path plots;

    private Plots(Path results, Path plots) {
        this.results = results;
        this.plots = plots;
    }

    public static void main(String[] args) throws IOException {
        Options options = Options.parse(args, Map.of("results", "results", "plots", "plots"));
        Path plots = Files.createDirectories(Path.of(options.get("plots")));
        new Plots(Path.of(options.get("results")), plots).draw();
    }

    private void draw() throws IOException {
        for (Journal journal : Journal.values()) {
            lines(
                    "update-" + journal.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    "One-row transaction, " + journal.name().replace("_", " + "),
                    "µs",
                    "protection",
                    read("update").stream()
                            .filter(it -> journal.name().equals(it.of().get("journal")))
                            .toList());
        }
        lines("stored", "Stored per transaction", "bytes", "protection", only(read("stored"), "stored"));
        lines("restore", "Restore", "ms", "protection", only(read("restore"), "restore"));
        lines("export", "Export", "ms", "protection", only(read("restore"), "export"));
        bars("read", "Reads, divided by plain sqlite-jdbc", "ratio", "read", read("paired-read"));
    }

    /** Against the size of the database, both axes logarithmic. */
    private void lines(String name, String title, String unit, String series, List<Measurement> measurements)
            throws IOException {
        LineChart chart = new LineChart(title, "database size", unit);
        for (Measurement it : measurements) {
            if (it.unit().equals(unit)) {
                chart.add(it.of().get(series), (double) Database.bytes(it.of().get("size")), it.value());
            }
        }
        write(name, chart.isEmpty(), chart.svg());
    }

    private void bars(String name, String title, String unit, String group, List<Measurement> measurements)
            throws IOException {
        BarChart chart = new BarChart(title);
        for (Measurement it : measurements) {
            if (it.unit().equals(unit) && !it.of().get("contender").equals("PLAIN")) {
                chart.add(it.of().get(group), it.of().get("contender"), it.value());
            }
        }
        write(name, chart.isEmpty(), chart.svg());
    }

    private static List<Measurement> only(List<Measurement> measurements, String what) {
        return measurements.stream().filter(it -> it.what().equals(what)).toList();
    }

    private List<Measurement> read(String part) throws IOException {
        Path file = results.resolve(part + ".json");
        return Files.exists(file) ? Results.read(file).measurements() : List.of();
    }

    private void write(String name, boolean empty, String svg) throws IOException {
        if (!empty) {
            System.out.println("Drawn: " + Files.writeString(plots.resolve(name + ".svg"), svg));
        }
    }
}
