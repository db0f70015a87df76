package io.github.prtbackup.diff;

/**
 * A row of {@code sqlite_schema}.
 *
 * @param type {@code table}, {@code index}, {@code view} or {@code trigger}
 * @param table what it belongs to
 * @param root the first page of its tree; 0 if it has none
 * @param sql the statement that makes it; null for the indexes that SQLite makes for a constraint
 */
record SchemaObject(String type, String name, String table, long root, String sql) {

    boolean isTable() {
        return "table".equals(type);
    }

    /** Whether SQLite makes it by itself, and does not let anybody else. */
    boolean isInternal() {
        return name.regionMatches(true, 0, "sqlite_", 0, "sqlite_".length());
    }
}
