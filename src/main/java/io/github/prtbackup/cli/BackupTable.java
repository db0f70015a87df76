package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Backups as lines with aligned columns. */
final class BackupTable {
    private static final String GAP = "  ";
    private static final int SHORTEST_COMMENT = 10;
    private static final int LONGEST_TABLES = 40;

    /** A column but the last, which is the comment. */
    private record Column(String heading, boolean number, List<String> cells) {
        String padded(int row) {
            int width = Math.max(
                    heading.length(),
                    cells.stream().mapToInt(String::length).max().orElse(0));
            String cell = row < 0 ? heading : cells.get(row);
            String padding = " ".repeat(width - cell.length());
            return number ? padding + cell : cell + padding;
        }
    }

    private BackupTable() {}

    /**
     * The table, a heading first. Tables have a column where any are known.
     *
     * @param changes what changed after which backup; null if nobody wants to know
     * @param width the columns of the terminal; longer comments are cut
     */
    static List<String> of(List<BackupInfo> backups, Map<Long, Changes> changes, int width) {
        List<Column> columns = new ArrayList<>();
        columns.add(column(
                "ID",
                true,
                backups.stream().map(b -> Long.toString(b.backupId())).toList()));
        columns.add(column(
                "TIME",
                false,
                backups.stream().map(b -> Text.time(b.timestamp())).toList()));
        columns.add(
                column("KIND", false, backups.stream().map(BackupTable::kind).toList()));
        columns.add(column(
                "SIZE",
                true,
                backups.stream().map(b -> Text.size(b.sizeBytes())).toList()));
        List<String> tables =
                backups.stream().map(backup -> tables(backup, changes)).toList();
        if (tables.stream().anyMatch(names -> !names.isEmpty())) {
            columns.add(column("TABLES", false, tables));
        }
        if (changes != null) {
            columns.add(column(
                    "ROWS",
                    false,
                    backups.stream()
                            .map(backup -> changes.get(backup.backupId()))
                            .map(change -> change == null ? Changes.UNKNOWN : change.inWords())
                            .toList()));
        }
        List<String> lines = new ArrayList<>();
        for (int row = -1; row < backups.size(); row++) {
            StringBuilder line = new StringBuilder();
            for (Column column : columns) {
                line.append(column.padded(row)).append(GAP);
            }
            String comment = row < 0 ? "COMMENT" : Text.visible(backups.get(row).comment());
            int room = Math.max(SHORTEST_COMMENT, width - line.length());
            lines.add(line.append(Text.cut(comment, room)).toString().stripTrailing());
        }
        return lines;
    }

    static String kind(BackupInfo backup) {
        return backup.isAuto() ? "auto" : "manual";
    }

    private static Column column(String heading, boolean number, List<String> cells) {
        return new Column(heading, number, cells);
    }

    /** Those that changed; where that was not asked for, those that are recorded. */
    private static String tables(BackupInfo backup, Map<Long, Changes> changes) {
        Changes known = changes == null ? null : changes.get(backup.backupId());
        List<String> tables = changes == null ? backup.tables() : known == null ? List.of() : known.tables();
        return Text.cut(Text.visible(String.join(", ", tables)), LONGEST_TABLES);
    }
}
