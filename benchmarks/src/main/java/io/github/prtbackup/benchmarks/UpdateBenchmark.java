package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A one-row transaction against the size of the database. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UpdateBenchmark {

    @Param({"1MB", "10MB", "100MB", "1GB"})
    public String size;

    @Param
    public Journal journal;

    @Param
    public Protection protection;

    private Updates updates;

    @Setup
    public void open() throws IOException, SQLException {
        updates = Updates.open(protection, size, journal);
        updates.run();
        updates.warm();
    }

    @Benchmark
    public void update() throws IOException, SQLException {
        updates.run();
    }

    @TearDown
    public void close() throws IOException, SQLException {
        updates.close();
    }
}
