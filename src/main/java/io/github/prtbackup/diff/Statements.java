package io.github.prtbackup.diff;

import io.github.prtbackup.diff.TableSchema.Identity;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Writes single statements. */
final class Statements {
    private final Appendable out;

    Statements(Appendable out) {
        this.out = out;
    }

    void line(String sql) throws IOException {
        out.append(sql).append('\n');
    }

    /** @param rowid the name of the rowid if the row is to keep it; null if SQLite may choose one */
    void insert(TableSchema table, Row row, String rowid) throws IOException {
        insert(table, row, row, isColumn(table, rowid) ? null : rowid);
    }

    /** Puts a row back that was deleted for a moment, under the rowid that it had. */
    void insertAgain(TableSchema table, Row row, Row before) throws IOException {
        insert(table, row, before, isColumn(table, table.rowid()) ? null : table.rowid());
    }

    private static boolean isColumn(TableSchema table, String rowid) {
        return rowid == null || table.identity() == Identity.ROWID;
    }

    private void insert(TableSchema table, Row row, Row numbered, String rowid) throws IOException {
        StringBuilder sql = new StringBuilder("INSERT INTO ").append(Literal.name(table.name()));
        sql.append(rowid == null ? " (" : " (" + rowid + ", ");
        sql.append(row.columns().stream().map(Literal::name).collect(Collectors.joining(", ")));
        sql.append(") VALUES (");
        if (rowid != null) {
            sql.append(numbered.rowid().orElseThrow()).append(", ");
        }
        for (int i = 0; i < row.values().size(); i++) {
            Literal.append(i == 0 ? sql : sql.append(", "), row.values().get(i));
        }
        end(sql.append(')'));
    }

    void update(TableSchema table, RowChange change) throws IOException {
        StringBuilder sql = new StringBuilder("UPDATE ").append(Literal.name(table.name()));
        Row after = change.after().orElseThrow();
        String separator = " SET ";
        for (String column : change.changed()) {
            sql.append(separator).append(Literal.name(column)).append(" = ");
            Literal.append(sql, after.value(column));
            separator = ", ";
        }
        where(sql, table, change.before().orElseThrow());
        end(sql);
    }

    void delete(TableSchema table, Row row) throws IOException {
        StringBuilder sql = new StringBuilder("DELETE FROM ").append(Literal.name(table.name()));
        where(sql, table, row);
        end(sql);
    }

    private static void where(StringBuilder sql, TableSchema table, Row row) {
        if (table.identity() != Identity.WITHOUT_ROWID) {
            sql.append(" WHERE ")
                    .append(table.rowid())
                    .append(" = ")
                    .append(row.rowid().orElseThrow());
            return;
        }
        List<String> key = table.key();
        for (int i = 0; i < key.size(); i++) {
            sql.append(i == 0 ? " WHERE " : " AND ")
                    .append(Literal.name(key.get(i)))
                    .append(" = ");
            Literal.append(sql, row.value(key.get(i)));
        }
    }

    private void end(StringBuilder sql) throws IOException {
        out.append(sql.append(";\n"));
    }
}
