package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.FileTick;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.config.Settings.Strategy;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.observe.Meters;
import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.timeline.Point;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConnection;

/**
 * The automatic backups of a connection, whatever databases it has attached: decides for each whether it is due, and whether
 * it is a full one or a point, and passes on what the transactions of the connection tell about themselves.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
public final class AutomaticBackups implements Closeable {

    private final Settings settings;
    private final CopyProgress watch;
    private final Meters meters;

    /** Kept, because a catalogue remembers the metadata that it has parsed. */
    private final Map<Path, Catalog> catalogs = new HashMap<>();

    private final Map<Path, FullBackups> full = new HashMap<>();

    private final DirectoryUses uses = new DirectoryUses();
    /** How long to wait for locks of the backup directories. Read by the thread that folds, too. */
    private volatile long patienceNanos = Patience.nanosOf(0);

    private final Map<Path, IncrementalBackups> incremental = new HashMap<>();

    /**
     * @param settings those of the connection
     * @param watch asked now and then, in what takes long, whether it is to end
     * @throws SQLException if the metrics that they ask for cannot be had
     */
    public AutomaticBackups(Settings settings, CopyProgress watch) throws SQLException {
        this.settings = settings;
        this.watch = watch;
        this.meters = Meters.of(settings.metrics());
    }

    /**
     * Makes the catalogue of a database right again, if a crash has left something there, and nobody is at work in it. A
     * backup directory that does not exist is not created.
     */
    public void open(Path database) throws IOException {
        Catalog catalog = catalog(database);
        // Who may only read has nothing to put right.
        if (DirectoryLock.isWritable(catalog.directory())) {
            uses.add(catalog);
            Catalogs.putRight(catalog, database);
        }
    }

    /** Whether the newest automatic backup is old enough for another. */
    public boolean isDue(Path database) {
        if (settings.minInterval().isZero()) {
            return true;
        }
        try {
            // The last asks most: it reads the directory.
            return !isYoung(full(database).newestSeen())
                    && !isYoung(newestPoint(database))
                    && !isYoung(full(database).newest());
        } catch (IOException e) {
            return true;
        }
    }

    private Optional<Instant> newestPoint(Path database) throws IOException {
        return isIncremental(database)
                ? incremental(database).newest()
                : new Timelines(catalog(database), database).newest();
    }

    private boolean isYoung(Optional<Instant> made) {
        if (made.isEmpty()) {
            return false;
        }
        Duration age = Duration.between(made.get(), Instant.now());
        // A clock that was set back makes the age negative. One backup too many is the harmless error.
        return !age.isNegative() && age.compareTo(settings.minInterval()) < 0;
    }

    /** Whether the database has no content yet, not even its first page. */
    public boolean isNew(Path database) {
        // Asks for the length only: opening the file would drop SQLite's locks when it is closed.
        return database.toFile().length() == 0;
    }

    /**
     * Whether a first backup is to be {@linkplain #prepare prepared}. Costs next to nothing where there is one.
     *
     * @param database the database's file
     */
    public boolean needsPreparation(Path database) {
        if (settings.strategy() == Strategy.FULL) {
            return false;
        }
        IncrementalBackups known = incremental.get(database);
        if (known != null && known.hasBegun()) {
            return false;
        }
        try {
            return isIncremental(database) && incremental(database).needsPreparation();
        } catch (IOException e) {
            // The backup itself will say the same.
            return false;
        }
    }

    /**
     * Copies a large database before its first incremental backup, so that nobody has to wait for the copy. What others
     * change meanwhile {@link #take} brings up to date. Without it {@link #take} makes the copy, under the lock.
     *
     * @param database the database's file
     * @param busyMillis the busy timeout of the connection that will lock the database, and holds no read lock now
     * @param mayBeLocked whether that connection may hold the write lock already
     */
    public void prepare(Path database, int busyMillis, boolean mayBeLocked) throws SQLException {
        patienceNanos = Patience.nanosOf(busyMillis);
        IncrementalBackups backups = incremental.get(database);
        if (backups != null) {
            backups.prepare(busyMillis, mayBeLocked);
        }
    }

    /** Removes what was prepared and not used. */
    public void discardPrepared() {
        incremental.values().forEach(IncrementalBackups::discardPrepared);
    }

    /**
     * Backs up the state that a connection has locked. Waits for the locks of the backup directory as long as the connection
     * waits for those of the database.
     *
     * @param locked a connection whose transaction holds the write lock of the database and has not changed it
     * @param schema the database's name in that connection
     * @param database the database's file
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     * @param occasion what it is made for
     */
    public void take(SQLiteConnection locked, String schema, Path database, boolean exclusive, Occasion occasion)
            throws IOException, SQLException {
        patienceNanos = Patience.nanosOf(locked.getBusyTimeout());
        Operation backup = Operation.backup(database, occasion.comment());
        try (backup) {
            Point point = isIncremental(database) || hasGrownInLog(locked, schema, database)
                    ? incremental(database).take(largestFull(), exclusive, schema, occasion)
                    : null;
            if (point != null) {
                backup.done(Operation.INCREMENTAL, point.id(), point.storedBytes());
            } else {
                uses.add(catalog(database));
                Entry made = full(database).take(locked, schema, exclusive, occasion);
                backup.done(Operation.FULL, made.id(), made.size());
            }
        } finally {
            meters.record(backup);
        }
    }

    /**
     * Backs up the last committed state, where no lock can be held.
     *
     * @param busyMillis the busy timeout of the connection that is about to do it
     * @param database the database's file
     * @param operation what is about to be done
     * @return the new backup
     */
    public Entry takeFromSnapshot(int busyMillis, Path database, String operation) throws IOException, SQLException {
        return recorded(
                busyMillis,
                database,
                operation,
                (occasion, backup) -> takeFromSnapshot(busyMillis, database, occasion, backup));
    }

    private Entry takeFromSnapshot(int busyMillis, Path database, Occasion occasion, Operation backup)
            throws IOException, SQLException {
        Entry entry = full(database).takeFromSnapshot(busyMillis, isNew(database), occasion);
        backup.done(Operation.FULL, entry.id(), entry.size());
        return entry;
    }

    /**
     * Backs up a database that {@link #isNew}, without a lock of it, which would lay down its first page.
     *
     * @param busyMillis the busy timeout of the connection that is about to write
     * @param database the database's file
     * @param operation what is about to be done
     */
    public void takeNew(int busyMillis, Path database, String operation) throws IOException, SQLException {
        Long unused = recorded(busyMillis, database, operation, (occasion, backup) -> {
            Optional<Point> point =
                    isIncremental(database) ? incremental(database).takeNew(occasion) : Optional.empty();
            if (point.isEmpty()) {
                return takeFromSnapshot(busyMillis, database, occasion, backup).id();
            }
            backup.done(Operation.INCREMENTAL, point.get().id(), point.get().storedBytes());
            return point.get().id();
        });
    }

    /** Takes a backup before an operation. */
    private interface Taking<T> {
        T take(Occasion occasion, Operation backup) throws IOException, SQLException;
    }

    private <T> T recorded(int busyMillis, Path database, String operation, Taking<T> taking)
            throws IOException, SQLException {
        patienceNanos = Patience.nanosOf(busyMillis);
        Occasion occasion = Occasion.of(operation);
        Operation backup = Operation.backup(database, occasion.comment());
        try (backup) {
            return taking.take(occasion, backup);
        } finally {
            meters.record(backup);
        }
    }

    /**
     * Whether a transaction needs the write lock before it writes, and {@link #skip}, although no backup is due: the next
     * backup will ask what it has changed.
     */
    public boolean needsNoteWithoutBackup(Path database) throws IOException {
        return isIncremental(database) && incremental(database).needsNoteWithoutPoint();
    }

    /**
     * Looks at the state that a connection has locked, without a backup.
     *
     * @param database the database's file
     * @param exclusive as in {@link #take}
     */
    public void skip(Path database, boolean exclusive) throws IOException {
        incremental(database).skip(exclusive);
    }

    /** Whether the next backup will need to know what the present transaction changes. */
    public boolean needNotes() {
        return incremental.values().stream().anyMatch(backups -> backups.notes().areDue());
    }

    /**
     * A transaction that was backed up, or skipped, is about to end, and still holds its locks.
     *
     * @param commits whether by {@code COMMIT}
     */
    public void ending(boolean commits) throws IOException {
        for (IncrementalBackups backups : incremental.values()) {
            backups.notes().ending(commits);
        }
    }

    /** That was tried; now the transaction is over like that, or not. */
    public void ended(boolean isOver) throws IOException {
        // Others wait for the marks of the other databases.
        Each.of(incremental.values(), backups -> backups.notes().ended(isOver));
    }

    /** Whether there is something to note when the connection closes. */
    public boolean needClosingNotes() throws IOException {
        for (IncrementalBackups backups : incremental.values()) {
            if (backups.closingNotes().schema().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The connection is about to close, and is in no transaction: puts what is in the logs of its databases into their files,
     * as SQLite does with the last connection.
     */
    public void prepareClosingNotes(SQLiteConnection closing) throws IOException, SQLException {
        for (IncrementalBackups backups : incremental.values()) {
            Optional<String> schema = backups.closingNotes().schema();
            if (schema.isPresent()) {
                Queries.first(closing, Queries.pragma(schema.get(), "wal_checkpoint(PASSIVE)"));
            }
        }
    }

    /** The whole of a database is about to be replaced, by one whose change counter may be any. */
    public void beforeReplacement(Path database) throws IOException {
        if (isIncremental(database)) {
            FileTick.waitOut(database);
        }
    }

    /** The connection holds the write locks, so that nobody can change what is noted of its databases. */
    public void leaveClosingNotes() throws IOException {
        for (IncrementalBackups backups : incremental.values()) {
            if (backups.closingNotes().schema().isPresent()) {
                backups.closingNotes().leave();
            }
        }
    }

    /** There is no transaction, or nothing is known of it. */
    public void transactionEnded() {
        incremental.values().forEach(backups -> backups.notes().forget());
        full.values().forEach(FullBackups::transactionEnded);
    }

    /** What transactions that are over have changed decides whether the oldest backups go. Called without their locks. */
    public void settle() throws IOException {
        if (!full.isEmpty()) {
            Each.of(full.values(), FullBackups::settle);
        }
    }

    /** Whether there is something to settle when the present transaction is over. */
    public boolean isUnsettled() {
        return full.values().stream().anyMatch(FullBackups::isUnsettled);
    }

    /** The connection has just committed, and holds no lock. */
    public void catchUp() {
        incremental.values().forEach(IncrementalBackups::catchUp);
    }

    /**
     * A database is about to be detached. When one is attached at its path again, that may be another file, and while it is
     * not, the connection is no witness of what happens to the log.
     *
     * @param main the database that can't be detached; null if it has no file
     */
    public void closeAllBut(Path main) throws IOException {
        List<IncrementalBackups> closing = new ArrayList<>();
        List<Path> detached =
                incremental.keySet().stream().filter(file -> !file.equals(main)).toList();
        detached.forEach(file -> closing.add(incremental.remove(file)));
        Path kept = main == null ? null : catalog(main).directory();
        try {
            Each.of(closing, IncrementalBackups::close);
        } finally {
            uses.closeAllBut(kept);
        }
    }

    @Override
    public void close() throws IOException {
        closeAllBut(null);
    }

    /** Whether a database is larger than its file, which in WAL mode grows only with the next checkpoint. */
    private boolean hasGrownInLog(SQLiteConnection locked, String schema, Path database) throws SQLException {
        boolean mayBe = settings.strategy() == Strategy.AUTO && !isNew(database);
        return mayBe && Queries.size(locked, schema) > settings.fullMaxSize();
    }

    /** Whether the next backup stores pages. Of a file that is gone only the connection can make a copy. */
    private boolean isIncremental(Path database) {
        return switch (settings.strategy()) {
            case FULL -> false;
            case INCREMENTAL ->
                incremental.containsKey(database) || database.toFile().exists();
            case AUTO -> wasLarger(database) || database.toFile().length() > largestFull();
        };
    }

    /** Spares the frequent case a look at the file; that the database has shrunk since shows when a point is taken. */
    private boolean wasLarger(Path database) {
        IncrementalBackups known = incremental.get(database);
        return known != null && known.sizeInWal() > largestFull();
    }

    /** Up to how many bytes a database is copied; less than none if it never is. */
    private long largestFull() {
        return settings.strategy() == Strategy.AUTO ? settings.fullMaxSize() : -1;
    }

    private IncrementalBackups incremental(Path database) throws IOException {
        IncrementalBackups known = incremental.get(database);
        if (known == null) {
            uses.add(catalog(database));
            known = new IncrementalBackups(database, catalog(database), () -> patienceNanos, settings, watch);
            incremental.put(database, known);
        }
        return known;
    }

    private FullBackups full(Path database) {
        return full.computeIfAbsent(database, file -> new FullBackups(file, catalog(file), settings.keep(), watch));
    }

    private Catalog catalog(Path database) {
        return catalogs.computeIfAbsent(database, file -> Catalogs.open(settings, file, () -> patienceNanos));
    }
}
