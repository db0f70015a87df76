package io.github.prtbackup.jdbc;

import java.sql.SQLException;
import java.util.IdentityHashMap;
import org.sqlite.SQLiteCommitListener;

/**
 * What the user's commit listeners hear of the transactions that we put around the user's statements: what they would hear
 * without us.
 *
 * <p>Not thread-safe: used under the connection's monitor, and SQLite calls listeners within its own calls.
 */
final class HeardCommits {

    private final IdentityHashMap<SQLiteCommitListener, SQLiteCommitListener> filters = new IdentityHashMap<>();

    /** Whether what SQLite says is ours alone. */
    private boolean silent;

    /** Whether a rollback was told since a statement began. */
    private boolean rollbackTold;

    /** What listens to SQLite for a listener of the user; always the same for the same. */
    synchronized SQLiteCommitListener filter(SQLiteCommitListener listener) {
        return filters.computeIfAbsent(listener, Filter::new);
    }

    /** As {@link #filter}, for the last time. */
    synchronized SQLiteCommitListener forget(SQLiteCommitListener listener) {
        SQLiteCommitListener known = filters.remove(listener);
        return known == null ? listener : known;
    }

    /** A statement begins, of which SQLite may say that it has rolled back the transaction. */
    void statementBegins() {
        rollbackTold = false;
    }

    /** Rolls back what a statement has left, unless SQLite has, and has said so. */
    <T> T rollingBack(Guard.Work<T> work) throws SQLException {
        return rollbackTold ? unheard(work) : work.run();
    }

    /** Ends a transaction of ours of which the user knows nothing. */
    <T> T unheard(Guard.Work<T> work) throws SQLException {
        boolean before = silent;
        silent = true;
        try {
            return work.run();
        } finally {
            silent = before;
        }
    }

    private final class Filter implements SQLiteCommitListener {
        private final SQLiteCommitListener listener;

        Filter(SQLiteCommitListener listener) {
            this.listener = listener;
        }

        @Override
        public void onCommit() {
            if (!silent) {
                listener.onCommit();
            }
        }

        @Override
        public void onRollback() {
            if (!silent) {
                rollbackTold = true;
                listener.onRollback();
            }
        }
    }
}
