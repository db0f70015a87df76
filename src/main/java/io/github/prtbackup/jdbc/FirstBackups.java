package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.backup.Occasion;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.AttachedDatabases.Unnamed;
import io.github.prtbackup.jdbc.TransactionRule.Answer;
import io.github.prtbackup.sql.SqlStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backups at the beginning of a transaction: each database, once it is locked, before the first write in it. If one
 * fails, the statement is not run, unless {@code backup.on-failure} wants it otherwise.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class FirstBackups {

    /** Whose the transaction is that is covered. */
    enum Way {
        /** The user's. */
        USERS,
        /** That of autocommit, which is {@linkplain RawTransaction#hold held}. */
        HELD,
        /** Ours. */
        EXPLICIT
    }

    /** Takes one backup. */
    @FunctionalInterface
    private interface Backup {
        void take() throws IOException, SQLException;
    }

    private static final Logger log = LoggerFactory.getLogger(FirstBackups.class);

    private final BackupConnection connection;
    private final Settings settings;
    private final AutomaticBackups backups;
    private final TransactionRule rule;
    private final Targets targets;
    private final WriteLock lock;
    private final InterruptWatch watch;

    private final TransactionRule.Backups known = new TransactionRule.Backups() {
        @Override
        public boolean isDue(Path file) {
            return backups.isDue(file);
        }

        @Override
        public boolean askForNotes(Path file) {
            boolean[] ask = {false};
            Endings.attempt(() -> ask[0] = backups.needsNoteWithoutBackup(file));
            return ask[0];
        }
    };

    FirstBackups(
            BackupConnection connection,
            Settings settings,
            AutomaticBackups backups,
            TransactionRule rule,
            Targets targets,
            WriteLock lock) {
        this.connection = connection;
        this.settings = settings;
        this.backups = backups;
        this.rule = rule;
        this.targets = targets;
        this.lock = lock;
        this.watch = new InterruptWatch(connection);
    }

    /** Whether there is anything to do before some databases are written. */
    boolean needed(List<Database> databases, boolean inUsers) {
        for (Database database : databases) {
            if (rule.beforeWrite(database.file(), inUsers, known) != Answer.NOTHING) {
                return true;
            }
        }
        return false;
    }

    /**
     * Locks and backs up what a statement will write.
     *
     * @param databases what it would write as things stood before the transaction had any lock
     */
    void cover(SqlStatement statement, List<Database> databases, Way way) throws SQLException {
        coverNow(statement, databases, way);
        if (!targets.namesHold(statement)) {
            Set<Database> covered = new HashSet<>(databases);
            List<Database> uncovered = targets.uncovered(statement, covered, database -> lock(database, way));
            while (!uncovered.isEmpty()) {
                // Somebody has created or dropped what it names, and it writes another database.
                coverNow(statement, uncovered, way);
                covered.addAll(uncovered);
                uncovered = targets.uncovered(statement, covered, database -> lock(database, way));
            }
        }
    }

    private void coverNow(SqlStatement statement, List<Database> databases, Way way) throws SQLException {
        boolean inUsers = way == Way.USERS;
        boolean prepared = prepare(databases, inUsers);
        try {
            for (Database database : databases) {
                switch (rule.beforeWrite(database.file(), inUsers, known)) {
                    case NOTHING -> {
                        continue;
                    }
                    case LOCK -> {
                        lock(database, way);
                        Endings.attempt(() -> backups.skip(database.file(), database.exclusive()));
                    }
                    case LOCK_AND_BACK_UP -> {
                        lock(database, way);
                        attempt(database, () -> take(database, occasion(statement, databases)));
                    }
                }
                rule.covered(database.file());
            }
        } finally {
            if (prepared) {
                backups.discardPrepared();
            }
        }
    }

    private void lock(Database database, Way way) throws SQLException {
        try {
            lock.take(database, way != Way.HELD && rule.coversNothing());
        } catch (WriteLock.StaleException e) {
            if (way != Way.USERS) {
                throw e;
            }
            // What the user's transaction has done by now can't be taken back for it. The page was free before.
        }
    }

    /**
     * Lets the first backup of a large database be copied before the database is locked, which would keep others waiting.
     * Not in a transaction that has a lock or a snapshot: others might wait for the one all the time, and what they commit
     * would make the other worthless.
     *
     * @return whether there was anything to prepare
     */
    private boolean prepare(List<Database> databases, boolean inUsers) throws SQLException {
        if (inUsers && !rule.isUntouched()) {
            return false;
        }
        boolean any = false;
        for (Database database : databases) {
            any |= backups.needsPreparation(database.file());
        }
        if (any) {
            // All of them before the first lock, and in one order for everybody: each may have to be waited for.
            for (Database database : databases.stream()
                    .sorted(Comparator.comparing(Database::file))
                    .toList()) {
                // With locking_mode=EXCLUSIVE nobody else gets any lock, the copy neither.
                if (!database.exclusive()
                        && backups.needsPreparation(database.file())
                        && rule.beforeWrite(database.file(), inUsers, known) == Answer.LOCK_AND_BACK_UP) {
                    attempt(database, () -> backups.prepare(database.file(), connection.getBusyTimeout(), inUsers));
                }
            }
        }
        return any;
    }

    /** Backs up what a statement writes that refuses to run in a transaction, and so cannot be covered in its own. */
    void takeAhead(List<Database> databases, String operation) throws SQLException {
        try {
            prepare(databases, false);
            for (Database database : databases) {
                if (rule.beforeWrite(database.file(), false, known) == Answer.LOCK_AND_BACK_UP) {
                    takeUnlessNew(database, operation);
                    rule.covered(database.file());
                }
            }
        } finally {
            backups.discardPrepared();
        }
    }

    private void takeUnlessNew(Database database, String operation) throws SQLException {
        if (backups.isNew(database.file())) {
            // The lock would lay down the first page, and with it the page size and auto-vacuum for good.
            attempt(database, () -> backups.takeNew(connection.getBusyTimeout(), database.file(), operation));
        } else {
            lock.take(database, false);
            attempt(database, () -> take(database, Occasion.of(operation)));
        }
    }

    /** Backs up the last committed states, where the transaction is the user's and no lock may be taken in it. */
    void takeFromSnapshots(List<Database> databases, String operation) throws SQLException {
        for (Database database : databases) {
            attempt(database, () -> backups.takeFromSnapshot(connection.getBusyTimeout(), database.file(), operation));
        }
    }

    private void take(Database database, Occasion occasion) throws IOException, SQLException {
        backups.take(connection, database.schema(), database.file(), database.exclusive(), occasion);
    }

    /** An interrupt may show as any error of the copy. It is told as one if it is still in force, and forgotten if not. */
    private void attempt(Database database, Backup backup) throws SQLException {
        try {
            try {
                backup.take();
            } catch (SQLException e) {
                watch.checkNow();
                log.debug("Again, since it may have been an interrupt", e);
                backup.take();
            }
        } catch (IOException | SQLException | RuntimeException e) {
            if (InterruptWatch.saidBySqlite(e) instanceof SQLException said && RawTransaction.isInterrupt(said)) {
                // It could be made, but nobody wants it any more.
                throw RawTransaction.interrupted();
            }
            failed(
                    "No backup of " + database.file() + " could be made in " + settings.directoryFor(database.file())
                            + ": " + e,
                    e);
        }
    }

    private void failed(String message, Exception e) throws SQLException {
        if (settings.onFailure() == Settings.OnFailure.ABORT) {
            log.error("{}; the statement was not run", message, e);
            throw new SQLException(message + "; the statement was not run", e);
        }
        log.warn("{}; the statement runs without", message, e);
        connection.addWarning(new SQLWarning(message + "; the statement ran without", e));
    }

    /** Fails, as a backup does that cannot be made, if a statement writes what there can be no backup of. */
    void backUpUnnamed(List<Unnamed> databases) throws SQLException {
        for (Unnamed database : databases) {
            failed(database.why(), database.cause());
        }
    }

    /** Where several databases are written, or by several statements, the table that this one names is not all. */
    private Occasion occasion(SqlStatement statement, List<Database> databases) {
        boolean known = databases.size() == 1 && !rule.runsOthers();
        return new Occasion(operation(statement), known ? statement.changedTables() : List.of());
    }

    /** What is about to be done, for the comment of the backup. */
    String operation(SqlStatement statement) {
        return connection
                .clientOperation()
                .or(() -> Optional.ofNullable(statement.action()))
                .or(settings::operation)
                .orElseGet(() -> "SQL: " + statement.summary());
    }
}
