package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.Request;
import io.github.prtbackup.store.PendingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConnection;

/**
 * Puts a backup in the place of a database.
 *
 * <p>The steps, in an order that leaves the old state or the new one whenever the process dies:
 *
 * <ol>
 *   <li>the backup is checked: a damaged one is refused before anything is touched;
 *   <li>the present state becomes a backup of its own, and stays locked from then on, so that nothing is committed that is
 *       in neither of the two;
 *   <li>SQLite copies the backup over the database in one transaction of its own, so that other connections keep their
 *       locks and see the restored data at their next statement;
 *   <li>the database is checked.
 * </ol>
 *
 * <p>A database that SQLite cannot open is replaced as a file instead: nobody can have a use of it.
 */
public final class Restore {

    /**
     * What was done.
     *
     * @param restored the backup that the database holds now
     * @param safety the state that it held before; empty where there was none
     */
    public record Result(Entry restored, Optional<Entry> safety) {}

    private final Catalog catalog;
    private final Path database;
    private final int busyMillis;
    private final CopyProgress progress;

    /**
     * @param catalog where the backup is, and where the safety backup goes
     * @param database the file to be replaced; it may be missing or damaged
     * @param busyMillis how long to wait for others that read or write, in milliseconds
     */
    public Restore(Catalog catalog, Path database, int busyMillis, CopyProgress progress) {
        this.catalog = catalog;
        this.database = database;
        this.busyMillis = busyMillis;
        this.progress = progress;
    }

    /**
     * Restores a backup.
     *
     * @throws java.nio.file.NoSuchFileException if the backup's file is gone
     * @throws DamagedBackupException if the backup is not what it was
     * @throws SQLException if the database cannot be locked in time, or SQLite fails; it is then as it was
     */
    public Result run(Entry backup) throws IOException, SQLException {
        Verification.require(backup);
        if (!Files.exists(database)) {
            ReplacedFile.put(backup.path(), database);
            return new Result(backup, Optional.empty());
        }
        Entry safety;
        try (LiveDatabase live = LiveDatabase.open(database, busyMillis).orElse(null)) {
            if (live == null) {
                safety = publish(backup, file -> ReplacedFile.copyUnreadable(database, file));
                ReplacedFile.put(backup.path(), database);
            } else if (live.lockExclusively()) {
                safety = publish(backup, file -> FullCopy.ofSnapshot(live.connection(), file, CopyProgress.NONE));
                live.overwrite(backup.path(), progress);
            } else {
                safety = overwriteBesideOthers(live, backup);
            }
        }
        requireIntact();
        return new Result(backup, Optional.of(safety));
    }

    private Entry overwriteBesideOthers(LiveDatabase live, Entry backup) throws IOException, SQLException {
        try (PendingFile converted = catalog.newFile()) {
            Path source = backup.path();
            if (!live.samePageSize(source)) {
                live.convert(source, converted.path());
                source = converted.path();
            }
            live.lockForWriting();
            try (Overtaken overtaken = Overtaken.watch(database)) {
                Entry safety = publish(backup, file -> FullCopy.ofLocked(live.connection(), "main", database, file));
                live.endTransaction();
                live.overwriteAsWriter(source);
                Optional<Long> frames = overtaken.framesBefore(source);
                if (frames.isEmpty()) {
                    return safety;
                }
                return publish(backup, file -> overtaken.writeTo(file, safety.path(), frames.get()));
            }
        }
    }

    private void requireIntact() throws SQLException {
        try (SQLiteConnection restored = ReadOnlyConnection.open(database)) {
            List<String> problems = Verification.integrityProblems(restored);
            if (!problems.isEmpty()) {
                throw new SQLException(database + " is damaged after the restore: " + String.join("; ", problems));
            }
        }
    }

    /** Fills a pending file. */
    @FunctionalInterface
    private interface Content {
        void writeTo(PendingFile file) throws IOException, SQLException;
    }

    private Entry publish(Entry backup, Content content) throws IOException, SQLException {
        try (PendingFile file = catalog.newFile()) {
            content.writeTo(file);
            String comment = "Safety backup before restore of #" + backup.id();
            return catalog.publish(file, new Request(database, comment, false, 0));
        }
    }
}
