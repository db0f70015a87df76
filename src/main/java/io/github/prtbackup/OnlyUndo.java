package io.github.prtbackup;

import io.github.prtbackup.UndoOnlyPreview.Commits;
import io.github.prtbackup.backup.CommitCount;
import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.LiveReader;
import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.backup.Unlimited;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.diff.Comparer;
import io.github.prtbackup.diff.Conflict;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Reversal;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.jdbc.BackupDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.sqlite.SQLiteConnection;

/**
 * Takes back one transaction and keeps the later ones. What the transaction changed is what differs between its backup and
 * the next one. That is tried on a copy of the database first; only if nothing is in the way, and nobody has written
 * meanwhile, it is done in the database itself, as a transaction of our own driver, with a backup before it.
 */
final class OnlyUndo {
    private static final int ATTEMPTS = 10;

    private final Catalog catalog;
    private final Path database;
    private final Settings settings;
    private final int busyMillis;
    private final Comparer comparer;
    private final CommitCount commits;
    private final CopyProgress progress;

    OnlyUndo(
            Catalog catalog,
            Path database,
            Settings settings,
            int busyMillis,
            Comparer comparer,
            CommitCount commits,
            CopyProgress progress) {
        this.catalog = catalog;
        this.database = database;
        this.settings = settings;
        this.busyMillis = busyMillis;
        this.comparer = comparer;
        this.commits = commits;
        this.progress = progress;
    }

    /** @param next the backup of the state after the transaction; empty for the present one */
    UndoOnlyPreview preview(Entry backup, Optional<Entry> next) throws IOException, SQLException {
        DatabaseDiff back = changes(backup, next);
        try (PendingFile copy = copyOfDatabase()) {
            List<Conflict> conflicts = attempt(copy, backup, reversal(backup, back), next);
            return new UndoOnlyPreview(BackupInfo.of(backup), back, conflicts, count(backup, next, copy));
        } catch (IOException | SQLException | RuntimeException | Error e) {
            try (back) {
                throw e;
            }
        }
    }

    /** @param next as in {@link #preview} */
    void run(Entry backup, Optional<Entry> next) throws IOException, SQLException {
        for (int i = 0; i < ATTEMPTS; i++) {
            try (SQLiteConnection connection = open(backup)) {
                if (run(connection, backup, next)) {
                    return;
                }
            }
        }
        throw new UndoRefusedException("others keep writing to " + database);
    }

    /** Returns false if somebody else has written meanwhile. */
    private boolean run(SQLiteConnection connection, Entry backup, Optional<Entry> next)
            throws IOException, SQLException {
        // Changes for this connection whenever another commits.
        String seen = Queries.first(connection, "PRAGMA data_version");
        try (DatabaseDiff back = changes(backup, next);
                PendingFile copy = copyOfDatabase()) {
            Reversal reversal = reversal(backup, back);
            requireNone(backup, attempt(copy, backup, reversal, next));
            if (count(backup, next, copy) == Commits.SEVERAL) {
                throw new UndoRefusedException("more than one transaction was committed between backup #" + backup.id()
                        + " and the next, so what the one changed is not known");
            }
            begin(connection);
            try {
                if (!Queries.first(connection, "PRAGMA data_version").equals(seen)) {
                    return false;
                }
                List<Conflict> conflicts = apply(backup, reversal, connection, next);
                requireNone(backup, conflicts);
                execute(connection, "COMMIT");
                return true;
            } finally {
                rollBack(connection);
            }
        }
    }

    private DatabaseDiff changes(Entry backup, Optional<Entry> next) throws IOException, SQLException {
        return comparer.compare(version(next), Version.of(backup.id()));
    }

    private static Version version(Optional<Entry> next) {
        return next.map(entry -> Version.of(entry.id())).orElse(Version.NOW);
    }

    private static Reversal reversal(Entry backup, DatabaseDiff back) {
        if (back.isEmpty()) {
            throw new UndoRefusedException(
                    "the transaction that backup #" + backup.id() + " was made before has changed nothing");
        }
        try {
            Reversal reversal = new Reversal(back);
            if (reversal.isEmpty()) {
                throw new UndoRefusedException("the transaction that backup #" + backup.id()
                        + " was made before has changed nothing but the statistics of ANALYZE, which stay as they are");
            }
            return reversal;
        } catch (UnsupportedOperationException e) {
            throw new UndoRefusedException("the transaction that backup #" + backup.id()
                    + " was made before cannot be undone alone: " + e.getMessage());
        }
    }

    private List<Conflict> attempt(PendingFile copy, Entry backup, Reversal reversal, Optional<Entry> next)
            throws IOException, SQLException {
        try (SQLiteConnection trial = ReadOnlyConnection.openForTrial(copy.path())) {
            execute(trial, "BEGIN IMMEDIATE");
            try {
                return apply(backup, reversal, trial, next);
            } finally {
                rollBack(trial);
            }
        }
    }

    /** SQLite writes no row whose table or indexes call what only the application has. */
    private List<Conflict> apply(Entry backup, Reversal reversal, SQLiteConnection target, Optional<Entry> next)
            throws IOException, SQLException {
        try {
            return applyWithNames(reversal, target, next);
        } catch (SQLException e) {
            Optional<String> unknown = IntegrityCheck.unknownName(e);
            if (unknown.isPresent()) {
                throw new UndoRefusedException("the transaction behind backup #" + backup.id()
                        + " cannot be undone alone here: that needs the " + unknown.get()
                        + ", which only the application has; 'undo " + backup.id()
                        + "' takes back this transaction and all later ones");
            }
            throw e;
        }
    }

    private List<Conflict> applyWithNames(Reversal reversal, SQLiteConnection target, Optional<Entry> next)
            throws IOException, SQLException {
        if (next.isEmpty() || !reversal.needsLaterChanges()) {
            return reversal.apply(target, next.isEmpty(), Optional.empty());
        }
        try (DatabaseDiff since = comparer.compare(version(next), Version.NOW)) {
            return reversal.apply(target, false, Optional.of(since));
        }
    }

    private Commits count(Entry backup, Optional<Entry> next, PendingFile present) throws IOException {
        int count = commits.between(backup, next, present.path());
        if (count == 1) {
            return Commits.ONE;
        }
        // Something was changed, so a count of none tells nothing.
        return count > 1 ? Commits.SEVERAL : Commits.UNKNOWN;
    }

    private PendingFile copyOfDatabase() throws IOException, SQLException {
        PendingFile copy = catalog.scratchFile();
        try (SQLiteConnection reader = LiveReader.open(database, busyMillis, catalog::scratchFile)) {
            FullCopy.ofSnapshot(reader, Damage.REFUSED, copy, progress);
            return copy;
        } catch (IOException | SQLException | RuntimeException | Error e) {
            try (copy) {
                throw e;
            }
        }
    }

    private static void requireNone(Entry backup, List<Conflict> conflicts) {
        if (!conflicts.isEmpty()) {
            throw new UndoRefusedException(
                    "the transaction that backup #" + backup.id() + " was made before cannot be undone alone: "
                            + conflicts.size() + (conflicts.size() == 1 ? " conflict" : " conflicts")
                            + " with what is there now",
                    conflicts);
        }
    }

    /** What the transaction is called that takes back the one behind a backup. */
    static String operation(Entry backup) {
        return "undo of #" + backup.id();
    }

    /** A connection of our driver, for which nothing keeps a backup from being made, and which deletes none. */
    private SQLiteConnection open(Entry backup) throws SQLException {
        Properties properties = Unlimited.with(settings.forEveryTransaction(operation(backup)));
        properties.setProperty("backup.dir", catalog.directory().toString());
        properties.setProperty("busy_timeout", String.valueOf(busyMillis));
        properties.setProperty("foreign_keys", "false");
        return new BackupDriver()
                .connect("jdbc:prtbackup:sqlite:" + ReadOnlyConnection.uri(database), properties)
                .unwrap(SQLiteConnection.class);
    }

    private static void begin(SQLiteConnection connection) throws SQLException {
        execute(connection, "BEGIN IMMEDIATE");
    }

    private static void execute(SQLiteConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Nothing is to be rolled back after a commit. */
    private static void rollBack(SQLiteConnection connection) throws SQLException {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
                throw e;
            }
        }
    }
}
