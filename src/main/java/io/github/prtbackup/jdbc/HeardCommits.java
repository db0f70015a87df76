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

    /** What is told of what SQLite says. */
    private enum Instead {
        NOTHING,
        A_ROLLBACK
    }

    private final IdentityHashMap<SQLiteCommitListener, SQLiteCommitListener> filters = new IdentityHashMap<>();

    /** Null for what SQLite says. */
    private Instead instead;

    /** What listens to SQLite for a listener of the user; always the same for the same. */
    synchronized SQLiteCommitListener filter(SQLiteCommitListener listener) {
        return filters.computeIfAbsent(listener, Filter::new);
    }

    /** As {@link #filter}, for the last time. */
    synchronized SQLiteCommitListener forget(SQLiteCommitListener listener) {
        SQLiteCommitListener known = filters.remove(listener);
        return known == null ? listener : known;
    }

    /** Ends a transaction of ours of which the user knows nothing. */
    <T> T unheard(Guard.Work<T> work) throws SQLException {
        return telling(Instead.NOTHING, work);
    }

    /** Commits, where nothing was kept that SQLite would not have rolled back without us. */
    <T> T asRollback(Guard.Work<T> work) throws SQLException {
        return telling(Instead.A_ROLLBACK, work);
    }

    private <T> T telling(Instead what, Guard.Work<T> work) throws SQLException {
        Instead before = instead;
        instead = what;
        try {
            return work.run();
        } finally {
            instead = before;
        }
    }

    private final class Filter implements SQLiteCommitListener {
        private final SQLiteCommitListener listener;

        Filter(SQLiteCommitListener listener) {
            this.listener = listener;
        }

        @Override
        public void onCommit() {
            if (instead == null) {
                listener.onCommit();
            } else if (instead == Instead.A_ROLLBACK) {
                listener.onRollback();
            }
        }

        @Override
        public void onRollback() {
            if (instead != Instead.NOTHING) {
                listener.onRollback();
            }
        }
    }
}
