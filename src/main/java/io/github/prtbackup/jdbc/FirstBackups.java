package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.backup.Occasion;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.SqlStatement;
import java.io.IOException;
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

    /** Takes one backup. */
    @FunctionalInterface
    private interface Backup {
        void take() throws IOException, SQLException;
    }

    private static final Logger log = LoggerFactory.getLogger(FirstBackups.class);

    private final BackupConnection connection;
    private final Settings settings;
    private final AutomaticBackups backups;
    private final PresentTransaction present;
    private final Targets targets;

    FirstBackups(
            BackupConnection connection,
            Settings settings,
            AutomaticBackups backups,
            PresentTransaction present,
            Targets targets) {
        this.connection = connection;
        this.settings = settings;
        this.backups = backups;
        this.present = present;
        this.targets = targets;
    }

    /** Whether all that is to be done for some databases can be done under the lock that {@code BEGIN IMMEDIATE} takes. */
    boolean canBeginLocked(List<Database> databases) {
        if (!targets.canBeginLocked()) {
            return false;
        }
        Database only = databases.get(0);
        return backups.isDue(only.file()) && !backups.needsPreparation(only.file());
    }

    /**
     * Backs up what statements of the present transaction will write.
     *
     * @param statements the first of those that write gives the backup its name
     * @param databases what they would write as things stood before the transaction had any lock
     */
    void cover(Call call, List<SqlStatement> statements, List<Database> databases, PresentTransaction.Begun begun)
            throws SQLException {
        SqlStatement first = firstWrite(statements);
        cover(call, first, databases, begun);
        if (targets.databases().ambiguous()) {
            Set<Database> covered = new HashSet<>(databases);
            List<Database> uncovered = targets.uncovered(statements, covered);
            while (!uncovered.isEmpty()) {
                // Somebody has created or dropped what they name, and they write another database.
                cover(call, first, uncovered, begun);
                covered.addAll(uncovered);
                uncovered = targets.uncovered(statements, covered);
            }
        }
    }

    private static SqlStatement firstWrite(List<SqlStatement> statements) {
        for (SqlStatement statement : statements) {
            if (statement.effect() == Effect.WRITE) {
                return statement;
            }
        }
        throw new IllegalArgumentException("nothing to cover");
    }

    private void cover(Call call, SqlStatement statement, List<Database> databases, PresentTransaction.Begun begun)
            throws SQLException {
        if (begun == PresentTransaction.Begun.LOCKED) {
            cover(call, statement, databases, true);
            return;
        }
        boolean prepared = prepare(databases, begun == PresentTransaction.Begun.BY_USER);
        try {
            cover(call, statement, databases, false);
        } finally {
            if (prepared) {
                backups.discardPrepared();
            }
        }
    }

    /** @param locked whether the transaction has the write locks already */
    private void cover(Call call, SqlStatement statement, List<Database> databases, boolean locked)
            throws SQLException {
        for (Database database : databases) {
            if (!present.rule().isFirstWrite(database.schema())) {
                continue;
            }
            if (call.isFirstWrite(database) && backups.isDue(database.file())) {
                if (!locked) {
                    targets.lock(database);
                }
                attempt(database, () -> take(database, occasion(statement, databases)));
            } else {
                skip(database);
            }
            present.rule().cover(database.schema());
        }
    }

    /**
     * Lets the first backup of a large database be copied before the database is locked, which would keep others waiting.
     * Not in a transaction that has a lock or a snapshot: others might wait for the one all the time, and what they commit
     * would make the other worthless.
     *
     * @return whether there was anything to prepare
     */
    private boolean prepare(List<Database> databases, boolean inUsersTransaction) throws SQLException {
        if (inUsersTransaction && !present.isUntouched()) {
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
                if (present.rule().isFirstWrite(database.schema())
                        && !database.exclusive()
                        && backups.needsPreparation(database.file())
                        && backups.isDue(database.file())) {
                    backups.prepare(database.file(), connection.getBusyTimeout(), inUsersTransaction);
                }
            }
        }
        return any;
    }

    /** Lets a transaction write without a backup. The next backup may ask what it has changed. */
    private void skip(Database database) throws SQLException {
        boolean[] needsNote = {false};
        Endings.attempt(() -> needsNote[0] = backups.needsNoteWithoutBackup(database.file()));
        if (needsNote[0]) {
            // Only under the lock, because what is read there may be another's otherwise.
            targets.lock(database);
            Endings.attempt(() -> backups.skip(database.file(), database.exclusive()));
        }
    }

    /** Backs up what a statement writes that refuses to run in a transaction, and so cannot be covered in its own. */
    void takeAhead(List<Database> databases, String operation) throws SQLException {
        try {
            prepare(databases, false);
            for (Database database : databases) {
                if (backups.isDue(database.file())) {
                    attempt(database, () -> takeUnlessNew(database, operation));
                }
            }
        } finally {
            backups.discardPrepared();
        }
    }

    private void takeUnlessNew(Database database, String operation) throws IOException, SQLException {
        if (backups.isNew(database.file())) {
            // The lock would lay down the first page, and with it the page size and auto-vacuum for good.
            backups.takeFromSnapshot(connection.getBusyTimeout(), database.file(), operation);
        } else {
            targets.lock(database);
            take(database, Occasion.of(operation));
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

    private void attempt(Database database, Backup backup) throws SQLException {
        try {
            backup.take();
        } catch (IOException | SQLException | RuntimeException e) {
            String message = "No backup of " + database.file() + " could be made in "
                    + settings.directoryFor(database.file()) + ": " + e;
            if (settings.onFailure() == Settings.OnFailure.ABORT) {
                log.error("{}; the statement was not run", message, e);
                throw new SQLException(message + "; the statement was not run", e);
            }
            log.warn("{}; the statement runs without", message, e);
            connection.addWarning(new SQLWarning(message + "; the statement ran without", e));
        }
    }

    /** Where several databases are written, the table that the statement names is not in all of them. */
    private Occasion occasion(SqlStatement statement, List<Database> databases) {
        return new Occasion(operation(statement), databases.size() == 1 ? statement.changedTables() : List.of());
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
