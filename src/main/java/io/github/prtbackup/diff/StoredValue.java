package io.github.prtbackup.diff;

import java.nio.charset.Charset;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.Codes;
import org.sqlite.jdbc4.JDBC4Statement;

/** Reads values exactly as they are stored. */
final class StoredValue {
    /** What sqlite-jdbc says when there is no room for the bytes of a value. */
    private static final String NO_MEMORY = "Out of memory";

    private StoredValue() {}

    /** What JDBC says of the type of a value goes by the type of the column as well, so SQLite is asked. */
    static Value read(JDBC4Statement statement, ResultSet rows, int column, Charset encoding) throws SQLException {
        int type = statement.pointer.safeRunInt((db, pointer) -> db.column_type(pointer, column - 1));
        return switch (type) {
            case Codes.SQLITE_INTEGER -> Value.of(rows.getLong(column));
            case Codes.SQLITE_FLOAT -> Value.of(rows.getDouble(column));
            case Codes.SQLITE_TEXT -> Value.text(bytes(rows, column), encoding);
            case Codes.SQLITE_BLOB -> Value.blob(bytes(rows, column));
            default -> Value.NULL;
        };
    }

    private static byte[] bytes(ResultSet rows, int column) throws SQLException {
        try {
            return rows.getBytes(column);
        } catch (OutOfMemoryError e) {
            throw tooLarge(rows, column, e);
        } catch (SQLException e) {
            throw NO_MEMORY.equals(e.getMessage()) ? tooLarge(rows, column, e) : e;
        }
    }

    /** Nobody chose the size of a value by how much memory Java has, so this is no mistake of the program's. */
    private static SQLException tooLarge(ResultSet rows, int column, Throwable cause) throws SQLException {
        return new SQLException(
                "a value of column " + rows.getMetaData().getColumnName(column)
                        + " is larger than the memory that is left to Java, which may use "
                        + (Runtime.getRuntime().maxMemory() >> 20) + " MB; -Xmx gives it more",
                null,
                SQLiteErrorCode.SQLITE_NOMEM.code,
                cause);
    }
}
