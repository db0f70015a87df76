package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.Guard.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How transactions end, and what is noted then for the next backup: only who still holds the locks can tell which pages a
 * transaction changes, and in what state a connection leaves its files.
 *
 * <p>Notes are never necessary. Without one the next backup compares all pages: slower, and just as right.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class Endings {

    /** Notes something about a transaction. */
    @FunctionalInterface
    interface Note {
        void leave() throws IOException, SQLException;
    }

    private static final Logger log = LoggerFactory.getLogger(Endings.class);

    private final BackupConnection connection;
    private final AutomaticBackups backups;
    private final RawTransaction transaction;
    private final PresentTransaction present;
    private final Targets targets;

    Endings(
            BackupConnection connection,
            AutomaticBackups backups,
            RawTransaction transaction,
            PresentTransaction present,
            Targets targets) {
        this.connection = connection;
        this.backups = backups;
        this.transaction = transaction;
        this.present = present;
        this.targets = targets;
    }

    static void attempt(Note note) {
        try {
            note.leave();
        } catch (IOException | SQLException | RuntimeException e) {
            log.warn("What the transaction has changed cannot be noted: {}", e.toString());
        }
    }

    /** Runs what commits. */
    <T> T committing(Work<T> work) throws SQLException {
        return ending(true, () -> true, work);
    }

    /** Runs what rolls back. */
    <T> T rollingBack(Work<T> work) throws SQLException {
        return ending(false, () -> true, work);
    }

    /** Runs what releases a savepoint, which commits if the savepoint has begun the transaction. */
    <T> T releasing(Work<T> work) throws SQLException {
        return present.wasBegunBySavepoint() ? ending(true, () -> !transaction.isActive(), work) : work.run();
    }

    /**
     * Runs what ends the transaction, or may.
     *
     * @param commits whether it is meant to commit, and not to roll back
     * @param isOver asked afterwards
     */
    private <T> T ending(boolean commits, Work<Boolean> isOver, Work<T> work) throws SQLException {
        if (!backups.needNotes() || present.isWriteInProgress() || !transaction.isActive()) {
            return work.run();
        }
        attempt(() -> {
            if (commits) {
                transaction.flushVirtualTables();
            }
            if (!commits || !targets.mayWriteAtCommit()) {
                backups.ending(commits);
            }
        });
        boolean[] over = {false};
        try {
            T result = work.run();
            over[0] = isOver.run();
            return result;
        } finally {
            attempt(() -> backups.ended(over[0]));
        }
    }

    /**
     * Runs a statement in a transaction of ours and ends that as autocommit would have. Autocommit keeps whatever a statement
     * has kept, also of one that fails: {@code INSERT OR FAIL} keeps rows.
     */
    <T> T asAutocommit(Work<T> work) throws SQLException {
        T result;
        long before = connection.getDatabase().total_changes();
        try {
            result = work.run();
        } catch (SQLException | RuntimeException | Error e) {
            try {
                if (transaction.isActive()) {
                    commitAfterError(before);
                }
            } catch (SQLException commit) {
                e.addSuppressed(commit);
                rollback(e);
            }
            throw e;
        }
        try {
            commit();
        } catch (SQLException e) {
            rollback(e);
            throw e;
        }
        present.boundary();
        backups.catchUp();
        return result;
    }

    private void commitAfterError(long changesBefore) throws SQLException {
        if (connection.getDatabase().total_changes() > changesBefore) {
            commit();
        } else {
            // Committed even so: not all that a statement keeps is counted.
            connection.heardCommits().asRollback(() -> {
                commit();
                return null;
            });
        }
    }

    private void commit() throws SQLException {
        committing(() -> {
            transaction.commit();
            return null;
        });
    }

    /** Takes a transaction of ours back because of an exception, which stays the one to be thrown. */
    void rollback(Throwable cause) {
        try {
            transaction.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** The transactions that led to the present state of some databases end with their replacement. */
    void beforeReplacement(List<Database> databases) {
        for (Database database : databases) {
            attempt(() -> backups.beforeReplacement(database.file()));
        }
    }

    /** The connection is about to be closed. */
    void closing() {
        try {
            leaveClosingNotes();
        } catch (IOException | SQLException | RuntimeException e) {
            log.debug("How the database is left cannot be noted", e);
        }
        attempt(backups::close);
    }

    private void leaveClosingNotes() throws IOException, SQLException {
        if (!backups.needClosingNotes() || present.isWriteInProgress()) {
            return;
        }
        int patience = connection.getBusyTimeout();
        connection.setBusyTimeout(0);
        try {
            // As closing does.
            transaction.rollback();
            backups.prepareClosingNotes(connection);
            if (transaction.tryBeginLocked()) {
                try {
                    backups.leaveClosingNotes();
                } finally {
                    connection.heardCommits().unheard(() -> {
                        transaction.rollback();
                        return null;
                    });
                }
            }
        } finally {
            connection.setBusyTimeout(patience);
        }
    }
}
