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

/** Reads, which are never backed up and should cost nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadBenchmark {

    @Param
    public ReadDriver driver;

    private Reads reads;

    @Setup
    public void open() throws IOException, SQLException {
        reads = Reads.open(driver);
    }

    @Benchmark
    public long preparedRow() throws SQLException {
        return reads.preparedRow();
    }

    @Benchmark
    public long sameLiteralRow() throws SQLException {
        return reads.sameLiteralRow();
    }

    @Benchmark
    public long otherLiteralRow() throws SQLException {
        return reads.otherLiteralRow();
    }

    @Benchmark
    public long tenThousandRows() throws SQLException {
        return reads.tenThousandRows();
    }

    @TearDown
    public void close() throws IOException, SQLException {
        reads.close();
    }
}
