package io.github.prtbackup.backup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.Collation;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * Asks SQLite whether a database is damaged. Rows that break a constraint ({@code NOT NULL}, {@code CHECK}) are no damage:
 * SQLite allows for them in several ways, and a backup has to hold what was there.
 *
 * @param name the PRAGMA that could be run: {@code integrity_check}, or {@code quick_check} if indexes use collations or
 *     functions that only the application knows
 * @param problems in words; empty where nothing is wrong
 */
public record IntegrityCheck(String name, List<String> problems) {

    private static final int PROBLEMS_SHOWN = 10;

    /** What comes from the pages themselves begins so; the rest is said of rows. */
    private static final String STRUCTURE = "*** in database ";

    private static final Pattern BROKEN_CONSTRAINT =
            Pattern.compile("(NULL|NUMERIC|TEXT|non-\\w+) value in .*|CHECK constraint failed in .*", Pattern.DOTALL);
    private static final Pattern MISSING_COLLATION = Pattern.compile("no such collation sequence: ([^)]+)\\)?$");

    /** Compares anything; good enough where no order is checked. */
    private static final class StandIn extends Collation {
        @Override
        protected int xCompare(String left, String right) {
            return left.compareTo(right);
        }
    }

    /**
     * Checks pages and trees, and rows against indexes.
     *
     * @param own a connection of ours, to which collations may be added
     */
    public static IntegrityCheck complete(SQLiteConnection own) throws SQLException {
        try {
            return run(own, "integrity_check");
        } catch (SQLException e) {
            if (isDamage(e)) {
                return new IntegrityCheck("integrity_check", List.of(e.getMessage()));
            }
            requireUnknownName(e);
            return quick(own);
        }
    }

    /**
     * Refuses a database whose pages or trees are damaged. Costs about a millisecond for a megabyte.
     *
     * @param users a connection, in a transaction if others write
     * @param schema the database's name in it
     * @throws SQLException with {@code SQLITE_CORRUPT} or another code of SQLite's
     */
    static void requireSound(SQLiteConnection users, String schema) throws SQLException {
        String problem;
        try {
            problem = String.valueOf(Queries.first(users, Queries.pragma(schema, "quick_check(1)")));
        } catch (SQLException e) {
            // A collation that this connection does not know either: then it cannot be told.
            requireUnknownName(e);
            return;
        }
        if (problem.startsWith(STRUCTURE)) {
            throw new SQLException(
                    "The database is damaged: " + problem.replace('\n', ' '),
                    null,
                    SQLiteErrorCode.SQLITE_CORRUPT.code);
        }
    }

    private static IntegrityCheck quick(SQLiteConnection own) throws SQLException {
        Set<String> added = new HashSet<>();
        while (true) {
            try {
                return run(own, "quick_check");
            } catch (SQLException e) {
                if (isDamage(e)) {
                    return new IntegrityCheck("quick_check", List.of(e.getMessage()));
                }
                Matcher missing = MISSING_COLLATION.matcher(String.valueOf(e.getMessage()));
                if (!missing.find() || !added.add(missing.group(1))) {
                    throw e;
                }
                Collation.create(own, missing.group(1), new StandIn());
            }
        }
    }

    private static IntegrityCheck run(SQLiteConnection on, String pragma) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (JDBC4Statement statement = new JDBC4Statement(on);
                ResultSet rows = statement.executeQuery("PRAGMA " + pragma + "(" + PROBLEMS_SHOWN + ")")) {
            while (rows.next()) {
                String row = rows.getString(1);
                if (!"ok".equals(row) && !BROKEN_CONSTRAINT.matcher(row).matches()) {
                    problems.add(row.replace('\n', ' '));
                }
            }
        }
        return new IntegrityCheck(pragma, List.copyOf(problems));
    }

    /** Whether SQLite says that it cannot make sense of the file. */
    public static boolean isDamage(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** Of all errors, SQLite has this one for names that it does not know. */
    private static void requireUnknownName(SQLException e) throws SQLException {
        if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_ERROR.code) {
            throw e;
        }
    }
}
