package io.github.prtbackup.catalog;

import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A main class that prints what a publish costs, and where it goes: directory, bytes, rounds, backups kept. */
final class PublishCost {
    private PublishCost() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]).toRealPath();
        byte[] content = new byte[Integer.parseInt(args[1])];
        new Random(1).nextBytes(content);
        int rounds = Integer.parseInt(args[2]);
        int keep = Integer.parseInt(args[3]);
        Path database = Files.write(root.resolve("prt.db"), content);
        Map<String, List<Long>> spent = new LinkedHashMap<>();
        long[] last = new long[1];
        Catalog catalog = Catalog.open(
                root.resolve("backups"),
                file -> true,
                Clock.system(ZoneId.systemDefault()),
                step -> last[0] = spend(spent, step.name(), last[0]));
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            last[0] = start;
            try (PendingFile pending = catalog.newFile()) {
                pending.write(content);
                last[0] = spend(spent, "WRITTEN", last[0]);
                catalog.publish(pending, new Request(database, "Auto-backup before: SQL: UPDATE t", true, keep));
            }
            spend(spent, "all", start);
            last[0] = System.nanoTime();
            catalog.history(database);
            last[0] = spend(spent, "(history)", last[0]);
            catalog.reconcile(database);
            spend(spent, "(reconcile)", last[0]);
        }
        spent.forEach((name, nanos) ->
                System.out.printf("%-18s %6d µs median, %6d µs p90%n", name, at(nanos, 0.5), at(nanos, 0.9)));
    }

    private static long spend(Map<String, List<Long>> spent, String name, long since) {
        long now = System.nanoTime();
        spent.computeIfAbsent(name, key -> new ArrayList<>()).add(now - since);
        return now;
    }

    /** A quantile of the second half, when the code is warm. */
    private static long at(List<Long> nanos, double quantile) {
        long[] warm = nanos.subList(nanos.size() / 2, nanos.size()).stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        return Arrays.stream(warm)
                        .skip((long) (warm.length * quantile))
                        .findFirst()
                        .orElse(0)
                / 1000;
    }
}
