package io.github.prtbackup.diff;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.diff.SchemaChange.Kind;
import java.io.IOException;
import java.nio.charset.Charset;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;

/**
 * Takes the changes of one transaction back in a database that has gone on since, and leaves alone what others have done.
 * What the transaction has touched must be as it left it; all that is not is a {@link Conflict}.
 *
 * <p>Triggers of what is written are away for the time, so that nothing but the changes is taken back. A table that the
 * transaction made, dropped or altered is replaced as a whole, and so is one whose rows no statement can name; nothing in it
 * may have been changed since. Not thread-safe.
 */
public final class Reversal {
    private static final Pattern OWNERS_OF_ROWS =
            Pattern.compile("\\busing\\s+(fts[345]|rtree|rtree_i32)\\b", Pattern.CASE_INSENSITIVE);

    /** Rows that are kept in another table or not at all, or have more to them than their columns. */
    private static final Pattern ELSEWHERE = Pattern.compile("content|languageid", Pattern.CASE_INSENSITIVE);

    private final DatabaseDiff back;
    private final Charset encoding;

    /** Whose rows are written one by one. */
    private final List<TablePair> byRow = new ArrayList<>();

    /** The tables and views that are replaced. */
    private final Set<String> replaced = new LinkedHashSet<>();

    /**
     * A reversal.
     *
     * @param back what leads from the state that the transaction left to the one that it met
     * @throws UnsupportedOperationException if the transaction did what only a restore takes back
     */
    public Reversal(DatabaseDiff back) {
        this.back = back;
        this.encoding = back.from().encoding();
        for (SettingChange setting : back.settings()) {
            if (Set.of("encoding", "page_size", "auto_vacuum").contains(setting.name())) {
                throw new UnsupportedOperationException(
                        "it changed the " + setting.name() + " of the database, which only a restore takes back");
            }
        }
        for (SchemaChange change : back.schema()) {
            if (change.type().matches("table|view")) {
                replaced.add(change.name());
            }
        }
        for (TablePair pair : back.pairs()) {
            boolean isTouched =
                    back.change(pair.name()) != null && !pair.present().isVirtual();
            if (isTouched && !isStatistics(pair) && !replaced.contains(pair.name()) && !isOfReplaced(pair)) {
                if (pair.hasSameSchema() && Script.isAddressable(pair)) {
                    byRow.add(pair);
                } else {
                    replaced.add(pair.name());
                }
            }
        }
    }

    /** SQLite works with whatever ANALYZE has found last. */
    private static boolean isStatistics(TablePair pair) {
        return pair.present().object().isInternal();
    }

    /** Whether it is what a virtual table that is replaced keeps its content in. */
    private boolean isOfReplaced(TablePair pair) {
        return shadowsOfReplaced(back.from()).contains(pair.name())
                || shadowsOfReplaced(back.to()).contains(pair.name());
    }

    private Set<String> shadowsOfReplaced(State state) {
        Set<String> names = new HashSet<>();
        replaced.forEach(name -> names.addAll(state.schema().shadows().getOrDefault(name, List.of())));
        return names;
    }

    /** Whether there is nothing that {@link #apply} would do: what ANALYZE has found is left as it is. */
    public boolean isEmpty() {
        return byRow.isEmpty()
                && replaced.isEmpty()
                && back.schema().isEmpty()
                && back.settings().isEmpty();
    }

    /** Whether {@link #apply} has to know all that has changed since. */
    public boolean needsLaterChanges() {
        return !back.schema().isEmpty()
                || !replaced.isEmpty()
                || byRow.stream().anyMatch(pair -> pair.present().isShadow());
    }

    /**
     * What is written. Where later transactions have written to a virtual table as well, what it keeps its content in cannot
     * go back, but if its module takes rows out and in, its rows can.
     */
    private List<TablePair> written(Optional<DatabaseDiff> since) {
        List<TablePair> written = new ArrayList<>(byRow);
        for (TablePair pair : back.pairs()) {
            if (since.isPresent() && pair.present().isVirtual() && takesRows(pair)) {
                Set<String> shadows = Set.copyOf(back.to().schema().shadows().getOrDefault(pair.name(), List.of()));
                if (shadows.stream().anyMatch(shadow -> since.get().change(shadow) != null)) {
                    written.removeIf(other -> shadows.contains(other.name()));
                    written.add(pair);
                }
            }
        }
        return written;
    }

    /** Whether all that the rows of a virtual table are can be read and written as its columns. */
    private boolean takesRows(TablePair pair) {
        TableChange change = back.change(pair.name());
        String sql = pair.present().object().sql();
        return change != null
                && change.inserted() + change.updated() + change.deleted() > 0
                && pair.hasSameSchema()
                && OWNERS_OF_ROWS.matcher(sql).find()
                && !ELSEWHERE.matcher(sql).find();
    }

    /**
     * Takes the changes back.
     *
     * @param target a connection to the database in a transaction, without foreign keys being enforced; to be rolled back if
     *     there is a conflict
     * @param isLast whether the database is as the transaction left it. It may then go back to rows that refer to nothing,
     *     because they did so before
     * @param since what has changed since the transaction; empty if nothing, or it {@linkplain #needsLaterChanges is not
     *     needed}
     * @return what is in the way; empty if it was done
     * @throws SQLException if SQLite cannot do it for another reason
     * @throws IOException if a state cannot be read
     */
    public List<Conflict> apply(SQLiteConnection target, boolean isLast, Optional<DatabaseDiff> since)
            throws SQLException, IOException {
        List<Conflict> conflicts = new ArrayList<>();
        if (since.isPresent()) {
            requireUntouched(since.get(), conflicts);
        }
        requireSameTables(target, conflicts);
        if (!conflicts.isEmpty()) {
            // What is written to cannot be relied upon, so nothing is to be learned from trying.
            return conflicts;
        }
        List<TablePair> written = written(since);
        Map<String, String> sequences = sequences(target);
        ForeignKeys keys = ForeignKeys.of(target, isLast ? Set.of() : touchedTables());
        try (Statement statement = target.createStatement();
                BoundStatements rows = new BoundStatements(target)) {
            List<String> triggers = dropTriggers(target, statement);
            dropObjects(statement);
            for (TablePair pair : written) {
                new RowReversal(rows, encoding, back, pair, conflicts).run();
            }
            createObjects(statement, rows, conflicts);
            for (String trigger : triggers) {
                statement.executeUpdate(trigger);
            }
            writeSequences(target, statement, sequences);
            writeValues(target, statement, conflicts);
        }
        if (conflicts.isEmpty()) {
            keys.addViolations(conflicts);
        }
        return conflicts;
    }

    private Set<String> touchedTables() {
        Set<String> names = new LinkedHashSet<>(replaced);
        byRow.forEach(pair -> names.add(pair.name()));
        return names;
    }

    /** What is replaced, and what else of the schema the transaction changed, has to be as it left it. */
    private void requireUntouched(DatabaseDiff since, List<Conflict> conflicts) throws SQLException {
        Set<String> internal = shadowsOfReplaced(back.from());
        for (TablePair pair : since.pairs()) {
            TableChange change = since.change(pair.name());
            if (change == null || pair.before() == null || pair.after() == null) {
                continue;
            }
            if (internal.contains(pair.name())) {
                conflicts.add(Conflict.of(pair.name(), "the virtual table has been changed since"));
            } else if (replaced.contains(pair.name()) && !pair.present().isVirtual()) {
                addRows(since, pair, conflicts);
            }
        }
        Set<String> objects = new HashSet<>();
        back.schema().forEach(change -> objects.add(change.type() + " " + change.name()));
        for (SchemaChange change : since.schema()) {
            if (replaced.contains(change.table()) || objects.contains(change.type() + " " + change.name())) {
                conflicts.add(Conflict.of(
                        change.name(),
                        "the " + change.type() + " has been "
                                + change.kind().name().toLowerCase(Locale.ROOT) + " since"));
            }
        }
    }

    private static void addRows(DatabaseDiff since, TablePair pair, List<Conflict> conflicts) throws SQLException {
        try (RowChanges rows = since.open(pair)) {
            for (RowChange row = rows.next(); row != null; row = rows.next()) {
                conflicts.add(new Conflict(
                        pair.name(),
                        row.before(),
                        row.after(),
                        "the table has to be replaced as a whole, and the row has been "
                                + row.kind().name().toLowerCase(Locale.ROOT) + " since"));
            }
        }
    }

    private void requireSameTables(SQLiteConnection target, List<Conflict> conflicts) throws SQLException {
        for (TablePair pair : byRow) {
            List<List<String>> present = Queries.rows(
                    target,
                    "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = " + Literal.text(pair.name()));
            if (present.isEmpty()) {
                conflicts.add(Conflict.of(pair.name(), "the table has been dropped since"));
            } else if (!DatabaseSchema.closed(present.get(0).get(0))
                    .equals(pair.before().object().sql())) {
                conflicts.add(Conflict.of(pair.name(), "the table has been altered since"));
            }
        }
    }

    /** Returns what makes those again that are to stay. */
    private List<String> dropTriggers(SQLiteConnection target, Statement statement) throws SQLException {
        Set<String> tables = new HashSet<>();
        byRow.forEach(pair -> tables.add(pair.name().toLowerCase(Locale.ROOT)));
        Set<String> added = new HashSet<>();
        for (SchemaChange change : back.schema()) {
            if (change.type().equals("trigger") && change.kind() != Kind.ADDED) {
                added.add(change.name());
            }
        }
        List<String> kept = new ArrayList<>();
        for (List<String> trigger : Queries.rows(
                target, "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid")) {
            if (tables.contains(trigger.get(1).toLowerCase(Locale.ROOT))) {
                statement.executeUpdate("DROP TRIGGER main." + Literal.name(trigger.get(0)));
                if (!added.contains(trigger.get(0))) {
                    kept.add(trigger.get(2));
                }
            }
        }
        return kept;
    }

    private void dropObjects(Statement statement) throws SQLException {
        for (String type : List.of("trigger", "index", "view", "table")) {
            for (SchemaObject object : back.from().schema().objects()) {
                if (object.type().equals(type) && isToBeDropped(object)) {
                    statement.executeUpdate(
                            "DROP " + type.toUpperCase(Locale.ROOT) + " IF EXISTS main." + Literal.name(object.name()));
                }
            }
        }
    }

    private boolean isToBeDropped(SchemaObject object) {
        if (object.type().matches("table|view")) {
            return replaced.contains(object.name());
        }
        return !replaced.contains(object.table())
                && back.schema().stream().anyMatch(change -> isAbout(change, object) && change.kind() != Kind.ADDED);
    }

    private static boolean isAbout(SchemaChange change, SchemaObject object) {
        return change.type().equals(object.type()) && change.name().equals(object.name());
    }

    private void createObjects(Statement statement, BoundStatements rows, List<Conflict> conflicts)
            throws SQLException, IOException {
        for (String type : List.of("table", "index", "view", "trigger")) {
            for (SchemaObject object : back.to().schema().objects()) {
                if (object.type().equals(type) && isToBeMade(object)) {
                    try {
                        statement.executeUpdate(object.sql());
                        if (object.isTable()) {
                            fill(statement, rows, object);
                        }
                    } catch (SQLException e) {
                        conflicts.add(Conflict.of(object.name(), "the " + type + " cannot be made: " + e.getMessage()));
                    }
                }
            }
        }
    }

    private boolean isToBeMade(SchemaObject object) {
        if (object.type().matches("table|view")) {
            return replaced.contains(object.name());
        }
        return object.sql() != null
                && (replaced.contains(object.table())
                        || back.schema().stream()
                                .anyMatch(change -> isAbout(change, object) && change.kind() != Kind.DROPPED));
    }

    private void fill(Statement statement, BoundStatements rows, SchemaObject object) throws SQLException, IOException {
        TableSchema table = back.to().schema().tables().get(object.name());
        if (!table.isVirtual()) {
            insertAll(rows, table);
            return;
        }
        for (String shadow : back.to().schema().shadows().getOrDefault(object.name(), List.of())) {
            statement.executeUpdate("DELETE FROM main." + Literal.name(shadow));
            insertAll(rows, back.to().schema().tables().get(shadow));
        }
    }

    private void insertAll(BoundStatements target, TableSchema table) throws SQLException, IOException {
        Statements statements = new Statements(target);
        try (RowCursor rows = RowCursor.openUnsorted(back.to(), table)) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                statements.insert(table, row, table.rowid());
            }
        }
    }

    private static Map<String, String> sequences(SQLiteConnection target) throws SQLException {
        Map<String, String> sequences = new LinkedHashMap<>();
        boolean isThere = !Queries.rows(target, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'")
                .isEmpty();
        if (isThere) {
            for (List<String> row : Queries.rows(target, "SELECT name, quote(seq) FROM main.sqlite_sequence")) {
                sequences.put(String.valueOf(row.get(0)), row.get(1));
            }
        }
        return sequences;
    }

    /** The numbers go back if nobody has been given one since; rows that come back do not raise them. */
    private void writeSequences(SQLiteConnection target, Statement statement, Map<String, String> before)
            throws SQLException {
        Map<String, String> now = sequences(target);
        Map<String, String> wanted = new LinkedHashMap<>(before);
        for (SettingChange setting : back.settings()) {
            if (setting.name().startsWith(Settings.SEQUENCE)) {
                String table = setting.name().substring(Settings.SEQUENCE.length());
                if (setting.before().equals(before.getOrDefault(table, ""))) {
                    wanted.put(table, setting.after());
                }
            }
        }
        Set<String> tables = touchedTables();
        tables.addAll(wanted.keySet());
        for (String table : tables) {
            boolean isThere =
                    now.containsKey(table) || back.to().schema().tables().containsKey(table);
            String value = wanted.getOrDefault(table, "");
            if (isThere && !value.equals(now.getOrDefault(table, ""))) {
                statement.executeUpdate("DELETE FROM main.sqlite_sequence WHERE name = " + Literal.text(table));
                if (!value.isEmpty()) {
                    statement.executeUpdate("INSERT INTO main.sqlite_sequence (name, seq) VALUES ("
                            + Literal.text(table) + ", " + value + ")");
                }
            }
        }
    }

    private void writeValues(SQLiteConnection target, Statement statement, List<Conflict> conflicts)
            throws SQLException {
        for (SettingChange setting : back.settings()) {
            if (!setting.name().startsWith(Settings.SEQUENCE)) {
                String present = Queries.rows(target, "PRAGMA main." + setting.name())
                        .get(0)
                        .get(0);
                if (present.equals(setting.before())) {
                    statement.executeUpdate("PRAGMA main." + setting.name() + " = " + setting.after());
                } else {
                    conflicts.add(Conflict.of(setting.name(), "it has been set to " + present + " since"));
                }
            }
        }
    }
}
