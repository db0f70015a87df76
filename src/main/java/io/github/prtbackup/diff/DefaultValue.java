package io.github.prtbackup.diff;

import io.github.prtbackup.diff.TableSchema.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.jdbc4.JDBC4Statement;

/** What {@code ALTER TABLE ADD COLUMN} put into the rows that were there. */
final class DefaultValue {

    private DefaultValue() {}

    /** The value with the affinity of the column; NULL where SQLite cannot tell without a row. */
    static Value of(Column column, State state) {
        String table = "temp.prtbackup_default_" + state.nextNumber();
        try {
            state.run("CREATE TABLE " + table + " (value " + column.type() + " DEFAULT (" + column.defaultSql() + "))");
            state.run("INSERT INTO " + table + " DEFAULT VALUES");
            Value value = read(table, state);
            state.run("DROP TABLE " + table);
            return value;
        } catch (SQLException e) {
            return Value.NULL;
        }
    }

    private static Value read(String table, State state) throws SQLException {
        try (JDBC4Statement statement = state.statement();
                ResultSet rows = statement.executeQuery("SELECT value FROM " + table)) {
            rows.next();
            return StoredValue.read(statement, rows, 1, state.encoding());
        }
    }
}
