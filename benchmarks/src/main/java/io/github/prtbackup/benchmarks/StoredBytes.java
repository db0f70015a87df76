package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** By how many bytes the backup directory grows with a transaction, once the first one has laid down what it needs. */
final class StoredBytes {

    private static final Journal JOURNAL = Journal.WAL_NORMAL;

    private StoredBytes() {}

    static List<Measurement> run(List<String> sizes, List<Protection> protections) throws IOException, SQLException {
        List<Measurement> measurements = new ArrayList<>();
        for (String size : sizes) {
            for (Protection protection : protections) {
                if (protection != Protection.PLAIN) {
                    measurements.addAll(run(size, protection));
                }
            }
        }
        measurements.forEach(System.out::println);
        return measurements;
    }

    private static List<Measurement> run(String size, Protection protection) throws IOException, SQLException {
        // No more complete copies than are kept; with many small points what is written once in a while counts too.
        int transactions = protection.copiesAll() ? 2 : 900;
        Map<String, String> of = Map.of("size", size, "protection", protection.name());
        try (Updates updates = Updates.open(protection, size, JOURNAL)) {
            updates.run();
            long first = bytes(updates.database().backups());
            for (int i = 1; i < transactions; i++) {
                updates.run();
            }
            long growth = bytes(updates.database().backups()) - first;
            return List.of(
                    Measurement.exact("stored at first", of, "bytes", (double) first),
                    Measurement.exact("stored", of, "bytes", (double) growth / (transactions - 1)));
        }
    }

    private static long bytes(Path directory) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
