package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import io.github.prtbackup.sql.Ascii;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sqlite.SQLiteUpdateListener;

/**
 * Lets statements end their transaction themselves where the end itself counts. Full-text indexes write when a transaction
 * commits, and what they change is counted like what the statement changes: in autocommit mode before the statement's own count,
 * with a {@linkplain RawTransaction#hold hold} behind it. And what fails in the commit, as a deferred foreign key does, is not
 * counted at all in autocommit mode.
 *
 * <p>So there the hold is closed as soon as the statement has changed its first row: from then on the statement itself keeps
 * the lock, and commits when it ends. SQLite's update hook says when that is. It asks its users not to modify the connection; a
 * reset of another statement that has nothing to undo, and that is not the last write, only counts it off.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class NativeEnds {

    /** A statement that is about to be run under a hold. */
    interface End extends AutoCloseable {
        /** Whether the hold is closed, and the statement's end was the transaction's. */
        boolean isHoldClosed();

        @Override
        void close();
    }

    private static final End AT_THE_HOLD = new End() {
        @Override
        public boolean isHoldClosed() {
            return false;
        }

        @Override
        public void close() {
            // There is nothing to remove.
        }
    };

    /** The answer for a schema. */
    private record Known(int schemaVersion, boolean endCounts) {}

    private final BackupConnection connection;
    private final OwnStatements statements;
    private final Map<Path, Known> known = new HashMap<>();

    NativeEnds(BackupConnection connection, OwnStatements statements) {
        this.connection = connection;
        this.statements = statements;
    }

    /** How a statement ends that writes some databases, which are locked. */
    End of(List<Database> databases, OnRow hold) throws SQLException {
        for (Database database : databases) {
            if (endCounts(database)) {
                AtFirstChange end = new AtFirstChange(hold);
                connection.addUpdateListener(end);
                return end;
            }
        }
        return AT_THE_HOLD;
    }

    /** Whether there is anything in the schema that writes, or may fail, only in the commit. */
    boolean endCounts(Database database) throws SQLException {
        int version = statements.number(Queries.pragma(database.schema(), "schema_version"));
        Known before = known.get(database.file());
        if (before == null || before.schemaVersion() != version) {
            boolean[] counts = {false};
            statements.each(
                    "SELECT sql FROM " + Queries.quote(database.schema()) + ".sqlite_schema",
                    row -> counts[0] |= endCounts(row.text(0)));
            before = new Known(version, counts[0]);
            known.put(database.file(), before);
        }
        return before.endCounts();
    }

    private static boolean endCounts(String definition) {
        if (definition == null) {
            return false;
        }
        String sql = Ascii.lower(definition);
        return (sql.startsWith("create virtual") && !sql.contains("rtree")) || sql.contains("deferr");
    }

    private final class AtFirstChange implements SQLiteUpdateListener, End {
        private final OnRow hold;
        private boolean closed;

        AtFirstChange(OnRow hold) {
            this.hold = hold;
        }

        @Override
        public void onUpdate(Type type, String database, String table, long rowId) {
            if (!closed) {
                closed = true;
                try {
                    hold.close();
                } catch (SQLException e) {
                    throw new IllegalStateException("a statement that has done nothing could not be reset", e);
                }
            }
        }

        @Override
        public boolean isHoldClosed() {
            return closed;
        }

        @Override
        public void close() {
            connection.removeUpdateListener(this);
        }
    }
}
