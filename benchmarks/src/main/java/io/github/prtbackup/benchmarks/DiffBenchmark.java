package io.github.prtbackup.benchmarks;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.TableChange;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What differs, against the size of the database, and the copying of as many bytes for scale. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(1)
public class DiffBenchmark {

    private static final int POINTS = 100;

    @Param({"1MB", "10MB", "100MB", "1GB"})
    public String size;

    @Param({"FULL", "INCREMENTAL"})
    public Protection protection;

    private Updates updates;
    private PrtBackup backups;
    private Version newest;
    private Version before;
    private Path target;

    @Setup
    public void open() throws IOException, SQLException {
        updates = Updates.open(protection, size, Journal.WAL_NORMAL);
        for (int i = 0; i < (protection.copiesAll() ? 2 : POINTS); i++) {
            updates.run();
        }
        target = updates.database().file().resolveSibling("target.db");
        backups = PrtBackup.open(updates.database().file());
        List<BackupInfo> history = backups.getBackupHistory();
        newest = Version.of(history.get(0).backupId());
        before = Version.of(history.get(1).backupId());
    }

    @Benchmark
    public List<TableChange> diffOfNeighbours() throws IOException, SQLException {
        return diff(before, newest);
    }

    @Benchmark
    public List<TableChange> diffToPresent() throws IOException, SQLException {
        return diff(newest, Version.NOW);
    }

    private List<TableChange> diff(Version from, Version to) throws IOException, SQLException {
        try (DatabaseDiff diff = backups.diff(from, to)) {
            List<TableChange> tables = diff.tables();
            if (tables.size() != 1 || tables.get(0).updated() != 1) {
                throw new IllegalStateException("one row was updated, and not " + tables);
            }
            return tables;
        }
    }

    /** Not the database itself: that must not be opened beside SQLite. */
    @Benchmark
    public Path copyOfFile() throws IOException, SQLException {
        return Files.copy(Database.template(size), target);
    }

    @TearDown(Level.Invocation)
    public void tidy() throws IOException {
        Files.deleteIfExists(target);
    }

    @TearDown
    public void close() throws IOException, SQLException {
        backups.close();
        updates.close();
    }
}
