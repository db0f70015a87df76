package io.github.prtbackup.cli;

import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Row;
import io.github.prtbackup.diff.RowChange;
import io.github.prtbackup.diff.RowChange.Kind;
import io.github.prtbackup.diff.RowChanges;
import io.github.prtbackup.diff.SchemaChange;
import io.github.prtbackup.diff.SettingChange;
import io.github.prtbackup.diff.TableChange;
import io.github.prtbackup.diff.Value;
import io.github.prtbackup.diff.Version;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A diff for people. */
final class DiffText {
    private static final String GAP = "  ";
    private static final int LONGEST_VALUE = 200;
    private static final int COLUMNS = 4;

    private final Terminal terminal;
    private final RowOptions options;

    DiffText(Terminal terminal, RowOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    void print(Version from, Version to, DatabaseDiff diff) throws SQLException {
        print("from " + from, to.toString(), diff);
    }

    /** @param from in words, such as {@code from now} */
    void print(String from, String to, DatabaseDiff diff) throws SQLException {
        if (diff.isEmpty()) {
            terminal.line("No difference " + from + " to " + to + ".");
            return;
        }
        terminal.line(from.substring(0, 1).toUpperCase(Locale.ROOT) + from.substring(1) + " to " + to + ":");
        for (SchemaChange change : diff.schema()) {
            String place = change.type().matches("index|trigger") ? " on " + change.table() : "";
            terminal.line(GAP + change.kind().name().toLowerCase(Locale.ROOT) + " " + change.type() + " "
                    + change.name() + place);
        }
        for (SettingChange change : diff.settings()) {
            terminal.line(GAP + change.name() + ": " + orNothing(change.before()) + " → " + orNothing(change.after()));
        }
        table(diff.tables()).forEach(terminal::line);
        diff.notCompared()
                .forEach((name, reason) ->
                        terminal.line(GAP + "the rows of " + Text.visible(name) + " cannot be compared: " + reason));
        if (options.rows()) {
            for (TableChange table : diff.tables()) {
                if (!diff.notCompared().containsKey(table.name())) {
                    terminal.line("");
                    terminal.line(table.name());
                    printRows(diff, table);
                }
            }
        }
    }

    private static String orNothing(String value) {
        return value.isEmpty() ? "nothing" : value;
    }

    private static List<String> table(List<TableChange> changes) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("TABLE", "INSERTED", "UPDATED", "DELETED", "COLUMNS"));
        for (TableChange change : changes) {
            lines.add(List.of(
                    Text.visible(change.name()),
                    Long.toString(change.inserted()),
                    Long.toString(change.updated()),
                    Long.toString(change.deleted()),
                    Text.visible(String.join(", ", change.changed()))
                            + (change.internal() ? "(what it keeps for itself)" : "")));
        }
        int[] widths = new int[COLUMNS];
        for (List<String> line : lines) {
            for (int column = 0; column < COLUMNS; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        return changes.isEmpty()
                ? List.of()
                : lines.stream().map(line -> line(line, widths)).toList();
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < COLUMNS; column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(GAP).append(column == 0 ? cell + padding : padding + cell);
        }
        return line.append(GAP).append(cells.get(COLUMNS)).toString().stripTrailing();
    }

    private void printRows(DatabaseDiff diff, TableChange table) throws SQLException {
        long total = table.inserted() + table.updated() + table.deleted();
        long shown = options.shown(total);
        try (RowChanges changes = diff.rows(table.name())) {
            for (long i = 0; i < shown; i++) {
                terminal.interruption().check();
                terminal.line(GAP + line(table, changes.next()));
            }
        }
        if (shown < total) {
            terminal.line(GAP + "… and " + Text.count(total - shown, "row", "rows") + " more; --limit 0 shows all");
        }
    }

    private static String line(TableChange table, RowChange change) {
        if (change.kind() != Kind.UPDATED) {
            return (change.kind() == Kind.INSERTED ? "+ " : "- ")
                    + change.after().or(change::before).map(DiffText::all).orElseThrow();
        }
        Row before = change.before().orElseThrow();
        Row after = change.after().orElseThrow();
        String key = table.key().isEmpty()
                ? before.rowid().isPresent() ? "rowid=" + before.rowid().getAsLong() : all(before)
                : table.key().stream()
                        .map(column -> column + "=" + text(after.value(column)))
                        .collect(Collectors.joining(", "));
        return "~ " + key
                + change.changed().stream()
                        .map(column -> column + " "
                                + (before.columns().contains(column) ? text(before.value(column)) : "nothing") + " → "
                                + text(after.value(column)))
                        .collect(Collectors.joining(", ", ": ", ""));
    }

    static String all(Row row) {
        return row.columns().stream()
                .map(column -> column + "=" + text(row.value(column)))
                .collect(Collectors.joining(", "));
    }

    /** As SQL, but what is very long is cut: {@code --json} and {@code --sql} have all of it. */
    static String text(Value value) {
        if (value.type() == Value.Type.BLOB && value.length() > LONGEST_VALUE) {
            return "(" + Text.count(value.length(), "byte", "bytes") + ")";
        }
        // A character may be two of Java's, and one more than are shown tells that it is cut.
        return Text.cut(value.beginning(2 * LONGEST_VALUE + 2), LONGEST_VALUE);
    }
}
