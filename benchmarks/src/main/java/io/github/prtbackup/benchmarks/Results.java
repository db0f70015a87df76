package io.github.prtbackup.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The measurements of one run and what they were made on, as JSON.
 *
 * @param processors how many there were
 * @param java the version of the JVM
 * @param system the operating system
 * @param sqliteJdbc the version of sqlite-jdbc
 * @param measurements in the order in which they were made
 */
record Results(int processors, String java, String system, String sqliteJdbc, List<Measurement> measurements) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static Results of(List<Measurement> measurements) {
        return new Results(
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                SQLiteJDBCLoader.getVersion(),
                measurements);
    }

    static Results read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Results.class);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writeValue(file.toFile(), this);
        System.out.println("Written: " + file);
    }
}
