package io.github.prtbackup.jdbc;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The transaction rule: each database file is backed up before its first write in each transaction, and not again. In
 * autocommit mode a call of several statements is several transactions and one backup of each file.
 *
 * <p>A state machine that knows nothing of SQLite. It is told what begins and ends, and answers what is to be done before a
 * write. It remembers files, not the names under which they are attached: the name may be another file's by the next
 * statement. What it is told comes after it is done, so that an interruption at any point leaves it knowing too little, never
 * too much: forgetting costs a superfluous backup, remembering for too long would cost a missing one.
 *
 * <pre>
 *   no transaction ── began ──► the user's, which covers nothing ── covered ──► … covers files
 *        ▲                                     │                                    │
 *        └──────────────── ended ──────────────┴────────────────────────────────────┘
 *   after unsure(), and while rows of a write are unread, SQLite is to be asked which of them it is
 * </pre>
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class TransactionRule {

    /** What to do with a file before a statement writes it. */
    enum Answer {
        /** It was done, or need not be. */
        NOTHING,
        /** It is to be locked, so that what the transaction changes can be told to others. */
        LOCK,
        /** It is to be locked and then, before anything is written, to be backed up. */
        LOCK_AND_BACK_UP
    }

    /** What the backups know of a file. */
    interface Backups {
        /** Whether the newest is old enough for another. */
        boolean isDue(Path file);

        /** Whether the next one will ask what a transaction without a backup has changed. */
        boolean askForNotes(Path file);
    }

    private final Set<Path> coveredByTransaction = new HashSet<>();
    private final Set<Path> backedUpByCall = new HashSet<>();
    private boolean severalInCall;
    private boolean variousInCall;
    private boolean usersMayBeOpen;
    private boolean rowsMayBeUnread;
    private boolean mayHaveRead;
    private boolean changesAreCounted;

    /** The user has begun a transaction, with a statement or a method. */
    void began() {
        ended();
        usersMayBeOpen = true;
    }

    /** The user may have begun a transaction, or a savepoint in the present one. */
    void mayHaveBegun() {
        usersMayBeOpen = true;
    }

    /** There is no transaction. */
    void ended() {
        coveredByTransaction.clear();
        usersMayBeOpen = false;
        mayHaveRead = false;
    }

    /** Something has happened that may have begun or ended a transaction. */
    void unsure() {
        usersMayBeOpen = true;
    }

    /** From now on a change of rows may return their number as a row: {@code PRAGMA count_changes}. */
    void changesAreCounted() {
        changesAreCounted = true;
    }

    /**
     * Whether a write may stay on a row, and keep its transaction open with that, when the call returns.
     *
     * @param keepsOpen whether its text says so
     */
    boolean mayStayOnRow(boolean keepsOpen) {
        return keepsOpen || changesAreCounted;
    }

    /** A statement is on a row that keeps its transaction open, as a write whose rows are read later. */
    void leftRows() {
        rowsMayBeUnread = true;
    }

    /** No such statement is on a row any more. */
    void rowsAreRead() {
        rowsMayBeUnread = false;
    }

    /** The transaction may hold a snapshot from now on. */
    void read() {
        mayHaveRead = true;
    }

    /**
     * A call begins that runs several statements, each in a transaction of its own.
     *
     * @param various whether they are not all the same
     */
    void severalBegin(boolean various) {
        severalInCall = true;
        variousInCall = various;
        backedUpByCall.clear();
    }

    /** The call has ended. */
    void severalEnd() {
        severalInCall = false;
        variousInCall = false;
        backedUpByCall.clear();
    }

    /** Whether a call is running that runs several statements. */
    boolean isInCall() {
        return severalInCall;
    }

    /** Whether the call runs other statements than the present one. */
    boolean runsOthers() {
        return variousInCall;
    }

    /** Whether a transaction of the user's may be open, so that SQLite has to be asked. */
    boolean usersMayBeOpen() {
        return usersMayBeOpen;
    }

    /** Whether rows of a write may be unread. Only when the last is does autocommit mode commit, which runs no code of ours. */
    boolean rowsMayBeUnread() {
        return rowsMayBeUnread;
    }

    /**
     * What to do with a file before a statement writes it.
     *
     * @param inUsers whether SQLite says that a transaction of the user's is open: it has backups of its own, also where it is
     *     begun in the middle of a call
     */
    Answer beforeWrite(Path file, boolean inUsers, Backups backups) {
        if (coveredByTransaction.contains(file)) {
            return Answer.NOTHING;
        }
        if ((inUsers || !backedUpByCall.contains(file)) && backups.isDue(file)) {
            return Answer.LOCK_AND_BACK_UP;
        }
        return backups.askForNotes(file) ? Answer.LOCK : Answer.NOTHING;
    }

    /** What was to be done with a file is done. */
    void covered(Path file) {
        coveredByTransaction.add(file);
        if (severalInCall) {
            backedUpByCall.add(file);
        }
    }

    /** Whether no file is covered by the transaction, so that none is written either. */
    boolean coversNothing() {
        return coveredByTransaction.isEmpty();
    }

    /** Whether the transaction holds neither a snapshot nor a write lock, as far as is known. */
    boolean isUntouched() {
        return !mayHaveRead && coversNothing();
    }
}
