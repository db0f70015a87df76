package io.github.prtbackup.replay;

import java.util.Set;

/**
 * One call of a script, written as a line: its form and its SQL, with {@code \n} for a line break and {@code $DIR} for the
 * folder of the database.
 *
 * <ul>
 *   <li>{@code x} execute, {@code u} executeUpdate, {@code q} executeQuery of one statement that serves all these calls
 *   <li>{@code b} executeBatch of what stands between {@code ;;}
 *   <li>{@code p}, {@code pu}, {@code pq} the same three of a prepared statement, {@code pb} a batch of it, twice
 *   <li>{@code o}, {@code po} execute of a statement of its own that stays open on its first row; {@code nx} reads on in the
 *       oldest of these, {@code cl} closes it
 *   <li>{@code h} executeQuery, of which one row is read
 *   <li>{@code ac} setAutoCommit, {@code commit}, {@code rollback}, {@code n} a new connection
 *   <li>{@code sp} setSavepoint, {@code rsp} releases the last, {@code bsp} rolls back to it
 * </ul>
 */
record Call(String form, String sql) {

    /** The forms that are an SQL statement. */
    static final Set<String> SQL = Set.of("x", "u", "q", "b", "p", "pu", "pq", "pb", "o", "po", "h");

    static Call of(String line) {
        int space = line.indexOf(' ');
        return space < 0
                ? new Call(line, "")
                : new Call(line.substring(0, space), line.substring(space + 1).replace("\\n", "\n"));
    }

    String line() {
        return sql.isEmpty() && !SQL.contains(form) ? form : form + " " + sql.replace("\n", "\\n");
    }
}
