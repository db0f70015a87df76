package io.github.prtbackup.jdbc;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/**
 * The limits that the user has set for his connection ({@code limit_length}, {@code limit_expr_depth} and the others). They
 * are for what the user runs; statements of ours go beyond them.
 */
final class Limits {

    private Limits() {}

    /** Something that may meet a limit. */
    interface Work<T> {
        /** Does it. */
        T run() throws SQLException;
    }

    /** Does something as if there were no limits. Needs the connection's monitor. */
    static <T> T lifted(SQLiteConnection connection, Work<T> work) throws SQLException {
        Map<SQLiteLimits, Integer> allowed = new EnumMap<>(SQLiteLimits.class);
        try {
            for (SQLiteLimits limit : SQLiteLimits.values()) {
                // SQLite makes of it what it allows itself.
                allowed.put(limit, connection.getDatabase().limit(limit.getId(), Integer.MAX_VALUE));
            }
            return work.run();
        } finally {
            for (Map.Entry<SQLiteLimits, Integer> limit : allowed.entrySet()) {
                int unused = connection.getDatabase().limit(limit.getKey().getId(), limit.getValue());
            }
        }
    }

    /** Does something while a value can be no longer than SQLite lets one choose at least. Needs the connection's monitor. */
    static <T> T withShortestValues(SQLiteConnection connection, Work<T> work) throws SQLException {
        int length = SQLiteLimits.SQLITE_LIMIT_LENGTH.getId();
        int allowed = connection.getDatabase().limit(length, 0);
        try {
            return work.run();
        } finally {
            int unused = connection.getDatabase().limit(length, allowed);
        }
    }
}
