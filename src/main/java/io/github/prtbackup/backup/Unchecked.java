package io.github.prtbackup.backup;

import io.github.prtbackup.backup.Replica.Missing;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;

/**
 * What SQLite cannot check of a database, because it rests on what only the application has. It may also have its own of what
 * SQLite has ({@code lower()}, {@code NOCASE}), and nothing in the file tells. Not thread-safe.
 */
final class Unchecked {
    private static final Pattern OF_INDEX = Pattern.compile(
            "(?:row -?\\d+ missing from|rowid not at end-of-record for row -?\\d+ of|row -?\\d+ values differ from"
                    + "|non-unique entry in|wrong # of entries in) index (.*)",
            Pattern.DOTALL);
    private static final Pattern OF_KEY = Pattern.compile("row not in PRIMARY KEY order for (.*)", Pattern.DOTALL);
    private static final Pattern OF_FULL_TEXT = Pattern.compile(
            "(?:malformed|unable to validate the) inverted index for FTS[34] table [^.]*\\.(.*?)(?:: .*)?",
            Pattern.DOTALL);
    private static final Pattern CONTENT_ELSEWHERE = Pattern.compile("\\bcontent\\s*=", Pattern.CASE_INSENSITIVE);
    private static final Pattern HAS_CHECK = Pattern.compile("\\bcheck\\b", Pattern.CASE_INSENSITIVE);

    private final SQLiteConnection on;
    private final String schema;
    private final Set<String> told = new LinkedHashSet<>();
    private final Map<String, Boolean> judged = new HashMap<>();

    Unchecked(SQLiteConnection on, String schema) {
        this.on = on;
        this.schema = schema;
    }

    void add(String what) {
        told.add(what);
    }

    /**
     * Whether something that SQLite complains of is no damage.
     *
     * @param complaint a row of {@code integrity_check}
     */
    boolean isAbout(String complaint) throws SQLException {
        Matcher index = OF_INDEX.matcher(complaint);
        if (index.matches()) {
            return remember("index " + index.group(1), () -> isComputed(index.group(1)));
        }
        Matcher key = OF_KEY.matcher(complaint);
        if (key.matches()) {
            return remember("order of table " + key.group(1), () -> hasKeyInOtherOrder(key.group(1)));
        }
        Matcher text = OF_FULL_TEXT.matcher(complaint);
        return text.matches() && remember("full-text index " + text.group(1), () -> hasContentElsewhere(text.group(1)));
    }

    private interface Question {
        boolean answer() throws SQLException;
    }

    private boolean remember(String what, Question isUncertain) throws SQLException {
        Boolean known = judged.get(what);
        if (known == null) {
            known = isUncertain.answer();
            judged.put(what, known);
        }
        return known;
    }

    /** Whether what an index holds, or its order, depends on functions or on a collation that is more than bytes. */
    private boolean isComputed(String index) throws SQLException {
        String name = Queries.text(index);
        String in = Queries.text(schema);
        return isTrue("SELECT 1 FROM pragma_index_xinfo(" + name + ", " + in + ") AS c JOIN " + Queries.quote(schema)
                + ".sqlite_schema AS i ON i.type = 'index' AND i.name = " + name + " WHERE c.cid = -2"
                + " OR (c.key AND c.coll <> 'BINARY')"
                + " OR c.name IN (SELECT name FROM pragma_table_xinfo(i.tbl_name, " + in + ") WHERE hidden = 2)"
                + " OR EXISTS (SELECT 1 FROM pragma_index_list(i.tbl_name, " + in + ") WHERE name = " + name
                + " AND partial)");
    }

    private boolean hasKeyInOtherOrder(String table) throws SQLException {
        String in = Queries.text(schema);
        return isTrue("SELECT 1 FROM pragma_index_list(" + Queries.text(table) + ", " + in
                + ") AS l JOIN pragma_index_xinfo(l.name, " + in + ") AS c"
                + " WHERE l.origin = 'pk' AND c.key AND c.coll <> 'BINARY'");
    }

    /** What the rows of another table are is that table's matter. */
    private boolean hasContentElsewhere(String table) throws SQLException {
        return rows("SELECT sql FROM " + Queries.quote(schema) + ".sqlite_schema WHERE name = " + Queries.text(table))
                .stream()
                .anyMatch(row -> CONTENT_ELSEWHERE.matcher(row.get(0)).find());
    }

    private boolean isTrue(String question) throws SQLException {
        return !rows(question).isEmpty();
    }

    /** The tables, virtual ones as well. */
    List<String> tables() throws SQLException {
        return rows("SELECT name FROM " + Queries.quote(schema) + ".sqlite_schema WHERE type = 'table' ORDER BY rowid")
                .stream()
                .map(row -> row.get(0))
                .toList();
    }

    /**
     * All that was not checked.
     *
     * @param standIns what SQLite did not have on a connection of ours; empty for one that the application has opened
     */
    List<String> told(Optional<StandIns> standIns) throws SQLException {
        Set<String> all = new LinkedHashSet<>(told);
        boolean isOwn = standIns.isPresent();
        if (isOwn) {
            addMissingNames(standIns.get(), all);
        }
        judged.forEach((what, isUncertain) -> {
            if (isUncertain && all.stream().noneMatch(other -> other.startsWith(what + ":"))) {
                all.add(what + ": it does not agree with the rows as they are now computed"
                        + (isOwn ? " here; the application may have functions or collations of its own" : ""));
            }
        });
        for (List<String> table : rows("SELECT name FROM " + Queries.quote(schema)
                + ".sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY rowid")) {
            addUnreadable(table.get(0), all);
        }
        return List.copyOf(all);
    }

    private void addUnreadable(String virtual, Set<String> all) {
        try {
            List<List<String>> unused =
                    rows("PRAGMA " + Queries.quote(schema) + ".table_xinfo(" + Queries.text(virtual) + ")");
        } catch (SQLException e) {
            all.add("virtual table " + virtual + ": " + e.getMessage());
        }
    }

    private void addMissingNames(StandIns standIns, Set<String> all) throws SQLException {
        List<List<String>> objects = rows("SELECT type, name, tbl_name, sql FROM " + Queries.quote(schema)
                + ".sqlite_schema WHERE type IN ('table', 'index') AND rootpage > 0 ORDER BY type DESC, rowid");
        boolean hasChecks = objects.stream().anyMatch(object -> hasCheck(object.get(3)));
        if (standIns.isEmpty() && !hasChecks) {
            return;
        }
        Map<String, Missing> tables = new HashMap<>();
        try (Replica replica = new Replica()) {
            for (List<String> object : objects) {
                String name = object.get(1);
                String sql = object.get(3);
                if ("index".equals(object.get(0))) {
                    Missing ofTable = tables.getOrDefault(object.get(2), Missing.NOTHING);
                    Missing lacks = sql == null ? ofSorting(name, ofTable) : replica.index(sql);
                    tell("index " + name, lacks, all);
                } else if (!name.startsWith("sqlite_")) {
                    Missing lacks = replica.table(name, sql);
                    tables.put(name, lacks);
                    if (!lacks.functions().isEmpty() || hasCheck(sql)) {
                        tell("CHECKs and generated columns of table " + name, lacks, all);
                    }
                    if (hasKeyInOtherOrder(name)) {
                        tell("order of table " + name, new Missing(Set.of(), lacks.collations()), all);
                    }
                }
            }
        }
    }

    private static boolean hasCheck(String sql) {
        return sql != null && HAS_CHECK.matcher(sql).find();
    }

    /** An index that SQLite makes by itself computes nothing. */
    private Missing ofSorting(String index, Missing ofTable) throws SQLException {
        Set<String> collations = new TreeSet<>(ofTable.collations());
        collations.retainAll(rows("SELECT lower(coll) FROM pragma_index_xinfo(" + Queries.text(index) + ", "
                        + Queries.text(schema) + ")")
                .stream()
                .map(row -> row.get(0))
                .toList());
        return new Missing(Set.of(), collations);
    }

    private static void tell(String what, Missing lacks, Set<String> all) {
        if (!lacks.isNothing()) {
            List<String> names = new ArrayList<>();
            lacks.functions().forEach(name -> names.add("the function " + name));
            lacks.collations().forEach(name -> names.add("the collation " + name));
            all.add(what + ": only the application has " + String.join(" and ", names));
        }
    }

    private List<List<String>> rows(String sql) throws SQLException {
        return Queries.rows(on, sql);
    }
}
