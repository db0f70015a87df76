package io.github.prtbackup.diff;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.diff.RowChange.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What differs between two states of a database, from the first to the second. What differs is known when it is opened; the
 * rows themselves are read as they are asked for. Both states stay as they are for as long as this is open, whatever
 * happens to the database and its backups. Not thread-safe.
 */
public final class DatabaseDiff implements AutoCloseable {
    private final State from;
    private final State to;
    private final Closeable files;
    private final CopyProgress progress;
    private final boolean hasSameEncoding;
    private final Map<String, TablePair> pairs = new LinkedHashMap<>();
    private final List<SchemaChange> schema;
    private final List<SettingChange> settings;
    private final Map<String, TableChange> changes = new LinkedHashMap<>();
    private final Map<String, String> notCompared = new LinkedHashMap<>();
    /** Tables in which a row that is the same on both sides has different rowids there. */
    private final Set<String> renumbered = new HashSet<>();

    private DatabaseDiff(State from, State to, Optional<PagePlan> plan, Closeable files, CopyProgress progress)
            throws SQLException {
        this.from = from;
        this.to = to;
        this.files = files;
        this.progress = progress;
        this.hasSameEncoding = Settings.hasSameEncoding(from, to);
        pairTables(plan);
        this.schema = SchemaComparison.of(from.schema(), to.schema());
        this.settings = Settings.compare(from, to);
        for (TablePair pair : pairs.values()) {
            if (!pair.present().isVirtual()) {
                note(count(pair, false));
            }
        }
        for (TablePair pair : pairs.values()) {
            if (pair.present().isVirtual()) {
                note(countVirtual(pair));
            }
        }
    }

    /** Compares; the states and files are closed with the result, and if this fails. */
    static DatabaseDiff of(State from, State to, Optional<PagePlan> plan, Closeable files, CopyProgress progress)
            throws SQLException {
        return new DatabaseDiff(from, to, plan, files, progress);
    }

    private void pairTables(Optional<PagePlan> plan) {
        Map<String, TableSchema> before = from.schema().tables();
        for (TableSchema table : to.schema().tables().values()) {
            Scope scope = plan.map(known -> known.scope(table.name())).orElse(Scope.EVERYTHING);
            pairs.put(table.name(), new TablePair(before.get(table.name()), table, scope));
        }
        for (TableSchema table : before.values()) {
            pairs.putIfAbsent(table.name(), new TablePair(table, null, Scope.EVERYTHING));
        }
    }

    private void note(TableChange change) {
        if (!change.isEmpty()) {
            changes.put(change.name(), change);
        }
    }

    /** What a virtual table holds cannot differ where what it keeps it in does not. */
    private TableChange countVirtual(TablePair pair) throws SQLException {
        boolean isInternal = shadows(pair.name()).stream().anyMatch(changes::containsKey);
        boolean isOneSided = pair.before() == null || pair.after() == null;
        if (!isInternal && !isOneSided) {
            return new TableChange(pair.name(), List.of(), 0, 0, 0, List.of(), false);
        }
        try {
            return count(pair, isInternal && !isOneSided);
        } catch (SQLException e) {
            if (IntegrityCheck.isDamage(e)) {
                throw e;
            }
            // Its module is not there, or does not let its rows be read.
            notCompared.put(pair.name(), e.getMessage());
            return new TableChange(pair.name(), List.of(), 0, 0, 0, List.of(), true);
        }
    }

    private Set<String> shadows(String virtual) {
        Set<String> names = new LinkedHashSet<>();
        names.addAll(from.schema().shadows().getOrDefault(virtual, List.of()));
        names.addAll(to.schema().shadows().getOrDefault(virtual, List.of()));
        return names;
    }

    private TableChange count(TablePair pair, boolean isInternal) throws SQLException {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        Set<String> changed = new LinkedHashSet<>();
        if (pair.before() == null && !pair.after().isVirtual()) {
            counts.put(Kind.INSERTED, to.countRows(pair.name()));
        } else if (pair.after() == null && !pair.before().isVirtual()) {
            counts.put(Kind.DELETED, from.countRows(pair.name()));
        } else if (!(pair.scope() instanceof Scope.Nothing)) {
            try (RowChanges rows = open(pair)) {
                for (RowChange row = rows.next(); row != null; row = rows.next()) {
                    progress.check();
                    counts.merge(row.kind(), 1L, Long::sum);
                    changed.addAll(row.changed());
                }
                if (rows.isRenumbered()) {
                    renumbered.add(pair.name());
                }
            }
        }
        return new TableChange(
                pair.name(),
                pair.present().key(),
                counts.getOrDefault(Kind.INSERTED, 0L),
                counts.getOrDefault(Kind.UPDATED, 0L),
                counts.getOrDefault(Kind.DELETED, 0L),
                pair.present().columnNames().stream().filter(changed::contains).toList(),
                isInternal);
    }

    /** Texts in different encodings have no common order, so all rows are taken for new. */
    RowChanges open(TablePair pair) throws SQLException {
        return RowChanges.of(pair, from, to, hasSameEncoding);
    }

    /**
     * The tables, indexes, views and triggers that differ. What a virtual table makes for itself is left out.
     *
     * @return in the order of the later schema, dropped ones last
     */
    public List<SchemaChange> schema() {
        return schema;
    }

    /**
     * What is neither schema nor rows.
     *
     * @return in a fixed order
     */
    public List<SettingChange> settings() {
        return settings;
    }

    /**
     * The tables whose rows differ, those that are new or gone included. What a virtual table keeps for itself is left out.
     *
     * @return in the order of the later schema, dropped ones last
     */
    public List<TableChange> tables() {
        return changes.values().stream()
                .filter(change -> !pairs.get(change.name()).present().isShadow())
                .toList();
    }

    /**
     * The virtual tables whose rows may differ and cannot be read, because a module of the application is not there. Where
     * what they keep their content in differs, they are among {@link #tables} as well, without numbers and rows.
     *
     * @return what SQLite says, by name
     */
    public Map<String, String> notCompared() {
        return Collections.unmodifiableMap(notCompared);
    }

    /**
     * The rows of a table that differ.
     *
     * @param table a name from {@link #tables}
     * @return to be closed, before the next is opened or after
     * @throws IllegalArgumentException if there is no such table
     * @throws SQLException if a side cannot be read
     */
    public RowChanges rows(String table) throws SQLException {
        TablePair pair = pairs.get(table);
        if (pair == null) {
            throw new IllegalArgumentException("There is no table " + table + "; there are " + pairs.keySet());
        }
        return open(pair);
    }

    /**
     * Whether nothing differs.
     *
     * @return whether there is neither a schema change, nor a row, nor a setting
     */
    public boolean isEmpty() {
        return schema.isEmpty() && settings.isEmpty() && changes.isEmpty();
    }

    /**
     * Writes SQL that turns the first state into the second. It is for a connection of its own, outside of a transaction,
     * and for exactly the first state.
     *
     * @param out takes the script, a part at a time
     * @return the length of the longest statement, in bytes of UTF-8: SQLite takes none of more than 1,000,000,000, and
     *     sqlite-jdbc none of more than 1,000,000 unless {@code limit_sql_length} says so
     * @throws UnsupportedOperationException if SQL cannot do it: the text encoding of a database that is not empty stays
     * @throws SQLException if a side cannot be read
     * @throws IOException if it cannot be written
     */
    public long writeScript(Appendable out) throws SQLException, IOException {
        if (!hasSameEncoding) {
            throw new UnsupportedOperationException("no SQL changes the text encoding of a database, which was "
                    + from.encoding() + " and is " + to.encoding());
        }
        return new Script(this, from, to, out).write();
    }

    State from() {
        return from;
    }

    State to() {
        return to;
    }

    Collection<TablePair> pairs() {
        return pairs.values();
    }

    TablePair pair(String table) {
        return pairs.get(table);
    }

    /** Whether a rowid of the later state may be another row's in the earlier one. */
    boolean isRenumbered(String table) {
        return renumbered.contains(table);
    }

    /** What differs in a table, shadow tables included; null if nothing. */
    TableChange change(String table) {
        return changes.get(table);
    }

    @Override
    public void close() throws SQLException, IOException {
        try (files;
                from) {
            to.close();
        }
    }
}
