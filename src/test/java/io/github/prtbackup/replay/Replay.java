package io.github.prtbackup.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Replays scripts against the driver that is on the class path, and prints where it differs from plain sqlite-jdbc, each
 * difference as the shortest script that still shows it, and alike ones once, with their number.
 *
 * <p>{@code java -cp target/test-classes:target/prtbackup.jar io.github.prtbackup.replay.Replay seeds=1..500
 * source=random,topics,corpus corpus=FILE strategy=full,incremental journal=DELETE,WAL shown=2 threads=2}, or
 * {@code script=FILE} with calls one a line.
 */
final class Replay {
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, List<Difference>> kinds = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final int shown;
    private final int rounds;
    private final Path folder;
    private int scripts;
    private int differing;
    private long lines;
    private long errors;
    private long differingLines;

    private Replay(String... arguments) throws IOException {
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            options.put(parts[0], parts[1]);
        }
        rounds = Integer.parseInt(option("rounds", "10"));
        shown = Integer.parseInt(option("shown", "1"));
        Path memory = Path.of("/dev/shm");
        folder = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "replay-")
                : Files.createTempDirectory("replay-");
    }

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        Replay replay = new Replay(arguments);
        try {
            replay.all();
        } finally {
            Files.deleteIfExists(replay.folder);
        }
        replay.print();
        System.exit(replay.differing == 0 ? 0 : 1);
    }

    private String option(String name, String usual) {
        return options.getOrDefault(name, usual);
    }

    private void all() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(option("threads", "1")));
        List<Future<?>> tasks = new ArrayList<>();
        for (Job job : jobs()) {
            tasks.add(threads.submit(() -> {
                compare(job.calls, job.setting);
                return null;
            }));
        }
        for (Future<?> task : tasks) {
            task.get();
        }
        threads.shutdown();
    }

    private record Job(List<Call> calls, Setting setting) {}

    private List<Job> jobs() throws IOException {
        List<Job> jobs = new ArrayList<>();
        String[] seeds = option("seeds", "1..100").split("\\.\\.", -1);
        List<List<String>> topics = Sources.topics();
        List<List<String>> corpus =
                options.containsKey("corpus") ? Sources.corpus(Path.of(option("corpus", ""))) : List.of();
        for (String strategy : option("strategy", "full,incremental").split(",", -1)) {
            for (String journal : option("journal", "DELETE,WAL").split(",", -1)) {
                if (options.containsKey("script")) {
                    List<Call> calls = Files.readAllLines(Path.of(option("script", ""))).stream()
                            .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                            .map(line -> Call.of(line.strip()))
                            .toList();
                    jobs.add(new Job(calls, new Setting(strategy, journal, true, true, true)));
                    continue;
                }
                for (long seed = Long.parseLong(seeds[0]); seed <= Long.parseLong(seeds[seeds.length - 1]); seed++) {
                    for (String source :
                            option("source", "random,topics,corpus").split(",", -1)) {
                        script(source, seed, topics, corpus)
                                .ifPresent(
                                        calls -> jobs.add(new Job(calls, Setting.of(strategy, journal, jobs.size()))));
                    }
                }
            }
        }
        return jobs;
    }

    static Optional<List<Call>> script(String source, long seed, List<List<String>> topics, List<List<String>> corpus) {
        List<List<String>> among = source.equals("topics") ? topics : corpus;
        if (source.equals("random")) {
            return Optional.of(Scripts.random(seed));
        }
        return among.isEmpty()
                ? Optional.empty()
                : Optional.of(Scripts.of(among.get((int) (seed % among.size())), seed));
    }

    /** Compares a script, and again without the calls that differed, as long as there are others behind them. */
    private void compare(List<Call> calls, Setting setting) throws IOException, SQLException {
        List<Call> rest = calls;
        for (int round = 0; round < rounds; round++) {
            Comparison comparison = new Comparison(folder);
            Optional<Difference> found = comparison.run(rest, setting);
            if (round == 0) {
                synchronized (this) {
                    scripts++;
                    lines += comparison.lines();
                    errors += comparison.errors();
                    differingLines += comparison.different();
                    differing += found.isPresent() ? 1 : 0;
                }
            }
            if (found.isEmpty()) {
                return;
            }
            note(found.get());
            if (found.get().at() >= rest.size()) {
                return;
            }
            rest = new ArrayList<>(rest);
            rest.remove(found.get().at());
        }
    }

    private void note(Difference found) throws IOException, SQLException {
        boolean first;
        synchronized (this) {
            first = counts.merge(found.kind(), 1, Integer::sum) <= shown;
        }
        if (first) {
            Difference shortest = Minimised.of(found, new Comparison(folder));
            synchronized (this) {
                kinds.computeIfAbsent(found.kind(), unknown -> new ArrayList<>())
                        .add(shortest);
                if (options.containsKey("progress")) {
                    System.err.println(found.kind() + "\n" + shortest.told());
                }
            }
        }
    }

    private void print() {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> {
                    System.out.println(entry.getValue() + " × " + entry.getKey());
                    kinds.getOrDefault(entry.getKey(), List.of())
                            .forEach(difference -> System.out.println(difference.told()));
                });
        System.out.println(scripts + " scripts, " + differing + " differ; " + lines + " lines (" + errors
                + " exceptions of plain sqlite-jdbc), " + differingLines
                + " differ; " + counts.size() + " kinds");
    }
}
