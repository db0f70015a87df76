package io.github.prtbackup.differential;

import io.github.prtbackup.testing.Sql;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.sqlite.SQLiteConnection;

/** What a database is, byte for byte, as SQLite itself reads it: the file must never be opened past SQLite here. */
final class Image {

    private static final int SHOWN = 20;

    private Image() {}

    /** Of the last committed state, by a connection of its own. */
    static byte[] of(Path database) throws Exception {
        if (!Files.exists(database) || Files.size(database) == 0) {
            return new byte[0];
        }
        try (Connection plain = Sql.plain(database, "busy_timeout=10000")) {
            return of(plain, "main");
        }
    }

    /** As a connection sees it. */
    static byte[] of(Connection connection, String schema) throws SQLException {
        byte[] bytes = connection.unwrap(SQLiteConnection.class).serialize(schema);
        return bytes == null ? new byte[0] : bytes;
    }

    /**
     * A copy in which unused pages are zeros. A connection that has freed a page itself need not have written what it has
     * in its cache.
     */
    static byte[] withoutUnusedPages(byte[] image) {
        if (image.length == 0) {
            return image;
        }
        byte[] copy = image.clone();
        ByteBuffer pages = ByteBuffer.wrap(image);
        int pageSize = pageSize(image);
        for (int trunk = pages.getInt(32); trunk != 0; trunk = pages.getInt((trunk - 1) * pageSize)) {
            int start = (trunk - 1) * pageSize;
            for (int i = pages.getInt(start + 4); i > 0; i--) {
                int leaf = pages.getInt(start + 4 + 4 * i);
                Arrays.fill(copy, (leaf - 1) * pageSize, leaf * pageSize, (byte) 0);
            }
        }
        return copy;
    }

    /** Names the pages that differ. */
    static String difference(byte[] expected, byte[] actual) {
        if (expected.length < 100 || actual.length < 100) {
            return actual.length + " bytes instead of " + expected.length;
        }
        int pageSize = pageSize(expected);
        StringJoiner pages = new StringJoiner(
                ", ",
                "pages of " + pageSize + " that differ: ",
                "; length " + actual.length + " instead of " + expected.length);
        int shown = 0;
        for (int at = 0; at < Math.max(expected.length, actual.length) && shown < SHOWN; at += pageSize) {
            int end = at + pageSize;
            if (expected.length < end || actual.length < end) {
                break;
            }
            int first = Arrays.mismatch(expected, at, end, actual, at, end);
            if (first >= 0) {
                pages.add(at / pageSize + 1 + " from byte " + first);
                shown++;
            }
        }
        return pages.toString();
    }

    /** Whether there is nothing in a database, with or without its first page. */
    static boolean isEmpty(byte[] image) {
        return image.length == 0
                || (image.length == pageSize(image) && ByteBuffer.wrap(image).getShort(103) == 0);
    }

    private static int pageSize(byte[] image) {
        int stored = ByteBuffer.wrap(image).getShort(16) & 0xffff;
        return stored == 1 ? 65536 : stored;
    }

    /** Everything in the ordinary tables of a database, for a comparison where bytes may differ. */
    static List<String> content(Path database) throws SQLException {
        List<String> content = new ArrayList<>();
        try (Connection plain = Sql.plain(database, "busy_timeout=10000");
                Statement statement = plain.createStatement()) {
            content.addAll(Sql.column(plain, "SELECT quote(sql) || name FROM sqlite_schema ORDER BY 1"));
            List<String> tables = Sql.column(
                    plain,
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
                            + " AND name NOT LIKE 'sqlite_schema' ORDER BY 1");
            for (String table : tables) {
                content.addAll(rows(statement, table));
            }
        }
        return content;
    }

    private static List<String> rows(Statement statement, String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                StringBuilder row = new StringBuilder(table);
                for (int i = 1; i <= columns; i++) {
                    byte[] value = result.getBytes(i);
                    row.append('|').append(Arrays.hashCode(value));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }
}
