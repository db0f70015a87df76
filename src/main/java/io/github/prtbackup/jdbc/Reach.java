package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.Ascii;
import io.github.prtbackup.sql.Explain;
import io.github.prtbackup.sql.QualifiedName;
import io.github.prtbackup.sql.RowChange;
import io.github.prtbackup.sql.RowChange.Event;
import io.github.prtbackup.sql.Trigger;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which databases a change of rows may write, as far as names tell: its own, and those that triggers in {@code temp} lead to.
 * All other triggers, and foreign keys, stay in the database that they are in.
 *
 * <p>Unlike {@code EXPLAIN} of the change, asking leaves {@code changes()} alone.
 */
final class Reach {

    private static final int MAIN = 0;
    private static final int TEMP = 1;

    private final OwnStatements statements;
    private final AttachedDatabases attached;
    private final TempSchema temp;
    private final Set<Integer> databases = new LinkedHashSet<>();
    private final Set<String> called = new HashSet<>();

    private Reach(OwnStatements statements, AttachedDatabases attached, TempSchema temp) {
        this.statements = statements;
        this.attached = attached;
        this.temp = temp;
    }

    /**
     * Follows a change.
     *
     * @throws SQLException if there is no such table
     */
    static Reach of(RowChange change, OwnStatements statements, AttachedDatabases attached, TempSchema temp)
            throws SQLException {
        Reach reach = new Reach(statements, attached, temp);
        reach.follow(change);
        return reach;
    }

    /** The indexes of the databases, first that of the table or view itself. */
    Set<Integer> databases() {
        return databases;
    }

    /** Whether triggers are called that may write more than what is in {@code temp}. */
    boolean leadsOn() {
        return !called.stream().map(temp.triggers()::get).allMatch(temp::contains);
    }

    private void follow(RowChange first) throws SQLException {
        Deque<RowChange> open = new ArrayDeque<>();
        follow(databaseOf(first.table()), first, open);
        while (!open.isEmpty()) {
            RowChange change = open.remove();
            Optional<Integer> database = databaseIfAny(change.table());
            if (database.isPresent()) {
                follow(database.get(), change, open);
            }
        }
    }

    private void follow(int database, RowChange change, Deque<RowChange> open) throws SQLException {
        databases.add(database);
        for (String name : calledBy(database, change)) {
            if (called.add(name)) {
                Optional<Trigger> trigger = temp.triggers().get(name);
                trigger.flatMap(Trigger::changes)
                        .ifPresentOrElse(
                                open::addAll,
                                () -> databases.addAll(attached.schemas().keySet()));
            }
        }
    }

    /** The names of the triggers in {@code temp} that a change may call, directly or by what is in its own database. */
    private Set<String> calledBy(int database, RowChange change) throws SQLException {
        if (temp.triggers().isEmpty()) {
            return Set.of();
        }
        Optional<Set<String>> onlyThese = onlyTriggersOn(database, change.table());
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, Optional<Trigger>> trigger : temp.triggers().entrySet()) {
            boolean isCalled = onlyThese.isPresent()
                    ? onlyThese.get().contains(trigger.getKey()) && isCalled(trigger.getValue(), change)
                    : trigger.getValue().map(on -> isIn(database, on.table())).orElse(true);
            if (isCalled) {
                names.add(trigger.getKey());
            }
        }
        return names;
    }

    /** The triggers on a table; empty if others, or foreign keys, may lead to other tables of its database. */
    private Optional<Set<String>> onlyTriggersOn(int database, QualifiedName table) throws SQLException {
        if (statements.number("PRAGMA foreign_keys") != 0) {
            return Optional.empty();
        }
        try {
            Map<Integer, Set<String>> triggers = Explain.triggersOn(
                    statements.explain(), new QualifiedName(attached.schemas().get(database), table.name()));
            Set<String> names = new HashSet<>();
            triggers.getOrDefault(TEMP, Set.of()).forEach(name -> names.add(Ascii.lower(name)));
            return database == TEMP || !triggers.containsKey(database) ? Optional.of(names) : Optional.empty();
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private boolean isCalled(Optional<Trigger> trigger, RowChange change) throws SQLException {
        if (trigger.isEmpty() || change.events().contains(trigger.get().event())) {
            return true;
        }
        // To make room for a row.
        return trigger.get().event() == Event.DELETE && statements.number("PRAGMA recursive_triggers") != 0;
    }

    /** What a trigger changes need not exist, as long as it is not called. */
    private Optional<Integer> databaseIfAny(QualifiedName table) {
        try {
            return Optional.of(databaseOf(table));
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private int databaseOf(QualifiedName table) throws SQLException {
        if (temp.has(table)) {
            return TEMP;
        }
        if (!attached.ambiguous()) {
            return MAIN;
        }
        // Views that are not in temp are of what is in their own database, or of nothing.
        Set<Integer> read = Explain.databasesOf(statements.explain(), table);
        if (read.size() == 1) {
            return read.iterator().next();
        }
        return attached.schemas().keySet().stream()
                .filter(index -> isIn(index, table))
                .findFirst()
                .orElseThrow(() -> new SQLException("no such table: " + table));
    }

    /** Whether a name may mean a table of a database. What a trigger is on stays, also if its name means another now. */
    private boolean isIn(int index, QualifiedName table) {
        String schema = attached.schemas().get(index);
        if (table.schema() != null && !table.schema().equalsIgnoreCase(schema)) {
            return false;
        }
        try {
            statements.compile("SELECT 1 FROM " + new QualifiedName(schema, table.name()).quoted());
            return true;
        } catch (SQLException e) {
            return false;
        }
    }
}
