package io.github.prtbackup.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;

/**
 * SQLite's own answer to what a statement writes: the program that it compiles the statement to. It sees through views,
 * triggers, temporary tables and attached names, and compiling takes no lock.
 */
public final class Explain {

    /** {@code OE_Rollback}, as the second operand of the instructions that end a program with an error. */
    private static final int ON_ERROR_ROLLBACK = 1;

    private Explain() {}

    /**
     * What SQLite would do.
     *
     * @param used indexes of databases as in {@code pragma_database_list} that it reads or writes: SQLite compiles the
     *     statement anew if the schema of one of them has changed since, and of no other
     * @param written indexes of databases as in {@code pragma_database_list} (0 main, 1 temp, 2 and up attached); empty where
     *     nothing is written, as {@code CREATE TABLE IF NOT EXISTS} of a table that exists
     * @param mayRollBack whether an error in it can end the whole transaction: {@code OR ROLLBACK}, {@code RAISE(ROLLBACK)}
     *     in a trigger, a constraint that is declared so; a deferred foreign key, which lets the commit fail
     */
    public record Plan(Set<Integer> used, Set<Integer> written, boolean mayRollBack) {}

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
        return plan(on, statement).written();
    }

    /**
     * As {@link #writtenDatabases}, with all that is of interest.
     *
     * @throws SQLException SQLite's own, where the statement does not compile
     * @throws IllegalArgumentException where the statement is not explainable
     */
    public static Plan plan(Statement on, SqlStatement statement) throws SQLException {
        if (!statement.explainable()) {
            throw new IllegalArgumentException("EXPLAIN would not answer for: " + statement.summary());
        }
        Set<Integer> used = new TreeSet<>();
        Set<Integer> written = new TreeSet<>();
        boolean mayRollBack = false;
        // addr, opcode, p1, p2, …
        try (ResultSet program = on.executeQuery("EXPLAIN " + statement.text())) {
            while (program.next()) {
                switch (program.getString(2)) {
                    // A transaction on database p1, for writing where p2 is not 0.
                    case "Transaction" -> {
                        used.add(program.getInt(3));
                        if (program.getInt(4) != 0) {
                            written.add(program.getInt(3));
                        }
                    }
                    case "Halt", "HaltIfNull" -> mayRollBack |= program.getInt(4) == ON_ERROR_ROLLBACK;
                    // Counts violations of the transaction where p1 is not 0, otherwise those of the statement.
                    case "FkCounter" -> mayRollBack |= program.getInt(3) != 0;
                    default -> {
                        // Works on rows.
                    }
                }
            }
        }
        return new Plan(used, written, mayRollBack);
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
        if (statement.pragmaName() == null && ExtendedCommand.parse(statement.text()) == null) {
            on.executeQuery("EXPLAIN " + statement.text()).close();
        }
    }
}
