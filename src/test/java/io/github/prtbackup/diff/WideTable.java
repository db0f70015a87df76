package io.github.prtbackup.diff;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tables of very many columns, and what they hold, read without any of the code that is tested. */
enum WideTable {
    PLAIN(1999, n -> columns(n, "")),
    ROWID_IS_A_COLUMN(1999, n -> "id INTEGER PRIMARY KEY, " + columns(n, "")),
    NO_NAME_FOR_THE_ROWID(1997, n -> columns(n, "") + ", rowid, oid, _rowid_"),
    WITHOUT_ROWID(2000, n -> columns(n, "") + ", PRIMARY KEY (" + columns(n, "") + ")) WITHOUT ROWID --"),
    KEY_OF_ALL(2000, n -> columns(n, "") + ", PRIMARY KEY (" + columns(n, "") + ")"),
    KEY_OF_HALF(2000, n -> columns(n, "") + ", PRIMARY KEY (" + columns(n / 2, "") + ")"),
    UNIQUE(1999, n -> "id INTEGER PRIMARY KEY, " + columns(n, "") + ", UNIQUE (" + columns(n, "") + ")"),
    EACH_UNIQUE(60, n -> columns(n, " UNIQUE")),
    GENERATED(1000, n -> columns(n, "") + ", " + list(1000, i -> "g" + i + " AS (c" + i + " || 'g')"));

    private final int columns;
    private final String definition;

    WideTable(int columns, IntFunction<String> definition) {
        this.columns = columns;
        this.definition = definition.apply(columns);
    }

    private static String columns(int count, String constraint) {
        return list(count, i -> "c" + i + constraint);
    }

    static String list(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(", "));
    }

    String create() {
        // What comes behind a comment is the parenthesis that WITHOUT ROWID has had.
        return "CREATE TABLE t (" + definition + "\n" + (definition.endsWith("--") ? "" : ")");
    }

    int columns() {
        return columns;
    }

    /** A row in which everything goes by its number; the last columns tell it from others. */
    String insert(int number) {
        return "INSERT INTO t (" + columns(columns, "") + ") VALUES (" + list(columns, i -> value(number, i)) + ")";
    }

    private String value(int number, int column) {
        if (column == columns - 1 || column == columns / 2 - 1 || this == EACH_UNIQUE) {
            return String.valueOf(number);
        }
        return switch (column % 4) {
            case 0 -> "'text'";
            case 1 -> "1.5";
            case 2 -> "x'00ff'";
            default -> this == WITHOUT_ROWID || number % 2 == 0 ? "0" : "NULL";
        };
    }

    /** All rows with the types of their values, however many are alike. */
    static Map<String, Integer> content(Path database) throws SQLException {
        Map<String, Integer> content = new TreeMap<>();
        try (Connection connection = Sql.plain(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM t")) {
            int count = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= count; i++) {
                    Object value = rows.getObject(i);
                    row.add(
                            value == null
                                    ? "NULL"
                                    : value instanceof byte[] bytes
                                            ? HexFormat.of().formatHex(bytes)
                                            : value.getClass().getSimpleName() + value);
                }
                content.merge(String.join(" ", row), 1, Integer::sum);
            }
        }
        return content;
    }
}
