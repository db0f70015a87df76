package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.Guard.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteCommitListener;

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
    private final OwnStatements statements;
    private final RawTransaction transaction;
    private final TransactionRule rule;

    /** Hears of commits inside of them: when everything is written, and the files are still locked. */
    private final SQLiteCommitListener listener = new SQLiteCommitListener() {
        @Override
        public void onCommit() {
            committing();
        }

        @Override
        public void onRollback() {
            // What it has changed could be told only before it.
        }
    };

    private boolean listening;
    private boolean expecting;
    private boolean announced;

    Endings(
            BackupConnection connection,
            AutomaticBackups backups,
            OwnStatements statements,
            RawTransaction transaction,
            TransactionRule rule) {
        this.connection = connection;
        this.backups = backups;
        this.statements = statements;
        this.transaction = transaction;
        this.rule = rule;
    }

    static void attempt(Note note) {
        try {
            note.leave();
        } catch (IOException | SQLException | RuntimeException e) {
            log.warn("What the transaction has changed cannot be noted: {}", e.toString());
        }
    }

    /** Runs what commits, or may. What full-text indexes write only then is told as well. */
    <T> T committing(Work<T> work) throws SQLException {
        if (!backups.needNotes()) {
            return work.run();
        }
        if (!listening) {
            connection.listenToCommits(listener);
            listening = true;
        }
        expecting = true;
        boolean done = false;
        try {
            T result = work.run();
            done = true;
            return result;
        } finally {
            expecting = false;
            ended(done);
        }
    }

    /** A commit that nobody expects, as that of a write whose last row is read, can't be told as ended in time. */
    private void committing() {
        if (expecting) {
            announced = true;
            attempt(() -> backups.ending(true));
        }
    }

    private void ended(boolean done) {
        if (announced) {
            announced = false;
            attempt(() -> backups.ended(done));
        }
    }

    /** Runs what rolls back. */
    <T> T rollingBack(Work<T> work) throws SQLException {
        if (!backups.needNotes()) {
            return work.run();
        }
        announced = true;
        attempt(() -> backups.ending(false));
        boolean done = false;
        try {
            T result = work.run();
            done = true;
            return result;
        } finally {
            ended(done);
        }
    }

    /** There is no transaction any more. */
    void over() {
        released();
        settle();
    }

    /** As {@link #over}, but what the backups were made for is still to come. */
    void released() {
        rule.ended();
        backups.transactionEnded();
    }

    /** Whether a backup waits for the end of the present transaction. */
    boolean areAwaited() {
        return backups.isUnsettled();
    }

    /** Also what the backups were made for is over, unless more statements of the same call follow. */
    void settle() {
        if (!rule.isInCall()) {
            attempt(backups::settle);
        }
    }

    /** The connection may just have committed, and holds no lock then. */
    void catchUp() {
        backups.catchUp();
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
        attempt(this::settleLast);
        attempt(backups::close);
    }

    /** What is not committed by now never will be. */
    private void settleLast() throws IOException, SQLException {
        if (backups.isUnsettled()) {
            connection.heardCommits().unheard(() -> {
                transaction.abandon();
                return null;
            });
            backups.transactionEnded();
            backups.settle();
        }
    }

    private void leaveClosingNotes() throws IOException, SQLException {
        if (!backups.needClosingNotes() || (rule.rowsMayBeUnread() && transaction.isWriteOnRow())) {
            return;
        }
        int patience = connection.getBusyTimeout();
        connection.setBusyTimeout(0);
        try {
            // As closing does.
            transaction.abandon();
            backups.prepareClosingNotes(connection);
            if (statements.step("BEGIN IMMEDIATE") == OwnStatements.SQLITE_DONE) {
                backups.leaveClosingNotes();
            }
        } finally {
            connection.heardCommits().unheard(() -> {
                transaction.abandon();
                return null;
            });
            connection.setBusyTimeout(patience);
        }
    }
}
