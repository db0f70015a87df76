package io.github.prtbackup.benchmarks;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
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

/** The way back against the size of the database, and the copying of as many bytes for scale. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(1)
public class RestoreBenchmark {

    private static final int POINTS = 100;

    @Param({"1MB", "10MB", "100MB", "1GB"})
    public String size;

    @Param({"FULL", "INCREMENTAL"})
    public Protection protection;

    private Updates updates;
    private PrtBackup backups;
    private BackupInfo newest;
    private List<Long> kept;
    private Path target;

    @Setup
    public void open() throws IOException, SQLException {
        updates = Updates.open(protection, size, Journal.WAL_NORMAL);
        for (int i = 0; i < (protection.copiesAll() ? 1 : POINTS); i++) {
            updates.run();
        }
        target = updates.database().file().resolveSibling("target.db");
        backups = PrtBackup.open(updates.database().file());
        kept = ids();
        newest = backups.getBackupHistory().get(0);
    }

    @Benchmark
    public Object restore() throws IOException, SQLException {
        return backups.restoreFromBackup(newest.backupId());
    }

    @Benchmark
    public void export() throws IOException, SQLException {
        backups.exportBackup(newest.backupId(), target);
    }

    /** Not the database itself: that must not be opened beside SQLite. */
    @Benchmark
    public Path copyOfFile() throws IOException, SQLException {
        return Files.copy(Database.template(size), target);
    }

    /** Each restore leaves a safety backup. */
    @TearDown(Level.Invocation)
    public void tidy() throws IOException {
        Files.deleteIfExists(target);
        for (long id : ids()) {
            if (!kept.contains(id)) {
                backups.deleteBackup(id);
            }
        }
    }

    private List<Long> ids() throws IOException {
        return backups.getBackupHistory().stream().map(BackupInfo::backupId).toList();
    }

    @TearDown
    public void close() throws IOException, SQLException {
        backups.close();
        updates.close();
    }
}
