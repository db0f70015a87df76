package io.github.prtbackup.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The measurements of a part, as JSON, run by run: times of different runs must not be divided by each other.
 *
 * @param runs the oldest first
 */
record Results(List<Run> runs) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Those of a file; none if it does not exist. */
    static Results read(Path file) throws IOException {
        return Files.exists(file) ? JSON.readValue(file.toFile(), Results.class) : new Results(List.of());
    }

    /** Adds measurements made now to a file. What was measured before and is not measured anew stays there. */
    static void add(List<Measurement> measurements, Path file) throws IOException {
        Run now = Run.of(measurements);
        List<Run> runs = new ArrayList<>();
        for (Run run : read(file).runs) {
            Run rest = run.without(now);
            if (!rest.measurements().isEmpty()) {
                runs.add(rest);
            }
        }
        runs.add(now);
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writeValue(file.toFile(), new Results(runs));
        System.out.println("Written: " + file);
    }
}
