package io.github.prtbackup.jdbc;

import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_BUSY;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_DONE;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_ERROR;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_INTERRUPT;

import io.github.prtbackup.jdbc.Guard.Work;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.core.DB;

/**
 * SQLite's transaction on the user's own connection. SQLite itself is asked where it stands, because no text can tell:
 * {@code OR ROLLBACK}, {@code RAISE(ROLLBACK)}, an interrupt, a full disk and others end transactions without a word.
 *
 * <p>Every statement here may be interrupted, by {@code Statement.cancel} or a progress handler, and SQLite may have done what
 * it says that it was interrupted in: the progress handler is asked once more when {@code BEGIN}, {@code COMMIT} and
 * {@code ROLLBACK} have taken effect. And as long as any statement of the connection is on a row, an interrupt stays in force.
 * So no code is guessed from:
 *
 * <ul>
 *   <li>{@code BEGIN} fails with {@code SQLITE_ERROR} exactly if a transaction is open.
 *   <li>What is on a row is given back without running anything, and so can't be interrupted: {@link #hold}.
 *   <li>A statement that counts as a write and is interrupted takes the whole transaction back: {@link #abandon}.
 * </ul>
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class RawTransaction {

    /** What is interrupted so often in a row will be for as long as other statements are on a row. */
    private static final int MOST_TIMES = 3;

    private static final String BEGIN = "BEGIN";
    private static final String COMMIT = "COMMIT";
    private static final String ROLLBACK = "ROLLBACK";

    /** Done at once. Compiled before it is needed: behind a commit nothing may fail. */
    private static final String NO_ROW = "SELECT 1 LIMIT 0";

    private static final String SAVEPOINT = "SAVEPOINT prtbackup_probe";
    private static final String RELEASE = "RELEASE prtbackup_probe";

    /** Counts as a write as long as it is on its row, and does nothing. */
    private static final String WRITE_WITHOUT_EFFECT = "PRAGMA main.journal_mode";

    /** As that, for when that is on its row already. Two texts are two statements. */
    private static final String ANOTHER_WRITE_WITHOUT_EFFECT = "PRAGMA main.journal_mode /* end */";

    /** Counts as nothing, neither a write nor a read of a file. */
    private static final String NEITHER_WRITE_NOR_READ = "PRAGMA database_list";

    private final OwnStatements statements;
    private final Cancels cancels;
    private boolean prepared;

    RawTransaction(OwnStatements statements, Cancels cancels) {
        this.statements = statements;
        this.cancels = cancels;
    }

    /**
     * Whether a transaction is open. Not to be asked while a write is {@linkplain #isWriteOnRow on a row}.
     *
     * @throws SQLException if that is interrupted. Then one of ours may be open where none was
     */
    boolean isOpen() throws SQLException {
        prepare();
        int code = statements.step(BEGIN);
        if (code == SQLITE_ERROR) {
            return true;
        }
        statements.require(SQLITE_DONE, code);
        // Nobody hears of it: there is nothing to commit.
        if (statements.step(COMMIT) != SQLITE_DONE) {
            abandon();
        }
        return false;
    }

    /** Begins a transaction, deferred: it takes no lock. None is open. */
    void begin() throws SQLException {
        prepare();
        int code = statements.step(BEGIN);
        if (code != SQLITE_DONE) {
            throw afterAbandoning(code);
        }
    }

    /**
     * Commits.
     *
     * @throws SQLException SQLite's own. Then the transaction is rolled back, as autocommit rolls back what it can't commit
     */
    void commit() throws SQLException {
        int code = statements.step(COMMIT);
        for (int again = 0; code == SQLITE_INTERRUPT && again < MOST_TIMES; again++) {
            code = statements.step(COMMIT);
            if (code == SQLITE_ERROR) {
                // There is nothing to commit any more: it was interrupted when it was done.
                return;
            }
        }
        if (code != SQLITE_DONE) {
            throw afterAbandoning(code);
        }
    }

    private SQLException afterAbandoning(int code) throws SQLException {
        SQLException failure = statements.failure(code);
        abandon();
        return failure;
    }

    /** Rolls back whatever is open, also while an interrupt is in force. Afterwards nothing is. */
    void abandon() throws SQLException {
        if (rollback() == SQLITE_INTERRUPT) {
            // With the interrupt of what counts as a write SQLite rolls back all there is.
            cancels.interrupt();
            int unused = statements.step(ANOTHER_WRITE_WITHOUT_EFFECT);
        }
    }

    /** Tries to roll back. It is done with any code but that of an interrupt that does not go away. */
    private int rollback() throws SQLException {
        int code = statements.step(ROLLBACK);
        for (int again = 0; code == SQLITE_INTERRUPT && again < MOST_TIMES; again++) {
            // SQLITE_ERROR if it was interrupted when it was done.
            code = statements.step(ROLLBACK);
        }
        return code;
    }

    /**
     * Keeps the transaction that autocommit opens for the next statement from ending with it, until the hold is closed: in
     * autocommit mode SQLite commits when the last statement that counts as a write has finished. Closing it commits, or
     * leaves that to a write whose rows are read later. What can't be committed is rolled back, by SQLite, with its exception.
     *
     * <p>Unlike {@code BEGIN} and {@code COMMIT} neither can be interrupted half-way, and the user's statement runs in
     * autocommit mode, as it does without us.
     *
     * @throws SQLException if that is interrupted; nothing has happened then
     */
    OnRow hold() throws SQLException {
        return open(WRITE_WITHOUT_EFFECT);
    }

    /** What is on a row remembers an interrupt from now on, and one that was forgotten before. */
    private OnRow open(String sql) throws SQLException {
        prepare();
        OnRow opened = statements.open(sql);
        cancels.remind();
        return opened;
    }

    /**
     * Lets SQLite checkpoint the log, if that has grown long enough: it does so when a statement is done in autocommit mode, and
     * the end of a hold is none.
     */
    void checkpointIfDue() throws SQLException {
        // What it answers does not matter; the statement is committed.
        int unused = statements.step(NO_ROW);
    }

    /** Keeps an interrupt in force until it is closed, also if it comes when SQLite is doing nothing. Touches no file. */
    OnRow keepInterrupts() throws SQLException {
        return open(NEITHER_WRITE_NOR_READ);
    }

    /** Runs something, which SQLite interrupts as soon as it begins if the call that is running has been cancelled. */
    <T> T unlessCancelled(Work<T> work) throws SQLException {
        if (!cancels.haveCome()) {
            return work.run();
        }
        OnRow interrupts = keepInterruptsIfForgotten();
        try (interrupts) {
            return work.run();
        }
    }

    /** What is interrupted so often in a row is because something else on a row remembers. */
    private OnRow keepInterruptsIfForgotten() throws SQLException {
        for (int again = 0; again < MOST_TIMES; again++) {
            try {
                return keepInterrupts();
            } catch (SQLException e) {
                if (!isInterrupt(e)) {
                    throw e;
                }
            }
        }
        return null;
    }

    private void prepare() throws SQLException {
        if (!prepared) {
            statements.prepare(List.of(
                    BEGIN,
                    COMMIT,
                    ROLLBACK,
                    SAVEPOINT,
                    RELEASE,
                    OwnStatements.CHECK,
                    NO_ROW,
                    ANOTHER_WRITE_WITHOUT_EFFECT));
            prepared = true;
        }
    }

    /** Throws SQLite's exception if the user has interrupted the connection since it was {@linkplain #hold held}. */
    void checkInterrupt() throws SQLException {
        statements.checkInterrupt();
    }

    /** What SQLite says of an interrupt. */
    static SQLException interrupted() {
        return DB.newSQLException(SQLITE_INTERRUPT, "interrupted");
    }

    /** Whether an exception says that somebody has interrupted the connection. */
    static boolean isInterrupt(Throwable e) {
        return e instanceof SQLException sql && (sql.getErrorCode() & 0xff) == SQLITE_INTERRUPT;
    }

    /** Rolls back what a {@linkplain #hold held} transaction has done. */
    void rollbackHeld(OnRow hold) throws SQLException {
        // Without it there is nothing to roll back, in SQLite's words. Whether it was interrupted does not matter.
        int unused = statements.step(BEGIN);
        if (rollback() == SQLITE_INTERRUPT) {
            cancels.interrupt();
            // As above, and whatever has expired, this goes on.
            unused = hold.step();
        }
    }

    /**
     * Whether a statement that counts as a write is on a row: a {@code RETURNING} whose result set is open, or a PRAGMA that
     * was never closed. Ask in autocommit mode only, and not during a hold.
     */
    boolean isWriteOnRow() throws SQLException {
        prepare();
        int code = statements.step(SAVEPOINT);
        if (code == SQLITE_BUSY) {
            return true;
        }
        // Also after an interrupt: it may have been set.
        int released = statements.step(RELEASE);
        statements.require(SQLITE_DONE, code);
        if (released == SQLITE_INTERRUPT) {
            released = statements.step(RELEASE);
        }
        return false;
    }
}
