package io.github.prtbackup.diff;

import io.github.prtbackup.diff.TableSchema.Identity;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Makes statements that write single rows. */
final class Statements {
    private final SqlSink out;

    Statements(SqlSink out) {
        this.out = out;
    }

    /** @param rowid the name of the rowid if the row is to keep it; null if SQLite may choose one */
    void insert(TableSchema table, Row row, String rowid) throws IOException, SQLException {
        insert(table, row, row, isColumn(table, rowid) ? null : rowid);
    }

    /** Puts a row back that was deleted for a moment, under the rowid that it had. */
    void insertAgain(TableSchema table, Row row, Row before) throws IOException, SQLException {
        insert(table, row, before, isColumn(table, table.rowid()) ? null : table.rowid());
    }

    private static boolean isColumn(TableSchema table, String rowid) {
        return rowid == null || table.identity() == Identity.ROWID;
    }

    private void insert(TableSchema table, Row row, Row numbered, String rowid) throws IOException, SQLException {
        out.sql("INSERT INTO " + Literal.name(table.name()));
        out.sql(rowid == null ? " (" : " (" + rowid + ", ");
        out.sql(row.columns().stream().map(Literal::name).collect(Collectors.joining(", ")));
        out.sql(") VALUES (");
        if (rowid != null) {
            out.value(Value.of(numbered.rowid().orElseThrow())).sql(", ");
        }
        for (int i = 0; i < row.values().size(); i++) {
            out.sql(i == 0 ? "" : ", ").value(row.values().get(i));
        }
        out.sql(")").end();
    }

    void update(TableSchema table, RowChange change) throws IOException, SQLException {
        out.sql("UPDATE " + Literal.name(table.name()));
        Row after = change.after().orElseThrow();
        String separator = " SET ";
        for (String column : change.changed()) {
            out.sql(separator + Literal.name(column) + " = ").value(after.value(column));
            separator = ", ";
        }
        where(table, change.before().orElseThrow());
        out.end();
    }

    void delete(TableSchema table, Row row) throws IOException, SQLException {
        out.sql("DELETE FROM " + Literal.name(table.name()));
        where(table, row);
        out.end();
    }

    private void where(TableSchema table, Row row) throws IOException {
        if (table.identity() == Identity.WITHOUT_ROWID) {
            whereKey(table, row, "=", "<>");
        } else {
            out.sql(" WHERE " + table.rowid() + " = ")
                    .value(Value.of(row.rowid().orElseThrow()));
        }
    }

    /** The condition that a row has the key of another. */
    void whereKey(TableSchema table, Row row, String equal, String unequal) throws IOException {
        List<String> key = table.key();
        List<String> around =
                KeyCondition.around(key.stream().map(Literal::name).toList(), equal, unequal);
        for (int i = 0; i < key.size(); i++) {
            out.sql(around.get(i)).value(row.value(key.get(i)));
        }
        out.sql(around.get(key.size()));
    }
}
