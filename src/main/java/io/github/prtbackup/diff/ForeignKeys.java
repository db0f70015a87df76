package io.github.prtbackup.diff;

import io.github.prtbackup.backup.Queries;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.sqlite.SQLiteConnection;

/** Which rows refer to nothing, before something is changed and after. */
final class ForeignKeys {
    private final SQLiteConnection target;
    private final Set<String> touched = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<List<String>, Integer> before;

    private ForeignKeys(SQLiteConnection target, Set<String> touched) throws SQLException {
        this.target = target;
        this.touched.addAll(touched);
        this.before = violations();
    }

    /** @param touched the tables that are going to be changed */
    static ForeignKeys of(SQLiteConnection target, Set<String> touched) throws SQLException {
        return new ForeignKeys(target, touched);
    }

    /** Adds those that were not there before. Somebody who does not enforce foreign keys may have some. */
    void addViolations(List<Conflict> conflicts) throws SQLException {
        violations().forEach((violation, count) -> {
            if (count > before.getOrDefault(violation, 0)) {
                String rowid = violation.get(1);
                conflicts.add(Conflict.of(
                        violation.get(0),
                        (rowid == null ? "a row" : "row " + rowid) + " would refer to a row of " + violation.get(2)
                                + " that is not there"));
            }
        });
    }

    private Map<List<String>, Integer> violations() throws SQLException {
        Map<List<String>, Integer> violations = new HashMap<>();
        for (String table : referring()) {
            for (List<String> row :
                    Queries.rows(target, "PRAGMA main.foreign_key_check(" + Literal.name(table) + ")")) {
                violations.merge(row, 1, Integer::sum);
            }
        }
        return violations;
    }

    /** The tables with foreign keys that are touched, or refer to one that is. */
    private Set<String> referring() throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        for (List<String> row : Queries.rows(
                target,
                "SELECT t.name, k.\"table\" FROM main.sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k"
                        + " WHERE t.type = 'table'")) {
            if (touched.contains(row.get(0)) || touched.contains(row.get(1))) {
                names.add(row.get(0));
            }
        }
        return names;
    }
}
