package io.github.prtbackup.diff;

import java.nio.charset.Charset;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.core.Codes;
import org.sqlite.jdbc4.JDBC4Statement;

/** Reads values exactly as they are stored. */
final class StoredValue {

    private StoredValue() {}

    /** What JDBC says of the type of a value goes by the type of the column as well, so SQLite is asked. */
    static Value read(JDBC4Statement statement, ResultSet rows, int column, Charset encoding) throws SQLException {
        int type = statement.pointer.safeRunInt((db, pointer) -> db.column_type(pointer, column - 1));
        return switch (type) {
            case Codes.SQLITE_INTEGER -> Value.of(rows.getLong(column));
            case Codes.SQLITE_FLOAT -> Value.of(rows.getDouble(column));
            case Codes.SQLITE_TEXT -> Value.text(rows.getBytes(column), encoding);
            case Codes.SQLITE_BLOB -> Value.blob(rows.getBytes(column));
            default -> Value.NULL;
        };
    }
}
