package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.Ascii;
import io.github.prtbackup.sql.QualifiedName;
import io.github.prtbackup.sql.RowChange;
import io.github.prtbackup.sql.Trigger;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a connection has defined in {@code temp}, which hides what is in its files.
 *
 * @param tables the names of tables and views, with the letters of ASCII in lower case, as SQLite compares them
 * @param triggers by their names, in lower case as well; empty where one is not understood
 */
record TempSchema(Set<String> tables, Map<String, Optional<Trigger>> triggers) {

    static final TempSchema EMPTY = new TempSchema(Set.of(), Map.of());

    /** Asks SQLite, which reads no file for that. */
    static TempSchema of(OwnStatements statements) throws SQLException {
        Set<String> tables = new HashSet<>();
        Map<String, Optional<Trigger>> triggers = new HashMap<>();
        statements.each("SELECT type, name, sql FROM temp.sqlite_schema", row -> {
            String name = Ascii.lower(row.text(1));
            switch (row.text(0)) {
                case "table", "view" -> tables.add(name);
                case "trigger" -> triggers.put(name, Trigger.of(row.text(2)));
                default -> {
                    // Indexes are changed with their tables.
                }
            }
        });
        return new TempSchema(Set.copyOf(tables), Map.copyOf(triggers));
    }

    /** Whether there are triggers that may write more than what is here. */
    boolean reachesFiles() {
        return !triggers.values().stream().allMatch(this::contains);
    }

    /** Whether all that a trigger writes is here. */
    boolean contains(Optional<Trigger> trigger) {
        return trigger.flatMap(Trigger::changes)
                .map(changes -> changes.stream().map(RowChange::table).allMatch(this::has))
                .orElse(false);
    }

    /** Whether a name means a table or view of {@code temp}. */
    boolean has(QualifiedName name) {
        return name.isTemp() || (name.schema() == null && tables.contains(Ascii.lower(name.name())));
    }
}
