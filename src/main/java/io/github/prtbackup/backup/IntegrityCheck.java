package io.github.prtbackup.backup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * Asks SQLite whether a database is damaged. Two things are no damage, because a backup has to hold what was there:
 *
 * <ul>
 *   <li>rows that break a constraint ({@code NOT NULL}, {@code CHECK}), which SQLite allows for in several ways;
 *   <li>an index that does not agree with its rows where that depends on functions and collations: the application may have
 *       its own, of any name.
 * </ul>
 *
 * @param name what was run
 * @param problems in words; empty where nothing is wrong
 * @param leftOut what could not be checked, and why, in words
 */
public record IntegrityCheck(String name, List<String> problems, List<String> leftOut) {

    private static final String NAME = "integrity_check";
    private static final int PROBLEMS_SHOWN = 10;

    /** Enough to see that something is wrong with pages, which comes first, as one row of so many lines. */
    private static final int FEW = 100;

    /** What is said of indexes that cannot be judged must not use up the number of problems that are told. */
    private static final int ALL = Integer.MAX_VALUE;

    /** What comes from the pages themselves begins so; the rest is said of rows. */
    private static final String STRUCTURE = "*** in database ";

    private static final Pattern BROKEN_CONSTRAINT =
            Pattern.compile("(NULL|NUMERIC|TEXT|non-\\w+) value in .*|CHECK constraint failed in .*", Pattern.DOTALL);

    /**
     * Checks pages and trees, and rows against indexes.
     *
     * @param own a connection of ours, whose functions, collations and constraints may be changed
     */
    public static IntegrityCheck complete(SQLiteConnection own) throws SQLException {
        StandIns standIns = new StandIns(own);
        try (JDBC4Statement statement = new JDBC4Statement(own)) {
            statement.executeUpdate("PRAGMA ignore_check_constraints = ON");
        }
        while (true) {
            try {
                return run(own, "main", Optional.of(standIns));
            } catch (SQLException e) {
                if (isDamage(e)) {
                    return new IntegrityCheck(NAME, List.of(e.getMessage()), List.of());
                }
                requireUnknownName(e);
                if (!standIns.add(e)) {
                    return byTable(own, standIns);
                }
            }
        }
    }

    /**
     * Checks a database that is attached to a connection, with what that has.
     *
     * @param schema the database's name in it
     * @throws SQLException also if it does not have all that is needed
     */
    public static IntegrityCheck with(SQLiteConnection application, String schema) throws SQLException {
        return run(application, schema, Optional.empty());
    }

    /**
     * Refuses a database whose pages or trees are damaged. Costs about a millisecond for a megabyte.
     *
     * @param users a connection, in a transaction if others write
     * @param schema the database's name in it
     * @throws SQLException with {@code SQLITE_CORRUPT} or another code of SQLite's
     */
    static void requireSound(SQLiteConnection users, String schema) throws SQLException {
        try {
            refuseDamage(users, schema);
        } catch (SQLException e) {
            // A function or collation that this connection does not know either: then it cannot be told.
            requireUnknownName(e);
        }
    }

    /**
     * As {@link #requireSound}, also where functions and collations are missing.
     *
     * @param own a connection of ours, that may get some
     */
    static void requireSoundSnapshot(SQLiteConnection own) throws SQLException {
        StandIns standIns = new StandIns(own);
        boolean goesOn = true;
        while (goesOn) {
            try {
                refuseDamage(own, "main");
                goesOn = false;
            } catch (SQLException e) {
                requireUnknownName(e);
                goesOn = standIns.add(e);
            }
        }
    }

    private static void refuseDamage(SQLiteConnection on, String schema) throws SQLException {
        String problem = String.valueOf(Queries.first(on, Queries.pragma(schema, "quick_check(1)")));
        if (problem.startsWith(STRUCTURE)) {
            throw new SQLException(
                    "The database is damaged: " + problem.replace('\n', ' '),
                    null,
                    SQLiteErrorCode.SQLITE_CORRUPT.code);
        }
    }

    /** Where a virtual table cannot be opened, SQLite refuses to check anything but the others, one by one. */
    private static IntegrityCheck byTable(SQLiteConnection own, StandIns standIns) throws SQLException {
        List<String> problems = new ArrayList<>();
        Unchecked unchecked = new Unchecked(own, "main");
        unchecked.add("pages that belong to no table, because a virtual table keeps SQLite from looking for them");
        for (String table : unchecked.tables()) {
            if (table.matches("[+-]?\\d+")) {
                unchecked.add("table " + table + ", whose name SQLite takes for a number");
            } else {
                try {
                    problems.addAll(ask(own, "main", "(" + Queries.text(table) + ")", unchecked)
                            .problems());
                } catch (SQLException e) {
                    requireUnknownName(e);
                    unchecked.add("table " + table + ": " + e.getMessage());
                }
            }
        }
        return new IntegrityCheck(
                NAME + " of each table", List.copyOf(problems), unchecked.told(Optional.of(standIns)));
    }

    private static IntegrityCheck run(SQLiteConnection on, String schema, Optional<StandIns> standIns)
            throws SQLException {
        Unchecked unchecked = new Unchecked(on, schema);
        Answer answer = ask(on, schema, "(" + FEW + ")", unchecked);
        if (answer.problems().isEmpty() && answer.rows() >= FEW) {
            answer = ask(on, schema, "(" + ALL + ")", unchecked);
        }
        // What else there is to say of a damaged database cannot be relied upon.
        List<String> leftOut = answer.problems().isEmpty() ? unchecked.told(standIns) : List.of();
        return new IntegrityCheck(NAME, answer.problems(), leftOut);
    }

    /** @param rows how many SQLite gave, up to the last problem that is told */
    private record Answer(List<String> problems, int rows) {}

    private static Answer ask(SQLiteConnection on, String schema, String arguments, Unchecked unchecked)
            throws SQLException {
        List<String> problems = new ArrayList<>();
        int count = 0;
        try (JDBC4Statement statement = new JDBC4Statement(on);
                ResultSet rows = statement.executeQuery("PRAGMA " + Queries.quote(schema) + "." + NAME + arguments)) {
            while (problems.size() < PROBLEMS_SHOWN && rows.next()) {
                count++;
                String row = rows.getString(1);
                if (!"ok".equals(row) && !BROKEN_CONSTRAINT.matcher(row).matches() && !unchecked.isAbout(row)) {
                    problems.add(row.replace('\n', ' '));
                }
            }
        }
        return new Answer(List.copyOf(problems), count);
    }

    /** Whether SQLite says that it cannot make sense of the file. */
    public static boolean isDamage(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** {@return the function or collation that SQLite says it does not know, in words; empty if it says something else} */
    public static Optional<String> unknownName(SQLException e) {
        return StandIns.unknownName(e);
    }

    /** Of all errors, SQLite has this one for names that it does not know. */
    private static void requireUnknownName(SQLException e) throws SQLException {
        if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_ERROR.code) {
            throw e;
        }
    }
}
