package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads through our driver and through proxies, divided by the same through plain sqlite-jdbc; see {@link Paired}. */
final class PairedRead {

    /** One of the methods of {@link Reads}. */
    @FunctionalInterface
    private interface Read {
        long from(Reads reads) throws SQLException;
    }

    private static final Map<String, Read> READS = Map.of(
            "preparedRow", Reads::preparedRow,
            "sameLiteralRow", Reads::sameLiteralRow,
            "otherLiteralRow", Reads::otherLiteralRow,
            "tenThousandRows", Reads::tenThousandRows);

    static final List<String> ALL = List.of("preparedRow", "sameLiteralRow", "otherLiteralRow", "tenThousandRows");

    private PairedRead() {}

    public static void main(String[] args) throws IOException, SQLException {
        Options options = Options.parse(
                args,
                Map.of(
                        "read", String.join(",", ALL),
                        "driver", "PRTBACKUP",
                        "rounds", "1000",
                        "json", "target/results/paired-read.json"));
        List<Measurement> measurements = new ArrayList<>();
        for (String read : options.list("read")) {
            measurements.addAll(run(read, options.list("driver", ReadDriver.class), options.number("rounds")));
        }
        Results.add(measurements, Path.of(options.get("json")));
    }

    static List<Measurement> run(String read, List<ReadDriver> drivers, int rounds) throws IOException, SQLException {
        Paired paired = new Paired("paired read", Map.of("read", read), read.equals("tenThousandRows") ? 1 : 500);
        paired.add("PLAIN", () -> open(ReadDriver.PLAIN, read));
        paired.add("CONTROL", () -> open(ReadDriver.PLAIN, read));
        for (ReadDriver driver : drivers) {
            paired.add(driver.name(), () -> open(driver, read));
        }
        return paired.run(rounds);
    }

    private static Paired.Operation open(ReadDriver driver, String name) throws IOException, SQLException {
        Reads reads = Reads.open(driver);
        Read read = READS.get(name);
        return new Paired.Operation() {
            @Override
            public void run() throws SQLException {
                if (read.from(reads) < 0) {
                    throw new IllegalStateException("no read gives a negative sum");
                }
            }

            @Override
            public void close() throws IOException, SQLException {
                reads.close();
            }
        };
    }
}
