package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

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
            updates(journal);
        }
        lines("stored", "Stored per transaction", "bytes", only(read("stored"), "stored"));
        lines("restore", "Restore", "ms", only(read("restore"), "restore"));
        lines("export", "Export", "ms", only(read("restore"), "export"));
        lines("diff", "Diff of neighbouring points", "ms", only(read("diff"), "diffOfNeighbours"));
        lines("diff-to-present", "Diff to the present state", "ms", only(read("diff"), "diffToPresent"));
        bars("read", "Reads, divided by plain sqlite-jdbc", "ratio", "read", read("paired-read"));
    }

    /** Divided by plain sqlite-jdbc of the same run: not all are measured in one. Where there are pairs, these count. */
    private void updates(Journal journal) throws IOException {
        LineChart chart = new LineChart(
                "One-row transaction, " + journal.name().replace("_", " + "), "database size", "multiples of plain");
        for (Run run : Results.read(results.resolve("update.json")).runs()) {
            for (Measurement it : of(journal, "µs", run.measurements())) {
                Optional<Measurement> plain = run.plain(it);
                if (plain.isPresent()) {
                    add(chart, "protection", it, it.value() / plain.get().value());
                }
            }
        }
        for (String part : List.of("paired-copies", "paired-update")) {
            for (Measurement it : of(journal, "ratio", read(part))) {
                if (!it.of().get("contender").equals("CONTROL")) {
                    add(chart, "contender", it, it.value());
                }
            }
        }
        write("update-" + journal.name().toLowerCase(Locale.ROOT).replace('_', '-'), chart.isEmpty(), chart::svg);
    }

    private void lines(String name, String title, String unit, List<Measurement> measurements) throws IOException {
        LineChart chart = new LineChart(title, "database size", unit);
        for (Measurement it : measurements) {
            if (it.unit().equals(unit)) {
                add(chart, "protection", it, it.value());
            }
        }
        write(name, chart.isEmpty(), chart::svg);
    }

    private static List<Measurement> of(Journal journal, String unit, List<Measurement> measurements) {
        return measurements.stream()
                .filter(it ->
                        it.unit().equals(unit) && journal.name().equals(it.of().get("journal")))
                .toList();
    }

    private static void add(LineChart chart, String series, Measurement it, double value) {
        chart.add(it.of().get(series), (double) Database.bytes(it.of().get("size")), value);
    }

    private void bars(String name, String title, String unit, String group, List<Measurement> measurements)
            throws IOException {
        BarChart chart = new BarChart(title);
        for (Measurement it : measurements) {
            if (it.unit().equals(unit) && !it.of().get("contender").equals("PLAIN")) {
                chart.add(it.of().get(group), it.of().get("contender"), it.value());
            }
        }
        write(name, chart.isEmpty(), chart::svg);
    }

    private static List<Measurement> only(List<Measurement> measurements, String what) {
        return measurements.stream().filter(it -> it.what().equals(what)).toList();
    }

    private List<Measurement> read(String part) throws IOException {
        return Results.read(results.resolve(part + ".json")).runs().stream()
                .flatMap(run -> run.measurements().stream())
                .toList();
    }

    private void write(String name, boolean empty, Supplier<String> svg) throws IOException {
        if (!empty) {
            System.out.println("Drawn: " + Files.writeString(plots.resolve(name + ".svg"), svg.get()));
        }
    }
}
