package io.github.prtbackup;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.backup.Catalogs;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.Request;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.diff.Comparer;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.jdbc.BackupConnection;
import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.restore.Export;
import io.github.prtbackup.restore.History;
import io.github.prtbackup.restore.Restore;
import io.github.prtbackup.restore.Users;
import io.github.prtbackup.restore.Verification;
import io.github.prtbackup.store.PendingFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

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

    private final Path database;
    private final Settings settings;
    private final Catalog catalog;
    private final History history;
    private final int busyMillis;
    private volatile ProgressListener progress = (done, total) -> {};

    private PrtBackup(Path database, Settings settings, int busyMillis) throws IOException {
        this.database = database;
        this.settings = settings;
        this.busyMillis = busyMillis;
        this.catalog = Catalogs.open(settings.directoryFor(database));
        this.history = new History(catalog, database);
        try {
            catalog.reconcile(database);
            Restore.removeAbandoned(catalog, database);
        } catch (IOException e) {
            // A full disk or a read-only one keeps nobody from reading what is there.
            log.warn("The backups of {} cannot be checked: {}", database, e.toString());
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
            return new PrtBackup(real(database), Settings.resolve(Map.of(), properties), Integer.parseInt(busy));
        } catch (NumberFormatException e) {
            throw new SQLException("Bad value busy_timeout=" + busy + "; allowed: milliseconds", e);
        }
    }

    /**
     * Opens the backups of the database of a connection, with the connection's settings. The connection is not kept.
     *
     * @param connection one of this driver, or of a pool that can {@linkplain Connection#unwrap unwrap} it
     * @throws SQLException if it is none, or has no database file
     */
    public static PrtBackup of(Connection connection) throws IOException, SQLException {
        BackupConnection ours = connection.unwrap(BackupConnection.class);
        Path file = ours.databaseFile()
                .orElseThrow(() -> new SQLException(
                        "The database of " + ours.getUrl() + " has no file, so there are no backups of it"));
        return new PrtBackup(file, ours.settings(), ours.getBusyTimeout());
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
     * Makes a manual backup, a full copy of the last committed state. It is kept until somebody deletes it. Writers are
     * not held up in WAL mode; in the other modes their commit waits for the copy.
     *
     * @param comment any text; null counts as empty
     * @return the new backup
     * @throws NoSuchFileException if there is no database
     * @throws IOException if the copy cannot be written
     * @throws SQLException if the database cannot be read
     */
    public BackupInfo createBackupWithComment(String comment) throws IOException, SQLException {
        requireDatabase();
        String text = Objects.requireNonNullElse(comment, "");
        try (Operation backup = Operation.backup(database, text);
                PendingFile file = catalog.newFile()) {
            try (SQLiteConnection reader = ReadOnlyConnection.open(database)) {
                reader.setBusyTimeout(busyMillis);
                FullCopy.ofSnapshot(reader, Damage.REFUSED, file, progress::progress);
            }
            Entry entry = catalog.publish(file, new Request(database, text, false, 0));
            backup.done(Operation.FULL, entry.id(), entry.size());
            return BackupInfo.of(entry);
        }
    }

    /**
     * Makes an automatic backup of the last committed state, as the driver does before a write, and cleans up.
     *
     * @param operation what is about to be done; the comment is {@code Auto-backup before: <operation>}
     * @return the new backup
     * @throws NoSuchFileException if there is no database
     * @throws IOException if the copy cannot be written
     * @throws SQLException if the database cannot be read
     */
    public BackupInfo autoBackupBeforeOperation(String operation) throws IOException, SQLException {
        requireDatabase();
        return BackupInfo.of(new AutomaticBackups(settings).takeFromSnapshot(database, operation));
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
        try (Operation restore = Operation.restore(database);
                History.Content content = history.verifiedCopy(backup, progress::progress)) {
            Restore.Result result = new Restore(catalog, database, busyMillis, progress::progress)
                    .run(backup, content.entry().path());
            restore.done(History.isIncremental(backup) ? Operation.INCREMENTAL : Operation.FULL, id, backup.size());
            return new RestoreResult(BackupInfo.of(backup), result.safety().map(BackupInfo::of));
        }
    }

    /**
     * Deletes the oldest automatic backups. Manual ones stay.
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
            checked.add("CRC32C of all pages");
            List<String> damaged = history.damagedPages(backup);
            if (!damaged.isEmpty()) {
                return new VerifyResult(BackupInfo.of(backup), checked, damaged);
            }
        }
        try (History.Content content = history.content(backup, progress::progress)) {
            Verification result = Verification.of(content.entry());
            checked.addAll(result.checked());
            return new VerifyResult(BackupInfo.of(backup), List.copyOf(checked), result.problems());
        }
    }

    /**
     * Deletes a backup, also a manual one.
     *
     * @return what was deleted
     * @throws IOException if it cannot be deleted
     */
    public BackupInfo deleteBackup(long id) throws IOException {
        Entry backup = history.require(id);
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
        try (History.Content content = history.content(backup, progress::progress)) {
            Export.copy(backup, content.entry(), target);
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
     * @throws SQLException if SQLite cannot read a state
     */
    public DatabaseDiff diff(Version from, Version to) throws IOException, SQLException {
        return new Comparer(catalog, history, database, busyMillis, progress::progress).compare(from, to);
    }

    /**
     * Says what {@link #restoreFromBackup} would do, and does nothing of it.
     *
     * @return to be closed
     * @throws NoSuchFileException if the backup's file is gone
     * @throws IOException if the backup is damaged or cannot be read
     * @throws SQLException if SQLite cannot read the database or the backup
     */
    public RestorePreview previewRestore(long id) throws IOException, SQLException {
        BackupInfo backup = getBackup(id);
        List<BackupInfo> later = getBackupHistory().stream()
                .filter(other -> other.backupId() > id)
                .toList();
        List<ProcessHandle> users = Users.of(database);
        Optional<DatabaseDiff> changes =
                Files.exists(database) ? Optional.of(diff(Version.NOW, Version.of(id))) : Optional.empty();
        return new RestorePreview(backup, changes, later, users);
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
        Path directory = absolute.getParent();
        return directory != null && Files.isDirectory(directory)
                ? directory.toRealPath().resolve(absolute.getFileName())
                : absolute;
    }
}
