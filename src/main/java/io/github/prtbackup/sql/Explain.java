package io.github.prtbackup.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * SQLite's own answer to what a statement writes: the program that it compiles the statement to. It sees through views,
 * triggers, temporary tables and attached names, and compiling takes no lock.
 */
public final class Explain {

    /** {@code OE_Fail}: what the statement has done stays, although it fails. */
    private static final int ON_CONFLICT_FAIL = 3;

    private Explain() {}

    /**
     * What SQLite would do.
     *
     * @param used indexes of databases as in {@code pragma_database_list} that it reads or writes: SQLite compiles the
     *     statement anew if the schema of one of them has changed since, and of no other
     * @param written indexes of databases as in {@code pragma_database_list} (0 main, 1 temp, 2 and up attached); empty where
     *     nothing is written, as {@code CREATE TABLE IF NOT EXISTS} of a table that exists
     * @param mayKeepHalf whether an error in it can leave what it has done by then: {@code OR FAIL}, {@code ON CONFLICT FAIL},
     *     {@code RAISE(FAIL)} in a trigger
     */
    public record Plan(Set<Integer> used, Set<Integer> written, boolean mayKeepHalf) {}

    /** Answers a query with one instruction of a program at a time. */
    @FunctionalInterface
    public interface Connection {
        /**
         * Runs a query whose rows begin with {@code addr, opcode, p1, p2, p3, p4, p5}.
         *
         * @throws SQLException SQLite's own
         */
        void each(String sql, Instruction instruction) throws SQLException;
    }

    /** Hears of the instructions. */
    @FunctionalInterface
    public interface Instruction {
        /** One instruction, with the operands that matter here. */
        void is(String opcode, int p1, int p2, String p4, int p5);
    }

    /**
     * The databases that the statement would write: those that its program opens a write transaction on.
     *
     * @param on a plain statement of the connection whose names count; its open result set, if any, is closed
     * @param statement one that is {@link SqlStatement#explainable() explainable}: for others the answer would not be true,
     *     or asking would already act
     * @return indexes as in {@link Plan#written}
     * @throws SQLException SQLite's own, where the statement does not compile
     * @throws IllegalArgumentException where the statement is not explainable
     */
    public static Set<Integer> writtenDatabases(Statement on, SqlStatement statement) throws SQLException {
        Connection asked = (sql, instruction) -> {
            try (ResultSet program = on.executeQuery(sql)) {
                while (program.next()) {
                    instruction.is(
                            program.getString(2),
                            program.getInt(3),
                            program.getInt(4),
                            program.getString(6),
                            program.getInt(7));
                }
            }
        };
        return plan(asked, statement).written();
    }

    /**
     * As {@link #writtenDatabases}, with all that is of interest.
     *
     * @throws SQLException SQLite's own, where the statement does not compile
     * @throws IllegalArgumentException where the statement is not explainable
     */
    public static Plan plan(Connection on, SqlStatement statement) throws SQLException {
        if (!statement.explainable()) {
            throw new IllegalArgumentException("EXPLAIN would not answer for: " + statement.summary());
        }
        return plan(on, statement.text());
    }

    /**
     * The databases that a query of all rows of a table or view would read. Unlike a question about a change of these rows,
     * it leaves {@code changes()} alone.
     *
     * @throws SQLException SQLite's own, where there is no such table
     */
    public static Set<Integer> databasesOf(Connection on, QualifiedName table) throws SQLException {
        return plan(on, "SELECT 1 FROM " + table.quoted()).used();
    }

    /**
     * The names of the triggers on a table or view, by the databases that they are in. Leaves {@code changes()} alone unless
     * foreign keys are enforced, with which a table's rows are deleted first.
     *
     * @throws SQLException SQLite's own, where it can't be removed, or is not there
     */
    public static Map<Integer, Set<String>> triggersOn(Connection on, QualifiedName table) throws SQLException {
        try {
            return triggersGoingWith(on, "TABLE", table);
        } catch (SQLException e) {
            return triggersGoingWith(on, "VIEW", table);
        }
    }

    private static Map<Integer, Set<String>> triggersGoingWith(Connection on, String kind, QualifiedName table)
            throws SQLException {
        Map<Integer, Set<String>> triggers = new HashMap<>();
        on.each("EXPLAIN DROP " + kind + " " + table.quoted(), (opcode, p1, p2, p4, p5) -> {
            if (opcode.equals("DropTrigger")) {
                triggers.computeIfAbsent(p1, database -> new HashSet<>()).add(p4);
            }
        });
        return triggers;
    }

    private static Plan plan(Connection on, String text) throws SQLException {
        Set<Integer> used = new TreeSet<>();
        Set<Integer> written = new TreeSet<>();
        boolean[] mayKeepHalf = {false};
        on.each("EXPLAIN " + text, (opcode, p1, p2, p4, p5) -> {
            switch (opcode) {
                // A transaction on database p1, for writing where p2 is not 0.
                case "Transaction" -> {
                    used.add(p1);
                    if (p2 != 0) {
                        written.add(p1);
                    }
                }
                case "Halt", "HaltIfNull" -> mayKeepHalf[0] |= p2 == ON_CONFLICT_FAIL;
                case "VUpdate" -> mayKeepHalf[0] |= p5 == ON_CONFLICT_FAIL;
                default -> {
                    // Works on rows.
                }
            }
        });
        return new Plan(used, written, mayKeepHalf[0]);
    }

    /**
     * Lets SQLite's own error come for a statement that can't run (syntax, unknown names) before anything is done for its
     * sake. Does nothing for a PRAGMA, some of which act while they are compiled, and for sqlite-jdbc's own commands, which
     * SQLite does not know.
     *
     * @param on a plain statement of the connection whose names count; its open result set, if any, is closed
     * @param statement any statement
     * @throws SQLException SQLite's own, where the statement does not compile
     */
    public static void check(Statement on, SqlStatement statement) throws SQLException {
        if (isChecked(statement)) {
            on.executeQuery("EXPLAIN " + statement.text()).close();
        }
    }

    /** Whether the statement can be compiled without doing anything: no PRAGMA, no command of sqlite-jdbc's. */
    public static boolean isChecked(SqlStatement statement) {
        return statement.pragmaName() == null && ExtendedCommand.parse(statement.text()) == null;
    }
}
