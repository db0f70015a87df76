package io.github.prtbackup.diff;

import java.util.List;
import java.util.Set;

/**
 * What has to be known of a table to compare and to write its rows. Immutable.
 *
 * @param object its row in the schema
 * @param identity how its rows are told apart
 * @param rowid how its rowid is called in SQL; null if it has none that a query can name
 * @param columns those with values of their own, in their order; not the generated ones
 * @param key the columns of the key; none for {@link Identity#CONTENT}
 * @param unique the columns that further unique indexes are made of
 * @param isOpaque whether a unique index rests on expressions, so that a change of any column may change it
 * @param isShadow whether a virtual table keeps its content in it
 */
record TableSchema(
        SchemaObject object,
        Identity identity,
        String rowid,
        List<Column> columns,
        List<String> key,
        Set<String> unique,
        boolean isOpaque,
        boolean isShadow) {

    /** How the rows of a table are told apart. */
    enum Identity {
        /** By the rowid, which is a column. */
        ROWID,
        /** By a key beside the rowid. */
        KEY,
        /** By a key, and there is no rowid. */
        WITHOUT_ROWID,
        /** By nothing but all they hold; they are a multiset. */
        CONTENT,
        /** By the rowid, read through the module. */
        VIRTUAL
    }

    /**
     * A column.
     *
     * @param type what its affinity comes from, as declared; may be empty
     * @param isNeverNull whether it is declared NOT NULL
     * @param defaultSql its default value as SQL; null if it has none
     */
    record Column(String name, String type, boolean isNeverNull, String defaultSql) {}

    String name() {
        return object.name();
    }

    boolean isVirtual() {
        return identity == Identity.VIRTUAL;
    }

    /** Whether SQLite keeps its rows in a tree by rowid, and lets a query ask for a part of that. */
    boolean hasRanges() {
        return rowid != null && !isVirtual();
    }

    /** Columns of the key that may be NULL, so that several rows can have the same key. */
    List<String> nullableKey() {
        return identity != Identity.KEY
                ? List.of()
                : columns.stream()
                        .filter(column -> !column.isNeverNull() && key.contains(column.name()))
                        .map(Column::name)
                        .toList();
    }

    List<String> columnNames() {
        return new ColumnNames(columns.stream().map(Column::name).toList());
    }
}
