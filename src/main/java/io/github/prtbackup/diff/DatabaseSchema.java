package io.github.prtbackup.diff;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.diff.TableSchema.Column;
import io.github.prtbackup.diff.TableSchema.Identity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.sqlite.SQLiteConnection;

/**
 * The schema of a database.
 *
 * @param objects all but those that SQLite makes by itself, in the order of their making
 * @param tables those that are compared, by name: the ordinary and virtual ones, and the statistics
 * @param shadows the names of the tables that a virtual table keeps its content in, by its name
 * @param trees all that have a tree, internal ones as well
 * @param collations those that trees are sorted by
 */
record DatabaseSchema(
        List<SchemaObject> objects,
        Map<String, TableSchema> tables,
        Map<String, List<String>> shadows,
        List<SchemaObject> trees,
        Set<String> collations) {

    /** In {@code table_xinfo}: hidden columns of virtual tables are 1, generated ones 2 and 3. */
    private static final String NOT_HIDDEN = "0";

    static DatabaseSchema read(SQLiteConnection from) throws SQLException {
        List<SchemaObject> all = new ArrayList<>();
        for (List<String> row :
                Queries.rows(from, "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid")) {
            long root = row.get(3) == null ? 0 : Long.parseLong(row.get(3));
            all.add(new SchemaObject(row.get(0), row.get(1), row.get(2), root, closed(row.get(4))));
        }
        Map<String, List<String>> listed = new HashMap<>();
        for (List<String> row : Queries.rows(from, "PRAGMA main.table_list")) {
            listed.put(row.get(1), row);
        }
        Map<String, TableSchema> tables = new LinkedHashMap<>();
        Map<String, List<String>> shadows = new TreeMap<>();
        for (SchemaObject object : all) {
            if (object.isTable() && (!object.isInternal() || isStatistics(object))) {
                List<String> row = listed.get(object.name());
                if (row == null) {
                    continue;
                }
                boolean isShadow = "shadow".equals(row.get(2));
                if (isShadow) {
                    owner(object.name(), listed)
                            .ifPresent(owner -> shadows.computeIfAbsent(owner, name -> new ArrayList<>())
                                    .add(object.name()));
                }
                tables.put(object.name(), table(from, object, row, isShadow));
            }
        }
        return new DatabaseSchema(
                all.stream().filter(object -> !object.isInternal()).toList(),
                tables,
                shadows,
                all.stream().filter(object -> object.root() > 0).toList(),
                collations(from, tables.values()));
    }

    /** Without what no script could repeat: a comment at the end that is not closed, and space behind an index. */
    static String closed(String sql) {
        return sql == null ? null : ("*/".equals(OpenComment.end(sql)) ? sql + "*/" : sql).stripTrailing();
    }

    private static Set<String> collations(SQLiteConnection from, Collection<TableSchema> tables) throws SQLException {
        Set<String> names = new TreeSet<>();
        for (TableSchema table : tables) {
            if (!table.isVirtual()) {
                for (List<String> index :
                        Queries.rows(from, "PRAGMA main.index_list(" + Literal.name(table.name()) + ")")) {
                    Queries.rows(from, "PRAGMA main.index_xinfo(" + Literal.name(index.get(1)) + ")")
                            .forEach(column -> names.add(column.get(4)));
                }
            }
        }
        return names;
    }

    private static boolean isStatistics(SchemaObject object) {
        return object.name().toLowerCase(Locale.ROOT).startsWith("sqlite_stat");
    }

    /** The virtual table whose name a shadow table's name begins with. */
    private static Optional<String> owner(String shadow, Map<String, List<String>> listed) {
        return listed.keySet().stream()
                .filter(name -> "virtual".equals(listed.get(name).get(2)))
                .filter(name -> shadow.length() > name.length() && shadow.charAt(name.length()) == '_')
                .filter(name -> shadow.regionMatches(true, 0, name, 0, name.length()))
                .max(Comparator.comparingInt(String::length));
    }

    /** @param listed what {@code table_list} says: schema, name, type, number of columns, WITHOUT ROWID, STRICT */
    private static TableSchema table(SQLiteConnection from, SchemaObject object, List<String> listed, boolean isShadow)
            throws SQLException {
        boolean isVirtual = "virtual".equals(listed.get(2));
        boolean withoutRowid = "1".equals(listed.get(4));
        boolean isStrict = "1".equals(listed.get(5));
        String quoted = Literal.name(object.name());
        List<Column> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> generated = new HashSet<>();
        TreeMap<Integer, Column> keyByRank = new TreeMap<>();
        for (List<String> row : describe(from, "table_xinfo", quoted, isVirtual)) {
            // Elsewhere ANY makes a number of a text that looks like one.
            String type = isStrict && "ANY".equalsIgnoreCase(row.get(2)) ? "BLOB" : row.get(2);
            Column column = new Column(row.get(1), type, "1".equals(row.get(3)), row.get(4));
            names.add(column.name().toLowerCase(Locale.ROOT));
            if (NOT_HIDDEN.equals(row.get(6))) {
                columns.add(column);
            } else {
                generated.add(column.name());
            }
            if (!"0".equals(row.get(5))) {
                keyByRank.put(Integer.parseInt(row.get(5)), column);
            }
        }
        List<String> key = keyByRank.values().stream().map(Column::name).toList();
        String rowid = Stream.of("rowid", "_rowid_", "oid")
                .filter(name -> !names.contains(name))
                .findFirst()
                .orElse(null);
        if (isVirtual) {
            return new TableSchema(object, Identity.VIRTUAL, rowid, columns, List.of(), Set.of(), true, isShadow);
        }
        List<List<String>> indexes = Queries.rows(from, "PRAGMA main.index_list(" + quoted + ")");
        boolean hasKeyIndex = indexes.stream().anyMatch(row -> "pk".equals(row.get(3)));
        Identity identity;
        if (withoutRowid) {
            identity = Identity.WITHOUT_ROWID;
            rowid = null;
        } else if (key.isEmpty()) {
            identity = Identity.CONTENT;
        } else if (hasKeyIndex) {
            identity = Identity.KEY;
        } else {
            // A primary key without an index of its own is the rowid.
            identity = Identity.ROWID;
            rowid = rowid == null ? Literal.name(key.get(0)) : rowid;
        }
        Set<String> unique = new HashSet<>();
        boolean isOpaque = false;
        for (List<String> index : indexes) {
            if ("1".equals(index.get(2)) && !"pk".equals(index.get(3))) {
                isOpaque |= "1".equals(index.get(4));
                for (List<String> column :
                        Queries.rows(from, "PRAGMA main.index_xinfo(" + Literal.name(index.get(1)) + ")")) {
                    if ("1".equals(column.get(5))) {
                        isOpaque |= column.get(2) == null || generated.contains(column.get(2));
                        unique.add(String.valueOf(column.get(2)));
                    }
                }
            }
        }
        return new TableSchema(object, identity, rowid, columns, key, unique, isOpaque, isShadow);
    }

    /** The columns; none if a virtual table's module is not there. */
    private static List<List<String>> describe(SQLiteConnection from, String pragma, String table, boolean isVirtual)
            throws SQLException {
        try {
            return Queries.rows(from, "PRAGMA main." + pragma + "(" + table + ")");
        } catch (SQLException e) {
            if (isVirtual) {
                return List.of();
            }
            throw e;
        }
    }
}
