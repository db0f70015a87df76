package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import java.util.ArrayList;
import java.util.List;

/** Backups as lines with aligned columns. */
final class BackupTable {
    private static final int ID = 0;
    private static final int SIZE = 3;
    private static final int COMMENT = 4;
    private static final String GAP = "  ";
    private static final int SHORTEST_COMMENT = 10;

    private BackupTable() {}

    /**
     * The table, a heading first.
     *
     * @param width the columns of the terminal; longer comments are cut
     */
    static List<String> of(List<BackupInfo> backups, int width) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "TIME", "KIND", "SIZE", "COMMENT"));
        for (BackupInfo backup : backups) {
            rows.add(List.of(
                    Long.toString(backup.backupId()),
                    Text.time(backup.timestamp()),
                    kind(backup),
                    Text.size(backup.sizeBytes()),
                    Text.visible(backup.comment())));
        }
        int[] widths = new int[COMMENT];
        for (List<String> row : rows) {
            for (int column = 0; column < COMMENT; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return rows.stream().map(row -> line(row, widths, width)).toList();
    }

    static String kind(BackupInfo backup) {
        return backup.isAuto() ? "auto" : "manual";
    }

    private static String line(List<String> row, int[] widths, int width) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < COMMENT; column++) {
            String cell = row.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            boolean number = column == ID || column == SIZE;
            line.append(number ? padding + cell : cell + padding).append(GAP);
        }
        int room = Math.max(SHORTEST_COMMENT, width - line.length());
        return line.append(Text.cut(row.get(COMMENT), room)).toString().stripTrailing();
    }
}
