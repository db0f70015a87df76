package io.github.prtbackup.diff;

import java.util.List;
import java.util.OptionalLong;

/**
 * A row of a table. Immutable.
 *
 * @param columns the names of its columns, without generated ones
 * @param values their values, in the same order
 * @param rowid SQLite's number for the row; empty where the table has none, or columns hide it
 */
public record Row(List<String> columns, List<Value> values, OptionalLong rowid) {

    /**
     * The value of a column.
     *
     * @throws IllegalArgumentException if the table has no such column
     */
    public Value value(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("no column " + column + " among " + columns);
        }
        return values.get(index);
    }

    /** The same row under another number. */
    Row withRowid(OptionalLong other) {
        return new Row(columns, values, other);
    }
}
