package io.github.prtbackup.diff;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares what is stored in a file and is neither schema nor rows. */
final class Settings {
    /** What the name of the last number of an AUTOINCREMENT begins with. */
    static final String SEQUENCE = "sqlite_sequence.";

    /** Those of every database, an empty one included. */
    private static final List<String> VALUES = List.of("user_version", "application_id");

    /** Those that a file has from its first page on. */
    private static final List<String> FORMAT = List.of("page_size", "auto_vacuum");

    private Settings() {}

    static List<SettingChange> compare(State from, State to) throws SQLException {
        List<SettingChange> changes = new ArrayList<>();
        for (String name : VALUES) {
            add(changes, name, from.pragma(name), to.pragma(name));
        }
        if (!hasSameEncoding(from, to)) {
            add(changes, "encoding", from.pragma("encoding"), to.pragma("encoding"));
        }
        if (!isEmptyFile(from) && !isEmptyFile(to)) {
            for (String name : FORMAT) {
                add(changes, name, from.pragma(name), to.pragma(name));
            }
        }
        Map<String, String> before = sequences(from);
        Map<String, String> after = sequences(to);
        TreeSet<String> tables = new TreeSet<>(before.keySet());
        tables.addAll(after.keySet());
        for (String table : tables) {
            add(changes, SEQUENCE + table, before.getOrDefault(table, ""), after.getOrDefault(table, ""));
        }
        return List.copyOf(changes);
    }

    private static void add(List<SettingChange> changes, String name, String before, String after) {
        if (!before.equals(after)) {
            changes.add(new SettingChange(name, before, after));
        }
    }

    static boolean hasSameEncoding(State from, State to) {
        return !from.isEncodingFixed()
                || !to.isEncodingFixed()
                || from.encoding().equals(to.encoding());
    }

    static boolean isEmptyFile(State state) throws SQLException {
        return "0".equals(state.pragma("page_count"));
    }

    /** Whether SQLite keeps the last numbers of AUTOINCREMENT, which it does from the first such table on. */
    static boolean hasSequences(State state) {
        return state.schema().trees().stream().anyMatch(tree -> "sqlite_sequence".equals(tree.name()));
    }

    /** The last number that AUTOINCREMENT gave out, as SQL; by table. */
    static Map<String, String> sequences(State state) throws SQLException {
        Map<String, String> sequences = new TreeMap<>();
        if (hasSequences(state)) {
            // Only AUTOINCREMENT writes here as a rule, but anybody may.
            for (List<String> row : state.rows(
                    "SELECT name, group_concat(quote(seq), ', ' ORDER BY rowid) FROM sqlite_sequence GROUP BY name")) {
                sequences.put(String.valueOf(row.get(0)), row.get(1));
            }
        }
        return sequences;
    }
}
