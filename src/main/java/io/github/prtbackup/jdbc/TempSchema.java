package io.github.prtbackup.jdbc;

import io.github.prtbackup.sql.Ascii;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.QualifiedName;
import io.github.prtbackup.sql.TriggerBody;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a connection has defined in {@code temp}, which hides what is in its files.
 *
 * @param tables the names of tables and views, with the letters of ASCII in lower case, as SQLite compares them
 * @param reachesFiles whether there are triggers that may write more than what is in {@code temp}
 */
record TempSchema(Set<String> tables, boolean reachesFiles) {

    static final TempSchema EMPTY = new TempSchema(Set.of(), false);

    /** Asks SQLite, which reads no file for that. */
    static TempSchema of(OwnStatements statements) throws SQLException {
        Set<String> tables = new HashSet<>();
        List<String> triggers = new ArrayList<>();
        statements.each("SELECT type, name, sql FROM temp.sqlite_schema", row -> {
            switch (row.text(0)) {
                case "table", "view" -> tables.add(Ascii.lower(row.text(1)));
                case "trigger" -> triggers.add(row.text(2));
                default -> {
                    // Indexes are changed with their tables.
                }
            }
        });
        TempSchema withoutTriggers = new TempSchema(Set.copyOf(tables), false);
        return triggers.stream().allMatch(withoutTriggers::contains)
                ? withoutTriggers
                : new TempSchema(withoutTriggers.tables(), true);
    }

    /** Whether all that a trigger writes is here. */
    private boolean contains(String trigger) {
        return TriggerBody.of(trigger).statements().stream()
                .filter(statement -> statement.effect() != Effect.READ)
                .allMatch(statement -> statement.target().filter(this::has).isPresent());
    }

    /** Whether a name means a table or view of {@code temp}. */
    boolean has(QualifiedName name) {
        return name.isTemp() || (name.schema() == null && tables.contains(Ascii.lower(name.name())));
    }
}
