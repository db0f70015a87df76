package io.github.prtbackup.diff;

import io.github.prtbackup.diff.Scope.Range;
import java.nio.charset.Charset;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.sqlite.jdbc4.JDBC4Statement;

/** Reads rows of a table in the order of their key, values exactly as they are stored. Not thread-safe. */
final class RowCursor implements AutoCloseable {
    private static final int RANGES_IN_STATEMENT = 200;

    /** How many conditions a query may have. */
    private static final int MOST_CONDITIONS = 2000;

    private final State state;
    private final boolean hasRowid;
    private final List<String> columns;
    private final Charset encoding;
    private final String ranges;
    private JDBC4Statement statement;
    private ResultSet rows;

    private RowCursor(State state, TableSchema table, String ranges) {
        this.state = state;
        this.hasRowid = table.rowid() != null;
        this.columns = table.columnNames();
        this.encoding = state.encoding();
        this.ranges = ranges;
    }

    /**
     * Opens a cursor.
     *
     * @param order the columns by which rows are told apart
     * @param orderWithoutKey those by which rows are told apart as well that have a NULL in their key
     * @param ranges rowids; null for all rows
     */
    static RowCursor open(
            State state, TableSchema table, List<String> order, List<String> orderWithoutKey, List<Range> ranges)
            throws SQLException {
        RowCursor cursor = new RowCursor(state, table, ranges == null ? null : store(state, ranges));
        try {
            cursor.statement = state.statement();
            cursor.rows = cursor.statement.executeQuery(sql(table, order, orderWithoutKey, cursor.ranges));
            return cursor;
        } catch (SQLException | RuntimeException e) {
            try (cursor) {
                throw e;
            }
        }
    }

    /** Opens a cursor on all rows, in whatever order is the cheapest. */
    static RowCursor openUnsorted(State state, TableSchema table) throws SQLException {
        return open(state, table, List.of(), List.of(), null);
    }

    /** Puts ranges where a query finds them, in a table of their own. */
    private static String store(State state, List<Range> ranges) throws SQLException {
        String name = "temp.prtbackup_ranges_" + state.nextNumber();
        state.run("CREATE TABLE " + name + " (first INTEGER PRIMARY KEY, last INTEGER)");
        for (int i = 0; i < ranges.size(); i += RANGES_IN_STATEMENT) {
            state.run(ranges.subList(i, Math.min(i + RANGES_IN_STATEMENT, ranges.size())).stream()
                    .map(range -> "(" + range.first() + "," + range.last() + ")")
                    .collect(Collectors.joining(",", "INSERT INTO " + name + " VALUES ", "")));
        }
        return name;
    }

    private static String sql(TableSchema table, List<String> order, List<String> orderWithoutKey, String ranges) {
        List<String> selected = new ArrayList<>();
        if (table.rowid() != null) {
            selected.add("t." + table.rowid());
        }
        table.columnNames().forEach(name -> selected.add("t." + Literal.name(name)));
        StringBuilder sql = new StringBuilder("SELECT " + String.join(", ", selected) + " FROM ");
        if (ranges != null) {
            // The order of the join is the one written here, so the rows come by rowid without being sorted.
            sql.append(ranges).append(" AS r CROSS JOIN ");
        }
        sql.append("main.").append(Literal.name(table.name())).append(" AS t");
        if (!table.isVirtual()) {
            sql.append(" NOT INDEXED");
        }
        if (ranges != null) {
            sql.append(" ON t.").append(table.rowid()).append(" BETWEEN r.first AND r.last");
        }
        return sql.append(orderBy(table, order, orderWithoutKey, ranges != null))
                .toString();
    }

    private static String orderBy(
            TableSchema table, List<String> order, List<String> orderWithoutKey, boolean hasRanges) {
        return switch (table.identity()) {
            case ROWID, VIRTUAL -> hasRanges ? " ORDER BY r.first, t." + table.rowid() : " ORDER BY t." + table.rowid();
            case KEY, WITHOUT_ROWID, CONTENT -> {
                List<String> terms = new ArrayList<>();
                List<String> columns = table.columnNames();
                int first = table.rowid() == null ? 1 : 2;
                order.forEach(name -> terms.add(ordered(name, columns.indexOf(name) + first)));
                List<String> nullable = table.nullableKey();
                if (!order.isEmpty() && nullable.size() * orderWithoutKey.size() > MOST_CONDITIONS) {
                    // Where the key tells rows apart, the rest says nothing more.
                    orderWithoutKey.forEach(name -> terms.add(ordered(name, columns.indexOf(name) + first)));
                } else if (!order.isEmpty() && !nullable.isEmpty()) {
                    String hasNoKey = nullable.stream()
                            .map(name -> "t." + Literal.name(name) + " IS NULL")
                            .collect(Collectors.joining(" OR "));
                    for (String name : orderWithoutKey) {
                        String value = "CASE WHEN " + hasNoKey + " THEN t." + Literal.name(name) + " END";
                        terms.add(value + " COLLATE BINARY, typeof(" + value + ")");
                    }
                }
                yield terms.isEmpty() ? "" : terms.stream().collect(Collectors.joining(", ", " ORDER BY ", ""));
            }
        };
    }

    /** @param number that of the column in the query; SQLite would compare a name with all 2000 that there may be */
    private static String ordered(String column, int number) {
        return number + " COLLATE BINARY, typeof(t." + Literal.name(column) + ")";
    }

    /** The next row; null behind the last. */
    Row next() throws SQLException {
        if (!rows.next()) {
            return null;
        }
        int column = 1;
        OptionalLong rowid = hasRowid ? OptionalLong.of(rows.getLong(column++)) : OptionalLong.empty();
        Value[] values = new Value[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = StoredValue.read(statement, rows, column++, encoding);
        }
        return new Row(columns, Collections.unmodifiableList(Arrays.asList(values)), rowid);
    }

    @Override
    public void close() throws SQLException {
        if (statement != null) {
            statement.close();
        }
        if (ranges != null) {
            state.run("DROP TABLE " + ranges);
        }
    }
}
