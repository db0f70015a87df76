package io.github.prtbackup;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.backup.Catalogs;
import io.github.prtbackup.backup.CommitCount;
import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.LiveReader;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.Request;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.diff.Comparer;
import io.github.prtbackup.diff.DamagedStateException;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.RowKey;
import io.github.prtbackup.diff.RowLog;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.files.Labels;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.jdbc.BackupConnection;
import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.restore.Export;
import io.github.prtbackup.restore.History;
import io.github.prtbackup.restore.HistoryCheck;
import io.github.prtbackup.restore.Restore;
import io.github.prtbackup.restore.Turn;
import io.github.prtbackup.restore.Users;
import io.github.prtbackup.restore.Verification;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * The backups of one database: their history, new ones, and the way back. Safe beside any number of other users of the
 * database and of its backups, in this process and others; an instance may be used by several threads.
 *
 * <p>Opening touches nothing: neither the database nor the backup directory is created by it. Methods that are given an id
 * throw {@link IllegalArgumentException} if the database has no backup with that id; the message names those there are.
 */
public final class PrtBackup implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PrtBackup.class);
    private static final int DEFAULT_BUSY_MILLIS = 3000;
    /** As Linux has it. */
    private static final int MOST_LINKS = 40;

    private final Path database;
    private final Settings settings;
    private final Catalog catalog;
    private final History history;
    private final int busyMillis;
    private final Verification.Application application;
    private volatile ProgressListener progress = (done, total) -> {};
    private volatile boolean cancelled;

    /** What all long work of this instance reports to. */
    private final CopyProgress work = new CopyProgress() {
        @Override
        public void copied(long done, long total) {
            progress.progress(done, total);
        }

        @Override
        public void check() {
            if (cancelled) {
                throw new CancellationException("cancelled; nothing was changed");
            }
        }
    };

    private PrtBackup(Path database, Settings settings, int busyMillis, Verification.Application application)
            throws IOException {
        this.database = database;
        this.settings = settings;
        this.busyMillis = busyMillis;
        this.application = application;
        this.catalog = Catalogs.open(settings, database);
        this.history = new History(catalog, database);
        try {
            Catalogs.putRight(catalog, database);
            Restore.removeAbandoned(catalog, database);
        } catch (IOException e) {
            // A full disk keeps nobody from reading what is there, and who may only read has nothing to put right.
            if (catalog.mayChange()) {
                log.warn("The backups of {} cannot be checked: {}", database, e.toString());
            }
        }
    }

    /**
     * Opens the backups of a database with the default settings.
     *
     * @param database the database file; it may be missing, so that it can be restored
     * @throws IOException if the backup directory is there and cannot be read
     * @throws SQLException if a system property {@code prtbackup.…} has a bad value
     */
    public static PrtBackup open(Path database) throws IOException, SQLException {
        return open(database, new Properties());
    }

    /**
     * Opens the backups of a database.
     *
     * @param database the database file; it may be missing, so that it can be restored
     * @param properties {@code backup.…} settings, and sqlite-jdbc's {@code busy_timeout} in milliseconds
     * @throws IOException if the backup directory is there and cannot be read
     * @throws SQLException if a setting is unknown or bad
     */
    public static PrtBackup open(Path database, Properties properties) throws IOException, SQLException {
        String busy = properties.getProperty("busy_timeout", String.valueOf(DEFAULT_BUSY_MILLIS));
        try {
            return new PrtBackup(
                    real(database),
                    Settings.resolve(Map.of(), properties),
                    Integer.parseInt(busy),
                    Verification.Application.NONE);
        } catch (NumberFormatException e) {
            throw new SQLException("Bad value busy_timeout=" + busy + "; allowed: milliseconds", e);
        }
    }

    /**
     * Opens the backups of the database of a connection, with the connection's settings. As long as that is open and idle,
     * {@link #verifyBackup} checks with its functions and collations what cannot be checked without them: the backup is
     * attached to it for that time. Nothing else is done with it.
     *
     * @param connection one of this driver, or of a pool that can {@linkplain Connection#unwrap unwrap} it
     * @throws SQLException if it is none, or has no database file
     */
    public static PrtBackup of(Connection connection) throws IOException, SQLException {
        BackupConnection ours = connection.unwrap(BackupConnection.class);
        Path file = ours.databaseFile()
                .orElseThrow(() -> new SQLException(
                        "The database of " + ours.getUrl() + " has no file, so there are no backups of it"));
        return new PrtBackup(file, ours.settings(), ours.getBusyTimeout(), ours::check);
    }

    /**
     * Where the backups are, or would be.
     *
     * @return the directory, which need not exist
     */
    public Path getBackupDirectory() {
        return catalog.directory();
    }

    /**
     * Whether there is a file that may be a database: an empty one, or one that begins like a database.
     *
     * @throws IOException if it cannot be read
     */
    public boolean isDatabase() throws IOException {
        return Files.isRegularFile(database) && DatabaseFile.isDatabase(database);
    }

    /**
     * Whether this process may only read the backups. Where there is no directory yet, that is found out when it is made.
     *
     * @return true if what changes backups or the database will throw {@link AccessDeniedException}
     */
    public boolean isReadOnly() {
        return Files.isDirectory(catalog.directory()) && !catalog.mayChange();
    }

    /**
     * Refuses who may read the backups, and not change them, as each method does that would change something.
     *
     * @throws FileSystemException if they are {@linkplain #isReadOnly read-only} for this process
     */
    public void requireWritable() throws FileSystemException {
        if (isReadOnly()) {
            catalog.requireReader();
            throw new AccessDeniedException(catalog.directory().toString());
        }
    }

    /**
     * Sets who hears of the progress of the copies that this instance makes.
     *
     * @param listener null for nobody
     */
    public void setProgressListener(ProgressListener listener) {
        progress = listener == null ? (done, total) -> {} : listener;
    }

    /**
     * Ends what this instance is doing, on whatever threads, and what it is asked to do later: as soon as it can stop
     * without leaving anything behind, it throws {@link CancellationException}. A restore that has begun to overwrite the
     * database goes on to its end, and a call into SQLite that is under way, which may take seconds for a large database.
     * Does not wait.
     */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Makes a manual backup, a full copy of the last committed state. It is kept until somebody deletes it. Writers are
     * not held up in WAL mode; in the other modes their commit waits for the copy.
     *
     * @param comment any text, of 4,096 characters at most; null counts as empty
     * @return the new backup
     * @throws IllegalArgumentException if the comment is longer
     * @throws NoSuchFileException if there is no database
     * @throws IOException if the copy cannot be written
     * @throws SQLException if the database cannot be read
     */
    public BackupInfo createBackupWithComment(String comment) throws IOException, SQLException {
        requireDatabase();
        requireWritable();
        String text = Labels.unshortened(Objects.requireNonNullElse(comment, ""));
        try (Operation backup = Operation.backup(database, text);
                PendingFile file = catalog.newFile()) {
            try (SQLiteConnection reader = LiveReader.open(database, busyMillis, catalog::scratchFile)) {
                FullCopy.ofSnapshot(reader, Damage.REFUSED, file, work);
            }
            Entry entry = catalog.publish(file, new Request(database, text, false, 0));
            backup.done(Operation.FULL, entry.id(), entry.size());
            return BackupInfo.of(entry);
        }
    }

    /**
     * Makes an automatic backup of the last committed state, as the driver does before a write, and cleans up.
     *
     * @param operation what is about to be done; the comment is {@code Auto-backup before: <operation>}, of 4,096 characters at
     *     most
     * @return the new backup
     * @throws NoSuchFileException if there is no database
     * @throws IOException if the copy cannot be written
     * @throws SQLException if the database cannot be read
     */
    public BackupInfo autoBackupBeforeOperation(String operation) throws IOException, SQLException {
        requireDatabase();
        return BackupInfo.of(
                new AutomaticBackups(settings, CopyProgress.NONE).takeFromSnapshot(busyMillis, database, operation));
    }

    /**
     * All backups of the database whose files are there.
     *
     * @return newest first, which is the largest id first
     * @throws IOException if the backup directory cannot be read
     */
    public List<BackupInfo> getBackupHistory() throws IOException {
        return history.newestFirst().stream().map(BackupInfo::of).toList();
    }

    /**
     * Those backups of the database that are wanted.
     *
     * @return newest first, which is the largest id first
     * @throws IOException if the backup directory cannot be read
     */
    public List<BackupInfo> getBackupHistory(HistoryQuery query) throws IOException {
        return getBackupHistory().stream().filter(query::matches).toList();
    }

    /**
     * Compares a backup with the next younger one, or with the present state if it is the newest. Of an automatic backup
     * that is what its operation changed, and whatever else was committed until the next was made.
     *
     * @return to be closed
     * @throws NoSuchFileException if a backup's file is gone, or there is no database
     * @throws IOException if a backup is damaged or cannot be read, or a temporary file cannot be written
     * @throws SQLException if SQLite cannot read a state
     */
    public DatabaseDiff changesAfter(long id) throws IOException, SQLException {
        BackupInfo backup = getBackup(id);
        Version next = getBackupHistory().stream()
                .map(BackupInfo::backupId)
                .filter(other -> other > backup.backupId())
                .min(Comparator.naturalOrder())
                .map(Version::of)
                .orElse(Version.NOW);
        return diff(Version.of(id), next);
    }

    /**
     * One backup, also if its file is gone.
     *
     * @throws IOException if the backup directory cannot be read
     */
    public BackupInfo getBackup(long id) throws IOException {
        return BackupInfo.of(history.require(id));
    }

    /**
     * Puts a backup in the place of the database. Other connections, in this process and others, see the restored data at
     * their next statement. It succeeds entirely or leaves the database as it was, also when the process dies.
     *
     * @return the restored backup, and the safety backup of the state before
     * @throws NoSuchFileException if the backup's file is gone
     * @throws io.github.prtbackup.restore.DamagedBackupException if the backup is not what it was; nothing was touched
     * @throws IOException if the safety backup cannot be written
     * @throws SQLException with {@code SQLITE_BUSY} if others read or write for longer than the busy timeout
     */
    public RestoreResult restoreFromBackup(long id) throws IOException, SQLException {
        Entry backup = history.require(id);
        return inTurn(() -> restore(backup));
    }

    private RestoreResult restore(Entry backup) throws IOException, SQLException {
        try (Operation restore = Operation.restore(database);
                History.Content content = history.verifiedCopy(backup, work)) {
            Restore.Result result = replace(backup, content.entry().path());
            restore.done(
                    History.isIncremental(backup) ? Operation.INCREMENTAL : Operation.FULL, backup.id(), backup.size());
            return new RestoreResult(BackupInfo.of(backup), result.safety().map(BackupInfo::of));
        }
    }

    private Restore.Result replace(Entry backup, Path copy) throws IOException, SQLException {
        try {
            return new Restore(catalog, database, busyMillis, work).run(backup, copy);
        } catch (SQLException e) {
            int code = e.getErrorCode() & 0xff;
            if (code != SQLiteErrorCode.SQLITE_BUSY.code && code != SQLiteErrorCode.SQLITE_LOCKED.code) {
                throw e;
            }
            throw new SQLException(
                    database + " is in use, and was waited for " + busyMillis / 1000.0 + " s; nothing was changed; "
                            + users() + ": " + e.getMessage(),
                    e.getSQLState(),
                    e.getErrorCode(),
                    e);
        }
    }

    private String users() throws IOException {
        List<ProcessHandle> users = Users.of(database);
        return users.isEmpty()
                ? "no other process is known to have it open"
                : "open in " + users.stream().map(Users::name).collect(Collectors.joining(", "));
    }

    /**
     * Deletes the oldest automatic backups. Manual ones stay, and so do those that others make meanwhile.
     *
     * @param keep how many automatic backups stay, 0 or more
     * @return what was deleted, oldest first
     * @throws IllegalArgumentException if {@code keep} is negative
     * @throws IOException if the backup directory cannot be changed
     */
    public List<BackupInfo> cleanupAutoBackups(int keep) throws IOException {
        if (keep < 0) {
            throw new IllegalArgumentException("keep is " + keep + "; it has to be 0 or more");
        }
        requireWritable();
        return history.keepNewest(keep).stream().map(BackupInfo::of).toList();
    }

    /**
     * Checks a backup: its file, size, SHA-256, and SQLite's {@code integrity_check}.
     *
     * @return what was checked, and what is wrong
     * @throws IOException if the backup directory cannot be read
     */
    public VerifyResult verifyBackup(long id) throws IOException {
        Entry backup = history.require(id);
        List<String> checked = new ArrayList<>();
        if (History.isIncremental(backup)) {
            checked.add("chain of changes");
            checked.add("CRC32C of all pages");
            List<String> damaged = history.damagedPages(backup, work);
            if (!damaged.isEmpty()) {
                return new VerifyResult(BackupInfo.of(backup), checked, damaged, List.of());
            }
        }
        try (History.Content content = history.content(backup, work)) {
            Verification result = Verification.of(content.entry(), application, work);
            checked.addAll(result.checked());
            return new VerifyResult(BackupInfo.of(backup), List.copyOf(checked), result.problems(), result.leftOut());
        }
    }

    /**
     * Checks all backups at once: everything that is stored is read once and compared with its checksums. SQLite's {@code
     * integrity_check} is asked of the newest backup whose bytes are good, and of full copies of which no checksum is known.
     *
     * @param deep whether it is asked of each backup, as {@link #verifyBackup} does
     * @param listener hears how far it is; null for nobody
     * @return what was checked, and what is wrong
     * @throws IOException if the backup directory cannot be read
     */
    public VerifyReport verifyAll(boolean deep, VerifyListener listener) throws IOException {
        VerifyWatch watch = new VerifyWatch(listener, work);
        return VerifyReport.of(new HistoryCheck(catalog, history, database, application, watch).run(deep));
    }

    /**
     * Deletes a backup, also a manual one.
     *
     * @return what was deleted
     * @throws IOException if it cannot be deleted
     */
    public BackupInfo deleteBackup(long id) throws IOException {
        Entry backup = history.require(id);
        requireWritable();
        history.delete(backup);
        return BackupInfo.of(backup);
    }

    /**
     * Writes a backup as a plain database file.
     *
     * @param target the new file
     * @throws FileAlreadyExistsException if the target exists
     * @throws NoSuchFileException if the backup's file is gone
     * @throws io.github.prtbackup.restore.DamagedBackupException if the backup is not what it was
     * @throws IOException if the target cannot be written
     */
    public void exportBackup(long id, Path target) throws IOException {
        Entry backup = history.require(id);
        try (History.Content content = history.content(backup, work)) {
            Export.copy(backup, content.entry(), target, work);
        }
    }

    /**
     * Compares two states of the database, each a backup or the present one, by their schemas and rows. The present one is
     * copied first, and a backup that is stored as changed pages is put together as far as is needed, in temporary files in
     * the backup directory.
     *
     * @param from a backup, or {@link Version#NOW}
     * @param to a backup, or {@link Version#NOW}
     * @return what turns the first state into the second; to be closed
     * @throws NoSuchFileException if a backup's file is gone, or there is no database
     * @throws IOException if a backup is damaged or cannot be read, or a temporary file cannot be written
     * @throws DamagedStateException if a state is no database that SQLite can make sense of
     * @throws SQLException if SQLite cannot read a state for another reason
     */
    public DatabaseDiff diff(Version from, Version to) throws IOException, SQLException {
        return comparer().compare(from, to);
    }

    /**
     * Follows one row through all backups, from the oldest to the present state, which is read last. Nothing is copied; the
     * states are looked at as their changes are asked for.
     *
     * @param table a table of the database, or one that it had
     * @param key names the row
     * @return to be closed. Progress is told in backups, not in pages
     * @throws IOException if the backup directory cannot be read
     */
    public RowLog log(String table, RowKey key) throws IOException {
        return RowLog.open(catalog, history, database, busyMillis, work, table, key);
    }

    /**
     * Says what {@link #restoreFromBackup} would do, and does nothing of it.
     *
     * @return to be closed
     * @throws NoSuchFileException if the backup's file is gone
     * @throws io.github.prtbackup.restore.DamagedBackupException if the backup is not what it was
     * @throws IOException if the backup is damaged or cannot be read
     * @throws DamagedStateException if the backup is no database that SQLite can read
     * @throws SQLException if SQLite cannot read the database or the backup for another reason
     */
    public RestorePreview previewRestore(long id) throws IOException, SQLException {
        Entry wanted = history.require(id);
        if (!History.isIncremental(wanted)) {
            Verification.requireRestorable(wanted, work);
        }
        BackupInfo backup = BackupInfo.of(wanted);
        List<BackupInfo> later = getBackupHistory().stream()
                .filter(other -> other.backupId() > id)
                .toList();
        List<ProcessHandle> users = Users.of(database);
        if (!Files.exists(database)) {
            return new RestorePreview(backup, Optional.empty(), Optional.empty(), later, users);
        }
        try {
            DatabaseDiff changes = diff(Version.NOW, Version.of(id));
            return new RestorePreview(backup, Optional.of(changes), Optional.empty(), later, users);
        } catch (DamagedStateException e) {
            if (!e.isNow()) {
                throw e;
            }
            return new RestorePreview(backup, Optional.empty(), Optional.of(e.getMessage()), later, users);
        }
    }

    /**
     * What {@link #undo()} takes back, and what it would go on with: the automatic backups before which something was
     * changed that is still in force. A restore leads to where its backup was made, so what came after that one is not among
     * them, until it is redone.
     *
     * @return those first that are taken back first
     * @throws IOException if the backup directory cannot be read
     * @throws SQLException if SQLite cannot read the database, where a restore was interrupted
     */
    public List<BackupInfo> undoable() throws IOException, SQLException {
        return undoing().undoable().stream().map(BackupInfo::of).toList();
    }

    /**
     * The states that {@link #redo} returns to: the safety backups of what was undone or restored and not followed by a new
     * transaction.
     *
     * @return those first that are returned to first; those that were deleted are left out, and damaged databases that were
     *     kept
     * @throws IOException if the backup directory cannot be read
     * @throws SQLException if SQLite cannot read the database, where a restore was interrupted
     */
    public List<BackupInfo> redoable() throws IOException, SQLException {
        return undoing().redoable().stream().map(BackupInfo::of).toList();
    }

    /**
     * Takes back the last transaction that has not been taken back: restores the newest automatic backup among
     * {@link #undoable}. Another call goes one further back, and {@link #redo} returns.
     *
     * @return as {@link #restoreFromBackup}
     * @throws UndoRefusedException if there is nothing to take back
     * @throws IOException as {@link #restoreFromBackup}
     * @throws SQLException as {@link #restoreFromBackup}
     */
    public RestoreResult undo() throws IOException, SQLException {
        return inTurn(() -> restore(undoing().newest()));
    }

    /**
     * Takes back the transaction that an automatic backup was made before, and all later ones.
     *
     * @return as {@link #restoreFromBackup}
     * @throws UndoRefusedException if the backup is a manual one, or what came after it has been taken back already
     * @throws IOException as {@link #restoreFromBackup}
     * @throws SQLException as {@link #restoreFromBackup}
     */
    public RestoreResult undo(long id) throws IOException, SQLException {
        Entry backup = history.require(id);
        return inTurn(() -> restore(undoing().require(backup)));
    }

    /**
     * Takes back the last transaction of an operation, and all later ones, of whatever operation.
     *
     * @param operation the name as in the comment of the backup, behind {@code Auto-backup before:}
     * @return as {@link #restoreFromBackup}
     * @throws UndoRefusedException if there is none
     * @throws IOException as {@link #restoreFromBackup}
     * @throws SQLException as {@link #restoreFromBackup}
     */
    public RestoreResult undoOperation(String operation) throws IOException, SQLException {
        return inTurn(() -> restore(undoing().newestOf(operation)));
    }

    /**
     * What {@link #redo()} returns to, if it can now. All that it would refuse for is looked at.
     *
     * @return a safety backup
     * @throws UndoRefusedException as {@link #redo()}
     * @throws IOException if a backup is damaged or cannot be read
     * @throws SQLException if SQLite cannot read the database
     */
    public BackupInfo nextRedo() throws IOException, SQLException {
        return BackupInfo.of(undoing().next());
    }

    /**
     * The backups without which {@link #redo()} is not possible any more.
     *
     * @return the state that it returns to, and the one that was restored last; empty if there is nothing to redo
     * @throws IOException if the backup directory cannot be read
     * @throws SQLException if SQLite cannot read the database, where a restore was interrupted
     */
    public List<BackupInfo> neededForRedo() throws IOException, SQLException {
        return undoing().neededForRedo().stream().map(BackupInfo::of).toList();
    }

    /**
     * Takes back the last undo, or the last restore.
     *
     * @return as {@link #restoreFromBackup}; what is restored is the safety backup of that restore
     * @throws UndoRefusedException if there is nothing to redo, or the database has been changed since
     * @throws IOException as {@link #restoreFromBackup}
     * @throws SQLException as {@link #restoreFromBackup}
     */
    public RestoreResult redo() throws IOException, SQLException {
        return inTurn(() -> restore(undoing().next()));
    }

    /**
     * Takes back the last undos or restores, as many as lead to that state.
     *
     * @param id one of {@link #redoable}
     * @return as {@link #redo()}
     * @throws UndoRefusedException if it is none of them, or no more, or the database has been changed since
     * @throws IOException as {@link #restoreFromBackup}
     * @throws SQLException as {@link #restoreFromBackup}
     */
    public RestoreResult redo(long id) throws IOException, SQLException {
        Entry backup = history.require(id);
        return inTurn(() -> restore(undoing().requireRedoable(backup)));
    }

    /**
     * Takes back one transaction and keeps the later ones: what it changed in rows and schema is changed back, in one
     * transaction of our driver, with an automatic backup before it. All of it has to be as the transaction left it. What it
     * changed is what differs between its backup and the next automatic or safety backup, or the present state.
     *
     * @param id the automatic backup that was made before the transaction
     * @return that backup, and the one from before the change
     * @throws UndoRefusedException if something is not as the transaction left it, see {@link
     *     UndoRefusedException#conflicts}; if the backup is a manual one, or what came after it has been taken back already;
     *     or if it is known that more than one transaction was committed before the next one was made, see {@link
     *     UndoOnlyPreview.Commits#SEVERAL}
     * @throws IOException if a backup is damaged or cannot be read, or a temporary file cannot be written
     * @throws SQLException if SQLite cannot do it; the database is as it was
     */
    public UndoOnlyResult undoOnly(long id) throws IOException, SQLException {
        requireDatabase();
        Entry wanted = history.require(id);
        return inTurn(() -> {
            Undoing undoing = undoing();
            Entry backup = undoing.require(wanted);
            onlyUndo().run(backup, undoing.after(backup));
            BackupInfo before = BackupInfo.of(undoing().newestOf(OnlyUndo.operation(backup)));
            return new UndoOnlyResult(BackupInfo.of(backup), before);
        });
    }

    /**
     * Says what {@link #undoOnly} would do, and does nothing of it.
     *
     * @return to be closed
     * @throws UndoRefusedException as {@link #undoOnly}, but for what is told by {@link UndoOnlyPreview#conflicts} and {@link
     *     UndoOnlyPreview#commits}
     * @throws IOException as {@link #undoOnly}
     * @throws SQLException as {@link #undoOnly}
     */
    public UndoOnlyPreview previewUndoOnly(long id) throws IOException, SQLException {
        requireDatabase();
        Undoing undoing = undoing();
        Entry backup = undoing.require(history.require(id));
        return onlyUndo().preview(backup, undoing.after(backup));
    }

    private interface Change<T> {
        T run() throws IOException, SQLException;
    }

    /** Changes the database while no other restore, undo or redo does. */
    private <T> T inTurn(Change<T> change) throws IOException, SQLException {
        requireWritable();
        if (!Files.isDirectory(catalog.directory())) {
            // Nothing to go back to, so this is about to be refused, and is not to leave an empty directory.
            return change.run();
        }
        Closeable turn = Turn.take(catalog, database, work);
        try (turn) {
            return change.run();
        }
    }

    private OnlyUndo onlyUndo() {
        CommitCount commits = new CommitCount(new Timelines(catalog, database));
        return new OnlyUndo(catalog, database, settings, busyMillis, comparer(), commits, work);
    }

    private Undoing undoing() throws IOException, SQLException {
        return Undoing.of(catalog, history, database, comparer());
    }

    private Comparer comparer() {
        return new Comparer(catalog, history, database, busyMillis, work);
    }

    /** Does nothing today: no resource is held between calls. */
    @Override
    public void close() {}

    private void requireDatabase() throws NoSuchFileException {
        if (!Files.exists(database)) {
            throw new NoSuchFileException(database.toString(), null, "there is no such database");
        }
    }

    /** The path as SQLite resolves it; of a missing file that of the directory. */
    private static Path real(Path database) throws IOException {
        Path absolute = database.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path target = behindLinks(absolute);
        Path directory = target.getParent();
        return directory != null && Files.isDirectory(directory)
                ? directory.toRealPath().resolve(target.getFileName())
                : target;
    }

    /** Where symbolic links lead to a file that is not there; they may lead in a circle. */
    private static Path behindLinks(Path absolute) throws IOException {
        Path path = absolute;
        for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(path); i++) {
            Path directory = path.getParent().toRealPath();
            // Not normalized before: what .. leads to depends on links.
            Path next = directory.resolve(Files.readSymbolicLink(path));
            Path parent = next.getParent();
            path = parent != null && Files.isDirectory(parent)
                    ? parent.toRealPath().resolve(next.getFileName())
                    : next.normalize();
        }
        return path;
    }
}
