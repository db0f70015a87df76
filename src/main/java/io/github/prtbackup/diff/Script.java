package io.github.prtbackup.diff;

import io.github.prtbackup.diff.RowChange.Kind;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Writes the SQL that turns one state into another. Its order keeps every constraint satisfied at every statement: rows go
 * before rows come, and an update of what a unique index holds is a row that goes and comes back. Triggers of what is
 * touched are away for the time, and foreign keys are off.
 */
final class Script {
    private final DatabaseDiff diff;
    private final State from;
    private final State to;
    private final WrittenStatements out;
    private final Statements statements;
    private final Set<String> recreated = new HashSet<>();
    private final Set<String> droppedTriggers = new HashSet<>();

    Script(DatabaseDiff diff, State from, State to, Appendable out) {
        this.diff = diff;
        this.from = from;
        this.to = to;
        this.out = new WrittenStatements(out);
        this.statements = new Statements(this.out);
    }

    /** Returns the length of the longest statement, in bytes. */
    long write() throws SQLException, IOException {
        if (!diff.isEmpty()) {
            writeAll();
        }
        return out.longest();
    }

    private void writeAll() throws SQLException, IOException {
        begin();
        dropObjects();
        createTables();
        for (TablePair pair : diff.pairs()) {
            writeRows(pair);
        }
        createObjects();
        writeSequences();
        writeValues();
        if (needsNewStatistics()) {
            // Not every SQLite can make all tables of statistics, and the rest should not fail with them.
            out.line("COMMIT;");
            out.line("BEGIN IMMEDIATE;");
        }
        writeStatistics();
        out.line("COMMIT;");
        writeFormat();
        out.line("PRAGMA ignore_check_constraints = OFF;");
    }

    private void begin() throws SQLException, IOException {
        if (!from.isEncodingFixed() && to.isEncodingFixed()) {
            out.line("PRAGMA encoding = " + Literal.text(to.pragma("encoding")) + ";");
        }
        if (Settings.isEmptyFile(from)) {
            for (String name : List.of("page_size", "auto_vacuum")) {
                out.line("PRAGMA " + name + " = " + Literal.text(to.pragma(name)) + ";");
            }
        }
        out.line("PRAGMA foreign_keys = OFF;");
        out.line("PRAGMA ignore_check_constraints = ON;");
        out.line("BEGIN IMMEDIATE;");
    }

    /** Triggers first, as they hinder the rest, and tables last, as indexes go with them. */
    private void dropObjects() throws IOException {
        for (SchemaObject table : from.schema().objects()) {
            if (table.isTable() && !isKept(table) && !isShadow(from, table.name())) {
                recreated.add(table.name());
            }
        }
        for (SchemaObject object : from.schema().objects()) {
            if ("trigger".equals(object.type()) && (!isKept(object) || isTouched(object.table()))) {
                droppedTriggers.add(object.name());
                drop(object);
            }
        }
        for (String type : List.of("view", "index")) {
            for (SchemaObject object : from.schema().objects()) {
                if (object.type().equals(type)
                        && !isKept(object)
                        && !recreated.contains(object.table())
                        && !isShadow(from, object.table())) {
                    drop(object);
                }
            }
        }
        for (SchemaObject table : from.schema().objects()) {
            if (recreated.contains(table.name()) && table.isTable()) {
                drop(table);
            }
        }
    }

    private void drop(SchemaObject object) throws IOException {
        out.line("DROP " + object.type().toUpperCase(Locale.ROOT) + " " + Literal.name(object.name()) + ";");
    }

    /** Whether an object of the first state is in the second just as it is. */
    private boolean isKept(SchemaObject object) {
        return to.schema().objects().stream()
                .anyMatch(other -> other.type().equals(object.type())
                        && other.name().equals(object.name())
                        && other.table().equals(object.table())
                        && Objects.equals(other.sql(), object.sql()));
    }

    /** Whether rows of a table are going to be written, or the table or view made anew. */
    private boolean isTouched(String table) {
        return diff.change(table) != null
                || from.schema().objects().stream()
                        .anyMatch(object ->
                                object.name().equals(table) && object.type().matches("table|view") && !isKept(object));
    }

    private void createTables() throws IOException {
        for (SchemaObject table : to.schema().objects()) {
            if (table.isTable() && !isShadow(to, table.name()) && !isThere(table)) {
                create(table);
                recreated.add(table.name());
            }
        }
    }

    private boolean isThere(SchemaObject object) {
        return !recreated.contains(object.table())
                && from.schema().objects().stream()
                        .anyMatch(other -> other.type().equals(object.type())
                                && other.name().equals(object.name())
                                && other.table().equals(object.table())
                                && Objects.equals(other.sql(), object.sql()));
    }

    private void createObjects() throws IOException {
        for (String type : List.of("index", "view", "trigger")) {
            for (SchemaObject object : to.schema().objects()) {
                boolean isGone = "trigger".equals(type) && droppedTriggers.contains(object.name());
                if (object.type().equals(type) && !isShadow(to, object.table()) && (isGone || !isThere(object))) {
                    create(object);
                }
            }
        }
    }

    private void create(SchemaObject object) throws IOException {
        out.line(object.sql() + OpenComment.end(object.sql()) + ";");
    }

    private static boolean isShadow(State state, String table) {
        TableSchema schema = state.schema().tables().get(table);
        return schema != null && schema.isShadow();
    }

    /** The rows of one table: away, changed, back again, new. */
    private void writeRows(TablePair pair) throws SQLException, IOException {
        if (pair.after() == null || pair.present().isVirtual() || isStatistics(pair)) {
            return;
        }
        if (isMadeWithOthers(pair)) {
            writeAll(pair.after());
            return;
        }
        TableChange change = diff.change(pair.name());
        if (recreated.contains(pair.name())) {
            insertAll(pair.after());
        } else if (change != null && !isAddressable(pair)) {
            writeAll(pair.after());
        } else if (change != null) {
            writeChanges(pair, change);
        }
    }

    /** Whether it is a shadow of a virtual table that has been made anew, with rows of its own. */
    private boolean isMadeWithOthers(TablePair pair) {
        return pair.after().isShadow()
                && to.schema().shadows().entrySet().stream()
                        .anyMatch(
                                entry -> entry.getValue().contains(pair.name()) && recreated.contains(entry.getKey()));
    }

    /** Whether a statement can name one row. */
    static boolean isAddressable(TablePair pair) {
        return pair.isComparable()
                && (pair.before().rowid() != null || pair.before().identity() == TableSchema.Identity.WITHOUT_ROWID);
    }

    private void writeAll(TableSchema table) throws SQLException, IOException {
        out.line("DELETE FROM " + Literal.name(table.name()) + ";");
        insertAll(table);
    }

    private void insertAll(TableSchema table) throws SQLException, IOException {
        try (RowCursor rows = RowCursor.openUnsorted(to, table)) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                statements.insert(
                        table, row, table.identity() == TableSchema.Identity.WITHOUT_ROWID ? null : table.rowid());
            }
        }
    }

    private void writeChanges(TablePair pair, TableChange change) throws SQLException, IOException {
        TableSchema table = pair.after();
        if (change.deleted() > 0 || change.updated() > 0) {
            try (RowChanges rows = diff.open(pair)) {
                for (RowChange row = rows.next(); row != null; row = rows.next()) {
                    if (row.kind() == Kind.DELETED || comesBack(table, row)) {
                        statements.delete(table, row.before().orElseThrow());
                    }
                }
            }
        }
        if (change.updated() > 0) {
            try (RowChanges rows = diff.open(pair)) {
                for (RowChange row = rows.next(); row != null; row = rows.next()) {
                    if (comesBack(table, row)) {
                        statements.insertAgain(
                                table, row.after().orElseThrow(), row.before().orElseThrow());
                    } else if (row.kind() == Kind.UPDATED) {
                        statements.update(table, row);
                    }
                }
            }
        }
        if (change.inserted() > 0) {
            // A full-text index over the table may know its rows by their rowids.
            String rowid = diff.isRenumbered(pair.name()) ? null : table.rowid();
            try (RowChanges rows = diff.open(pair)) {
                for (RowChange row = rows.next(); row != null; row = rows.next()) {
                    if (row.kind() == Kind.INSERTED) {
                        statements.insert(table, row.after().orElseThrow(), rowid);
                    }
                }
            }
        }
    }

    /** Whether an update could for a moment have a value that another row still has. */
    static boolean comesBack(TableSchema table, RowChange row) {
        return row.kind() == Kind.UPDATED
                && (table.isOpaque() || row.changed().stream().anyMatch(table.unique()::contains));
    }

    private static boolean isStatistics(TablePair pair) {
        return pair.present().object().isInternal();
    }

    private List<TablePair> statistics() {
        return diff.pairs().stream()
                .filter(Script::isStatistics)
                .filter(pair ->
                        diff.change(pair.name()) != null || !diff.schema().isEmpty())
                .toList();
    }

    private boolean needsNewStatistics() {
        return statistics().stream().anyMatch(pair -> pair.before() == null);
    }

    /** SQLite makes the tables of ANALYZE by itself, and takes rows out of them when a table or index goes. */
    private void writeStatistics() throws SQLException, IOException {
        if (needsNewStatistics()) {
            out.line("ANALYZE sqlite_schema;");
        }
        for (TablePair pair : statistics()) {
            if (pair.after() == null) {
                out.line("DELETE FROM " + Literal.name(pair.name()) + ";");
            } else {
                writeAll(pair.after());
            }
        }
    }

    private void writeSequences() throws SQLException, IOException {
        if (!Settings.hasSequences(from) && !Settings.hasSequences(to)) {
            return;
        }
        if (!Settings.hasSequences(from)) {
            // The table is there from the first AUTOINCREMENT on, and stays when that is gone.
            String first = Literal.name(unusedName("prtbackup_sequence"));
            out.line("CREATE TABLE " + first + " (id INTEGER PRIMARY KEY AUTOINCREMENT);");
            out.line("DROP TABLE " + first + ";");
        }
        out.line("DELETE FROM sqlite_sequence;");
        if (Settings.hasSequences(to)) {
            for (List<String> row : to.rows("SELECT quote(name), quote(seq) FROM sqlite_sequence ORDER BY rowid")) {
                out.line("INSERT INTO sqlite_sequence (name, seq) VALUES (" + row.get(0) + ", " + row.get(1) + ");");
            }
        }
    }

    private String unusedName(String beginning) {
        String name = beginning;
        while (to.schema().tables().containsKey(name)) {
            name += "_";
        }
        return name;
    }

    private void writeValues() throws IOException {
        for (SettingChange setting : diff.settings()) {
            if (setting.name().equals("user_version") || setting.name().equals("application_id")) {
                out.line("PRAGMA " + setting.name() + " = " + setting.after() + ";");
            }
        }
    }

    /** The format of the file changes with a VACUUM, which cannot run in a transaction. */
    private void writeFormat() throws IOException {
        boolean isChanged = false;
        for (SettingChange setting : diff.settings()) {
            if (setting.name().equals("page_size") || setting.name().equals("auto_vacuum")) {
                out.line("PRAGMA " + setting.name() + " = " + setting.after() + ";");
                isChanged = true;
            }
        }
        if (isChanged) {
            out.line("VACUUM;");
        }
    }
}
