package io.github.prtbackup.replay;

import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;

/** What a call answers, as text: equal answers, and only these, are told alike. */
final class Said {
    private static final int MOST_ROWS = 100;

    private Said() {}

    static String exception(Throwable e) {
        if (e instanceof NullPointerException || e instanceof IndexOutOfBoundsException) {
            // The JVM's message names the expression, or is missing once the method is compiled.
            return "THROWN " + e.getClass().getName();
        }
        if (!(e instanceof SQLException sql)) {
            return "THROWN " + e.getClass().getName() + " " + e.getMessage();
        }
        String counts = e instanceof BatchUpdateException b ? Arrays.toString(b.getUpdateCounts()) : "";
        String cause = e.getCause() == null ? "" : " <- " + exception(e.getCause());
        String next = sql.getNextException() == null ? "" : " next " + exception(sql.getNextException());
        return e.getClass().getSimpleName() + " " + sql.getErrorCode() + counts + " " + e.getMessage() + cause + next;
    }

    /** What follows the execution of a statement. */
    static String result(Statement statement, boolean rows, boolean keys) throws SQLException {
        StringBuilder said = new StringBuilder().append(rows);
        if (rows) {
            said.append(rows(statement.getResultSet()));
        } else {
            said.append(" uc ").append(statement.getUpdateCount());
            if (keys) {
                said.append(keys(statement));
            }
        }
        return said.append(statement.getMoreResults() ? " more" : "").toString();
    }

    static String keys(Statement statement) {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            StringBuilder said = new StringBuilder(" keys");
            while (keys != null && keys.next()) {
                said.append(' ').append(keys.getString(1));
            }
            return said.toString();
        } catch (SQLException e) {
            return " keys " + exception(e);
        }
    }

    /** The rows up to a sensible number, with the names of their columns. */
    static String rows(ResultSet rows) throws SQLException {
        if (rows == null) {
            return " null";
        }
        StringBuilder said = new StringBuilder(" rs");
        try (rows) {
            ResultSetMetaData columns = rows.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                said.append(i == 1 ? "[" : "|").append(columns.getColumnLabel(i));
            }
            said.append(']');
            for (int n = 0; n < MOST_ROWS && rows.next(); n++) {
                said.append(row(rows, columns.getColumnCount()));
            }
        }
        return said.toString();
    }

    static String row(ResultSet rows, int columns) throws SQLException {
        StringBuilder said = new StringBuilder(" (");
        for (int i = 1; i <= columns; i++) {
            Object value = rows.getObject(i);
            String text = value instanceof byte[] bytes ? "x'" + HexFormat.of().formatHex(bytes) + "'" : "" + value;
            said.append(i > 1 ? "," : "").append(text.length() > 200 ? text.hashCode() : text);
        }
        return said.append(')').toString();
    }
}
