package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import java.sql.SQLException;

/**
 * What is known of the transaction that a connection is in: who began it, and whether it has read and written. SQLite tells
 * little of that, so each event that may begin or end one is told to this class.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class PresentTransaction {

    /** How it began: by the user, by us and without a lock, or by us and with it. */
    enum Begun {
        BY_USER,
        BY_US,
        LOCKED
    }

    private final RawTransaction raw;
    private final AutomaticBackups backups;
    private final TransactionRule rule = new TransactionRule();

    /**
     * Whether writes may have rows that nobody has read yet; autocommit commits when the last of them is closed, which runs
     * no code of ours. Several can be open at once, so SQLite is asked until it knows of none.
     */
    private boolean rowsMayBeUnread;

    private boolean mayHaveRead;
    private boolean begunBySavepoint;

    PresentTransaction(RawTransaction raw, AutomaticBackups backups) {
        this.raw = raw;
        this.backups = backups;
    }

    /** What it has covered. */
    TransactionRule rule() {
        return rule;
    }

    /**
     * Begins one of ours unless one is active.
     *
     * @param locked whether it begins with the write lock of the only file
     */
    Begun begin(boolean locked) throws SQLException {
        if (isWriteInProgress() || !(locked ? raw.beginLocked() : raw.begin())) {
            return Begun.BY_USER;
        }
        boundary();
        return locked ? Begun.LOCKED : Begun.BY_US;
    }

    /** One began, or one ended: nothing is known of the present one. */
    void boundary() {
        begunBySavepoint = false;
        mayHaveRead = false;
        rule.boundary();
        backups.transactionEnded();
    }

    /** As {@link #boundary}, but a write whose rows are still read keeps its transaction open, whatever else ends. */
    void boundaryUnlessWriting() throws SQLException {
        if (!isWriteInProgress()) {
            boundary();
        }
    }

    /** A savepoint is about to be set; if that begins a transaction, nothing of it is covered. */
    void beforeSavepoint() throws SQLException {
        if (!isWriteInProgress() && !raw.isActive()) {
            boundary();
            begunBySavepoint = true;
        }
    }

    /** Whether it was begun by a savepoint, whose release commits it. */
    boolean wasBegunBySavepoint() {
        return begunBySavepoint;
    }

    /** It may hold a snapshot from now on. */
    void read() {
        mayHaveRead = true;
    }

    /** Whether it holds neither a snapshot nor a write lock, as far as is known. */
    boolean isUntouched() {
        return !mayHaveRead && rule.coversNothing();
    }

    /** A write has run whose rows are read later. */
    void leftRows() {
        rowsMayBeUnread = true;
    }

    boolean isWriteInProgress() throws SQLException {
        rowsMayBeUnread = rowsMayBeUnread && raw.isWriteInProgress();
        return rowsMayBeUnread;
    }
}
