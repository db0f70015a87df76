package io.github.prtbackup.diff;

import io.github.prtbackup.diff.RowChange.Kind;
import io.github.prtbackup.diff.TableSchema.Identity;
import java.io.IOException;
import java.nio.charset.Charset;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Takes changes of the rows of one table back in a database that may have gone on since. Each row has to be as the changes
 * left it. Rows go before rows come, and an update of what a unique index holds is a row that goes and comes back.
 *
 * <p>Values are bound: as literals they could not be longer than a statement.
 */
final class RowReversal {
    private final Charset encoding;
    private final DatabaseDiff back;
    private final TablePair pair;
    private final TableSchema table;
    private final List<Conflict> conflicts;
    private final BoundStatements target;
    private final Statements statements;

    /** The places, in the order of the changes, of the rows that are not as they should be. */
    private final BitSet refused = new BitSet();

    /**
     * @param back from the state that the changes left to the one before
     * @param pair a table whose rows a statement can name, the same on both sides and in the target
     * @param conflicts takes what is in the way
     */
    RowReversal(BoundStatements target, Charset encoding, DatabaseDiff back, TablePair pair, List<Conflict> conflicts) {
        this.target = target;
        this.statements = new Statements(target);
        this.encoding = encoding;
        this.back = back;
        this.pair = pair;
        this.table = pair.after();
        this.conflicts = conflicts;
    }

    void run() throws SQLException, IOException {
        each(this::removeOld);
        each((place, change) -> refuseRepeated(change));
        each(this::update);
        each((place, change) -> insert(change));
    }

    /** Something to be done with a change. */
    private interface Work {
        void run(int place, RowChange change) throws SQLException, IOException;
    }

    private void each(Work work) throws SQLException, IOException {
        try (RowChanges changes = back.open(pair)) {
            int place = 0;
            for (RowChange change = changes.next(); change != null; change = changes.next()) {
                work.run(place++, change);
            }
        }
    }

    private void removeOld(int place, RowChange change) throws SQLException, IOException {
        if (change.kind() == Kind.INSERTED) {
            return;
        }
        Row expected = change.before().orElseThrow();
        Optional<Row> present = find(expected);
        if (present.isEmpty() || !present.get().values().equals(expected.values())) {
            refused.set(place);
            conflicts.add(new Conflict(
                    table.name(),
                    change.before(),
                    present,
                    present.isEmpty() ? "the row is gone" : "the row has been changed since"));
        } else if (change.kind() == Kind.DELETED || comesBack(change)) {
            write(change, () -> statements.delete(table, present.get()));
        }
    }

    /**
     * Without a key nothing keeps a row from coming back as often as this is done. Looked at before anything is inserted,
     * because a row that finds its rowid taken gets another, which may be the old one of a row like it.
     */
    private void refuseRepeated(RowChange change) throws SQLException, IOException {
        if (change.kind() != Kind.INSERTED
                || table.rowid() == null
                || isNamedByKey(change.after().orElseThrow())) {
            return;
        }
        Row row = change.after().orElseThrow();
        selectByRowid(row.rowid().orElseThrow()).stream()
                .filter(other -> other.values().equals(row.values()))
                .forEach(other -> conflicts.add(new Conflict(
                        table.name(), Optional.empty(), Optional.of(other), "the deleted row is there again")));
    }

    private void update(int place, RowChange change) throws SQLException, IOException {
        if (change.kind() != Kind.UPDATED || refused.get(place)) {
            return;
        }
        Row old = change.before().orElseThrow();
        if (comesBack(change)) {
            insertRow(change, old.rowid());
        } else {
            Row present = find(old).orElseThrow();
            RowChange now = RowChange.updated(present, change.after().orElseThrow(), change.changed());
            write(change, () -> statements.update(table, now));
        }
    }

    private void insert(RowChange change) throws SQLException, IOException {
        if (change.kind() != Kind.INSERTED) {
            return;
        }
        Row row = change.after().orElseThrow();
        Optional<Row> present = isNamedByKey(row) ? find(row) : Optional.empty();
        if (present.isPresent()) {
            conflicts.add(new Conflict(
                    table.name(), Optional.empty(), present, "there is a row again with the key of a deleted one"));
        } else {
            insertRow(change, row.rowid());
        }
    }

    /** Under its old rowid, unless another row has that by now, which is no matter where a key tells rows apart. */
    private void insertRow(RowChange change, OptionalLong rowid) throws SQLException, IOException {
        Row row = change.after().orElseThrow();
        boolean isFree = rowid.isPresent()
                && table.identity() != Identity.ROWID
                && selectByRowid(rowid.getAsLong()).isEmpty();
        write(change, () -> {
            if (isFree) {
                statements.insertAgain(table, row, row.withRowid(rowid));
            } else {
                statements.insert(table, row, null);
            }
        });
    }

    /** A statement that a constraint may refuse. */
    private interface Write {
        void run() throws SQLException, IOException;
    }

    private void write(RowChange change, Write statement) throws SQLException, IOException {
        try {
            statement.run();
        } catch (SQLException e) {
            if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
                throw e;
            }
            conflicts.add(
                    new Conflict(table.name(), change.before(), Optional.empty(), "SQLite refuses: " + e.getMessage()));
        }
    }

    private boolean comesBack(RowChange change) {
        return Script.comesBack(table, change);
    }

    /** A key with a NULL in it names no row. */
    private boolean isNamedByKey(Row row) {
        return table.identity() != Identity.CONTENT
                && (table.identity() == Identity.ROWID
                        || table.key().stream()
                                .noneMatch(column -> row.value(column).equals(Value.NULL)));
    }

    /** The row of the target with the same identity; of several, one that is quite the same, if there is one. */
    private Optional<Row> find(Row row) throws SQLException, IOException {
        List<Row> found = table.key().isEmpty() || table.identity() == Identity.ROWID
                ? selectByRowid(row.rowid().orElseThrow())
                : selectByKey(row);
        return found.stream()
                .filter(other -> other.values().equals(row.values()))
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    private List<Row> selectByRowid(long rowid) throws SQLException {
        select().sql(" WHERE " + table.rowid() + " = ").value(Value.of(rowid));
        return target.run(this::read);
    }

    private List<Row> selectByKey(Row row) throws SQLException, IOException {
        select();
        statements.whereKey(table, row, "IS", "IS NOT");
        return target.run(this::read);
    }

    private BoundStatements select() {
        return target.sql("SELECT " + (table.rowid() == null ? "" : table.rowid() + ", "))
                .sql(table.columnNames().stream().map(Literal::name).collect(Collectors.joining(", ")))
                .sql(" FROM main." + Literal.name(table.name()));
    }

    private List<Row> read(JDBC4PreparedStatement select) throws SQLException {
        List<String> columns = table.columnNames();
        List<Row> found = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                int column = 1;
                OptionalLong rowid =
                        table.rowid() == null ? OptionalLong.empty() : OptionalLong.of(rows.getLong(column++));
                List<Value> values = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    values.add(StoredValue.read(select, rows, column++, encoding));
                }
                found.add(new Row(columns, Collections.unmodifiableList(values), rowid));
            }
        }
        return found;
    }
}
