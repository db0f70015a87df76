package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.OwnStatements.OnRow;
import io.github.prtbackup.sql.Ascii;
import io.github.prtbackup.sql.QualifiedName;
import io.github.prtbackup.sql.SqlStatement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * How a statement ends that writes some databases, which are locked.
     *
     * @throws WriteLock.StaleException if it is a removal that can't be run beside the hold, as is only seen now
     */
    End of(SqlStatement statement, List<Database> databases, OnRow hold) throws SQLException {
        if (statement.needsNoCursors()) {
            if (!closesHold(statement, databases)) {
                throw new WriteLock.StaleException();
            }
        } else if (!endCounts(databases)) {
            return AT_THE_HOLD;
        }
        AtFirstChange end = new AtFirstChange(hold);
        connection.addUpdateListener(end);
        return end;
    }

    /**
     * Whether a removal, which can't be run beside a hold, closes it before that counts, because it deletes rows first: DROP
     * TABLE of one to which foreign keys refer. Only where a deferred one may fail in the commit.
     */
    boolean closesHold(SqlStatement removal, List<Database> databases) throws SQLException {
        Optional<QualifiedName> table = removal.removedTable();
        return table.isPresent()
                && databases.size() == 1
                && statements.number("PRAGMA foreign_keys") != 0
                && endCounts(databases)
                && deletesRows(databases.get(0).schema(), table.get().name());
    }

    private boolean deletesRows(String schema, String table) throws SQLException {
        String tables = Queries.quote(schema) + ".sqlite_schema AS s";
        boolean[] heard = {false};
        statements.each(
                "SELECT s.sql FROM " + tables + " WHERE s.type = 'table' AND s.name = " + Queries.text(table)
                        + " COLLATE NOCASE",
                row -> heard[0] = areRowsHeardOf(row.text(0)));
        return heard[0]
                && isAny("SELECT 1 FROM " + Queries.quote(schema) + "." + Queries.quote(table))
                && isAny("SELECT 1 FROM " + tables + ", pragma_foreign_key_list(s.name, " + Queries.text(schema)
                        + ") AS f WHERE s.type = 'table' AND f.\"table\" = " + Queries.text(table)
                        + " COLLATE NOCASE");
    }

    /** Not where it says WITHOUT ROWID. */
    private static boolean areRowsHeardOf(String definition) {
        String sql = Ascii.lower(definition);
        return sql.startsWith("create table") && !sql.contains("rowid");
    }

    private boolean isAny(String query) throws SQLException {
        boolean[] any = {false};
        statements.each(query + " LIMIT 1", row -> any[0] = true);
        return any[0];
    }

    private boolean endCounts(List<Database> databases) throws SQLException {
        for (Database database : databases) {
            if (endCounts(database)) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is anything in the schema that writes, or may fail, only in the commit. */
    private boolean endCounts(Database database) throws SQLException {
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
