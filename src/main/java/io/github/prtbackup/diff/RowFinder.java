package io.github.prtbackup.diff;

import io.github.prtbackup.diff.TableSchema.Column;
import io.github.prtbackup.diff.TableSchema.Identity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** Finds one row in any state of a database, by SQLite's own comparison of keys. */
final class RowFinder {
    /** Where a larger double begins, no whole number is exact. */
    private static final double LARGEST_EXACT = 1L << 53;

    private static final Set<String> BUILT_IN = Set.of("BINARY", "NOCASE", "RTRIM");

    private final String table;
    private final RowKey key;

    RowFinder(String table, RowKey key) {
        this.table = table;
        this.key = key;
    }

    /** Where a row is looked for. */
    sealed interface Place {
        /** Nowhere: no row of the table can have that key. */
        record Nowhere() implements Place {}

        /** At a rowid. */
        record AtRowid(long rowid) implements Place {}

        /** Through the index that SQLite keeps of the primary key, which then tells the rowid. */
        record ThroughIndex(String name) implements Place {}

        /** In the table itself, whatever of it is needed. */
        record Anywhere() implements Place {}
    }

    /** The table; empty if there is none of that name. */
    Optional<TableSchema> table(DatabaseSchema schema) {
        TableSchema exact = schema.tables().get(table);
        return exact != null
                ? Optional.of(exact)
                : schema.tables().values().stream()
                        .filter(other -> other.name().equalsIgnoreCase(table))
                        .findFirst();
    }

    /** The columns that a key has to have values for; the rowid counts as one. */
    static List<String> keyOf(TableSchema schema) {
        return schema.key().isEmpty() ? List.of("rowid") : schema.key();
    }

    /** Whether the key could be one of that table's. */
    boolean fits(TableSchema schema) {
        return key.isRowid()
                ? schema.rowid() != null
                : key.parts().size() == keyOf(schema).size();
    }

    Place place(TableSchema schema, State state) throws SQLException {
        if (!fits(schema)) {
            return new Place.Nowhere();
        }
        boolean isRowid = key.isRowid()
                || schema.identity() == Identity.ROWID
                || schema.identity() == Identity.CONTENT
                || schema.identity() == Identity.VIRTUAL;
        if (isRowid) {
            OptionalLong rowid = rowid(key.parts().get(0).value());
            if (rowid.isEmpty() || schema.rowid() == null) {
                return new Place.Nowhere();
            }
            return schema.isVirtual() ? new Place.Anywhere() : new Place.AtRowid(rowid.getAsLong());
        }
        if (schema.identity() == Identity.WITHOUT_ROWID || schema.rowid() == null || hasUnknownOrder(state)) {
            return new Place.Anywhere();
        }
        for (List<String> index : state.rows("PRAGMA main.index_list(" + Literal.name(schema.name()) + ")")) {
            if ("pk".equals(index.get(3))) {
                return new Place.ThroughIndex(index.get(1));
            }
        }
        return new Place.Anywhere();
    }

    private static OptionalLong rowid(Object value) {
        if (value instanceof Long number) {
            return OptionalLong.of(number);
        }
        if (value instanceof Double number && Math.rint(number) == number && Math.abs(number) <= LARGEST_EXACT) {
            return OptionalLong.of(number.longValue());
        }
        try {
            return value instanceof String text ? OptionalLong.of(Long.parseLong(text.strip())) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Where a tree is sorted by a collation that only the application has, nothing can be looked up in it. */
    private static boolean hasUnknownOrder(State state) {
        return state.schema().collations().stream().anyMatch(name -> !BUILT_IN.contains(name.toUpperCase(Locale.ROOT)));
    }

    /** The rowids that an index has for the key; only NULLs in it allow for more than one. */
    List<Long> rowids(TableSchema schema, State state, String index) throws SQLException {
        String sql = "SELECT t." + schema.rowid() + " FROM main." + Literal.name(schema.name()) + " AS t INDEXED BY "
                + Literal.name(index) + where(schema, false) + " LIMIT 2";
        List<Long> rowids = new ArrayList<>();
        try (JDBC4PreparedStatement statement = state.prepare(sql)) {
            bind(statement, schema);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    rowids.add(rows.getLong(1));
                }
            }
        }
        if (rowids.size() > 1) {
            throw new IllegalArgumentException(
                    "several rows of " + schema.name() + " have the key " + key + "; the rowid tells them apart");
        }
        return rowids;
    }

    /** The row; empty if there is none with that key. */
    Optional<Row> find(TableSchema schema, State state) throws SQLException {
        Place place = place(schema, state);
        if (place instanceof Place.Nowhere) {
            return Optional.empty();
        }
        if (place instanceof Place.AtRowid at) {
            return read(schema, state, at.rowid());
        }
        if (place instanceof Place.ThroughIndex through) {
            List<Long> rowids = rowids(schema, state, through.name());
            return rowids.isEmpty() ? Optional.empty() : read(schema, state, rowids.get(0));
        }
        if (schema.isVirtual()) {
            return read(schema, state, rowid(key.parts().get(0).value()).orElseThrow());
        }
        try (JDBC4PreparedStatement statement =
                state.prepare(select(schema) + where(schema, hasUnknownOrder(state)) + " LIMIT 2")) {
            bind(statement, schema);
            return read(schema, state, statement);
        }
    }

    private Optional<Row> read(TableSchema schema, State state, long rowid) throws SQLException {
        try (JDBC4PreparedStatement statement = state.prepare(select(schema) + " WHERE t." + schema.rowid() + " = ?")) {
            statement.setLong(1, rowid);
            return read(schema, state, statement);
        }
    }

    private static String select(TableSchema schema) {
        List<String> selected = new ArrayList<>();
        if (schema.rowid() != null) {
            selected.add("t." + schema.rowid());
        }
        schema.columnNames().forEach(name -> selected.add("t." + Literal.name(name)));
        return "SELECT " + String.join(", ", selected) + " FROM main." + Literal.name(schema.name()) + " AS t"
                + (schema.isVirtual() ? "" : " NOT INDEXED");
    }

    private String where(TableSchema schema, boolean hasUnknownOrder) {
        // Another collation than that of the tree keeps SQLite from looking the value up in it.
        String collation = hasUnknownOrder ? " COLLATE BINARY" : "";
        List<String> columns = keyOf(schema).stream()
                .map(column -> "t." + Literal.name(column) + collation)
                .toList();
        return String.join("?", KeyCondition.around(columns, "IS", "IS NOT"));
    }

    private void bind(JDBC4PreparedStatement statement, TableSchema schema) throws SQLException {
        List<String> columns = keyOf(schema);
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i);
            boolean isText = schema.columns().stream()
                    .filter(column -> column.name().equals(name))
                    .anyMatch(RowFinder::keepsText);
            RowKey.Part part = key.parts().get(i);
            statement.setObject(i + 1, isText ? part.typed() : part.value());
        }
    }

    /** SQLite's rule for what a declared type means. */
    private static boolean keepsText(Column column) {
        String type = column.type().toUpperCase(Locale.ROOT);
        return !type.contains("INT") && (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT"));
    }

    private Optional<Row> read(TableSchema schema, State state, JDBC4PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            int column = 1;
            OptionalLong rowid =
                    schema.rowid() != null ? OptionalLong.of(rows.getLong(column++)) : OptionalLong.empty();
            Value[] values = new Value[schema.columns().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = StoredValue.read(statement, rows, column++, state.encoding());
            }
            Row row = new Row(schema.columnNames(), Collections.unmodifiableList(Arrays.asList(values)), rowid);
            if (rows.next()) {
                throw new IllegalArgumentException(
                        "several rows of " + schema.name() + " have the key " + key + "; the rowid tells them apart");
            }
            return Optional.of(row);
        }
    }
}
