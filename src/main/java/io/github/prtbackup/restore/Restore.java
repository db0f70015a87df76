package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.Request;
import io.github.prtbackup.catalog.RestoreStep;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * Puts a backup in the place of a database.
 *
 * <p>The steps, in an order that leaves the old state or the new one whenever the process dies:
 *
 * <ol>
 *   <li>the backup is copied, and the copy checked ({@link History#verifiedCopy}): a damaged one is refused before anything
 *       is touched, and one that changes meanwhile does no harm;
 *   <li>the present state becomes a backup of its own, and stays locked from then on, so that nothing is committed that is
 *       in neither of the two; where SQLite has no such lock, {@link Overtaken} finds what was committed;
 *   <li>SQLite copies the backup over the database in one transaction of its own, so that other connections keep their
 *       locks and see the restored data at their next statement;
 *   <li>the safety backup is checked, which is marked if it is damaged, and so is the database. There is no way back any
 *       more, so nothing is a failure here but damage.
 * </ol>
 *
 * <p>Between the second and the third step the metadata tells that the restore is under way, and after the third that it is
 * done. Who meets one that is not done has to look at the database.
 *
 * <p>A database that is missing, or that SQLite cannot open, is replaced as a file instead: nobody can have a use of it.
 */
public final class Restore {

    /**
     * What was done.
     *
     * @param restored the backup that the database holds now
     * @param safety the state that it held before; empty where there was none
     */
    public record Result(Entry restored, Optional<Entry> safety) {}

    /** How long a writer in our way is waited for before all is begun anew. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final int ATTEMPTS = 3;

    private static final Logger log = LoggerFactory.getLogger(Restore.class);

    private final Catalog catalog;
    private final Path database;
    private final int busyMillis;
    private final CopyProgress progress;

    /**
     * @param catalog where the backup is, and where the safety backup goes
     * @param database the file to be replaced; it may be missing or damaged
     * @param busyMillis how long to wait for others that read or write, in milliseconds
     * @param progress hears of the pages that are restored, and may end it before the first of them
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
     * @param copy its content, checked, in a file that nobody else uses
     * @throws SQLException if the database cannot be locked in time, or SQLite fails; it is then as it was
     */
    public Result run(Entry backup, Path copy) throws IOException, SQLException {
        removeAbandoned(catalog, database);
        progress.check();
        if (!isUsable()) {
            Optional<Result> result = replaceFile(backup, copy);
            if (result.isPresent()) {
                return result.get();
            }
        }
        Entry safety = markIfDamaged(overwrite(backup, copy), backup);
        checkRestored(backup, safety);
        return new Result(backup, Optional.of(safety));
    }

    /**
     * Says of a safety backup that it is a damaged database, if it is one. Only now, because to look takes long and nobody
     * waits for us any more. That it cannot be looked at says nothing.
     */
    private Entry markIfDamaged(Entry safety, Entry backup) {
        try {
            return Verification.ofContent(safety.path(), Verification.Application.NONE, CopyProgress.NONE)
                            .problems()
                            .isEmpty()
                    ? safety
                    : catalog.comment(safety, Entry.damagedComment(backup.id()));
        } catch (IOException e) {
            log.warn("Whether backup #{} is sound cannot be told: {}", safety.id(), e.toString());
            return safety;
        }
    }

    /**
     * Looks at the database with new eyes: the connection that has overwritten it may know another text encoding. That it
     * can't be looked at, because others have it locked or memory is short, says nothing of the restore.
     */
    private void checkRestored(Entry backup, Entry safety) throws SQLException {
        List<String> problems;
        // One that may write: another would leave the log behind that it needs.
        try (LiveDatabase live = LiveDatabase.open(database, busyMillis).orElse(null)) {
            problems = live == null
                    ? List.of("SQLite cannot read it")
                    : IntegrityCheck.complete(live.connection()).problems();
        } catch (SQLException e) {
            log.warn(
                    "{} has been restored from backup #{} and is not checked: {}",
                    database,
                    backup.id(),
                    e.getMessage());
            return;
        }
        if (!problems.isEmpty()) {
            throw new SQLException(database + " has been restored from backup #" + backup.id()
                    + " and is damaged: " + String.join("; ", problems) + ". What was there before is backup #"
                    + safety.id());
        }
    }

    /** Removes what a process that died in a restore has left beside the database. */
    public static void removeAbandoned(Catalog catalog, Path database) throws IOException {
        ReplacedFile file = new ReplacedFile(database);
        if (file.isBegun()) {
            catalog.lock().hold(() -> {
                file.removeAbandoned();
                return null;
            });
        }
    }

    /** Whether SQLite can open the database, or fails in a way that has nothing to do with its content. */
    private boolean isUsable() {
        if (!Files.exists(database)) {
            return false;
        }
        try (LiveDatabase live = LiveDatabase.open(database, 0).orElse(null)) {
            return live != null;
        } catch (SQLException e) {
            return true;
        }
    }

    /**
     * Replaces a database that is missing or cannot be opened.
     *
     * @return empty if it can be opened now, because somebody else has put a database in its place
     */
    private Optional<Result> replaceFile(Entry backup, Path copy) throws IOException {
        return catalog.lock().hold(() -> {
            ReplacedFile file = new ReplacedFile(database);
            if (!Files.exists(database)) {
                return create(file, backup, copy);
            }
            if (isUsable()) {
                return Optional.empty();
            }
            try (PendingFile old = catalog.newFile()) {
                file.copyUnreadable(old);
                Entry safety = publish(old, Entry.damagedComment(backup.id()));
                RestoreStep step = catalog.restoring(database, Optional.of(safety), backup.id());
                file.replace(copy);
                confirm(step, safety.id());
                return Optional.of(new Result(backup, Optional.of(safety)));
            }
        });
    }

    private Optional<Result> create(ReplacedFile file, Entry backup, Path copy) throws IOException {
        RestoreStep step = catalog.restoring(database, Optional.empty(), backup.id());
        if (!file.create(copy, backup.path())) {
            catalog.forget(database, step);
            return Optional.empty();
        }
        confirm(step, step.id());
        return Optional.of(new Result(backup, Optional.empty()));
    }

    /** Returns the safety backup. */
    private Entry overwrite(Entry backup, Path copy) throws IOException, SQLException {
        try (LiveDatabase live = LiveDatabase.open(database, busyMillis).orElse(null)) {
            if (live == null) {
                throw new SQLException(
                        database + " has been damaged during the restore", null, SQLiteErrorCode.SQLITE_NOTADB.code);
            }
            Entry safety;
            if (live.lockExclusively()) {
                try (PendingFile file = catalog.newFile()) {
                    FullCopy.ofSnapshot(live.connection(), Damage.COPIED, file, CopyProgress.NONE);
                    // The last moment: what follows is done to its end.
                    progress.check();
                    safety = publish(file, backup);
                }
                RestoreStep step = catalog.restoring(database, Optional.of(safety), backup.id());
                live.overwrite(copy, progress);
                confirm(step, safety.id());
            } else {
                safety = overwriteBesideOthers(live, backup, copy);
                live.checkpoint();
            }
            return safety;
        }
    }

    private Entry overwriteBesideOthers(LiveDatabase live, Entry backup, Path copy) throws IOException, SQLException {
        try (PendingFile converted = catalog.newFile()) {
            Path source = copy;
            if (!live.samePageSize(source)) {
                live.convert(source, converted.path());
                source = converted.path();
            }
            long deadline = System.nanoTime() + Duration.ofMillis(busyMillis).toNanos();
            Optional<Entry> safety;
            do {
                safety = tryBesideOthers(live, backup, source);
            } while (safety.isEmpty() && System.nanoTime() < deadline);
            return safety.orElseThrow(
                    () -> DB.newSQLException(SQLiteErrorCode.SQLITE_BUSY.code, "others keep writing to " + database));
        }
    }

    /**
     * Returns the safety backup, or nothing if another writer came between it and the restore and stays for long. He may
     * be waiting for us: a checkpoint that truncates the log waits for all readers, and {@link Overtaken} is one.
     */
    private Optional<Entry> tryBesideOthers(LiveDatabase live, Entry backup, Path source)
            throws IOException, SQLException {
        live.lockForWriting();
        Entry safety;
        try (Overtaken overtaken = Overtaken.watch(database)) {
            try (PendingFile file = catalog.newFile()) {
                FullCopy.ofLocked(live.connection(), "main", database, Damage.COPIED, file);
                progress.check();
                safety = publish(file, backup);
            }
            RestoreStep step = catalog.restoring(database, Optional.of(safety), backup.id());
            live.endTransaction();
            if (live.overwriteAsWriter(source, PATIENCE)) {
                Entry newest = keepOvertaken(overtaken, backup, source, safety);
                confirm(step, newest.id());
                return Optional.of(newest);
            }
            catalog.forget(database, step);
        }
        catalog.delete(safety.id());
        return Optional.empty();
    }

    /**
     * Keeps what others committed between the safety backup and the restore. There is no way back any more, so it is tried
     * again where the disk fails. States that were kept twice do no harm.
     *
     * @return the newest of them, or the safety backup
     * @throws IOException if the disk goes on failing
     */
    private Entry keepOvertaken(Overtaken overtaken, Entry backup, Path source, Entry safety)
            throws IOException, SQLException {
        for (int left = ATTEMPTS - 1; ; left--) {
            try {
                Entry newest = safety;
                for (long frames : overtaken.replacedStates(source)) {
                    try (PendingFile file = catalog.newFile()) {
                        overtaken.writeTo(file, safety.path(), frames);
                        newest = publish(file, backup);
                    }
                }
                return newest;
            } catch (IOException e) {
                if (left == 0) {
                    throw new IOException(
                            database + " has been restored, and backup #" + safety.id()
                                    + " has what was in it. What others have committed in between could not be kept: "
                                    + e.getMessage(),
                            e);
                }
            }
        }
    }

    /**
     * Notes that the database has been replaced. Where the disk is full the note stays as it is where a process dies at this
     * moment: the restore may have happened. It is no reason to say that it has not.
     */
    private void confirm(RestoreStep step, long safety) {
        try {
            catalog.restored(database, step, safety);
        } catch (IOException e) {
            log.warn(
                    "{} has been restored from backup #{}, which can't be noted: {}",
                    database,
                    step.restored(),
                    e.toString());
        }
    }

    private Entry publish(PendingFile file, Entry backup) throws IOException {
        return publish(file, Entry.safetyComment(backup.id()));
    }

    private Entry publish(PendingFile file, String comment) throws IOException {
        return catalog.publish(file, new Request(database, comment, false, 0));
    }
}
