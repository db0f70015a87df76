package io.github.prtbackup.diff;

import java.util.ArrayList;
import java.util.List;

/**
 * The condition that columns have certain values, of however many columns a key is made. SQLite goes down one level of its
 * own stack for each column that it looks up in an index, and Java's threads have room for some 1500: more, and the process
 * is gone. And of conditions that are joined without parentheses it takes no more than 1000.
 */
final class KeyCondition {
    /** How many columns are looked up. Where that many are equal, few rows are left to look at. */
    private static final int LOOKED_UP = 64;

    private static final int GROUP = 64;

    private KeyCondition() {}

    /**
     * The SQL around the values: one goes between each two of the parts.
     *
     * @param expressions what is compared, at least one
     * @param equal the operator, such as {@code IS}
     * @param unequal its contrary
     */
    static List<String> around(List<String> expressions, String equal, String unequal) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean isGrouped = expressions.size() > GROUP;
        for (int i = 0; i < expressions.size(); i++) {
            boolean isFirst = i % GROUP == 0;
            part.append(i == 0 ? " WHERE " : isFirst ? ") AND " : " AND ");
            part.append(isGrouped && isFirst ? "(" : "");
            // The same, and not looked up.
            part.append(i < LOOKED_UP ? "" : "NOT (");
            part.append(expressions.get(i)).append(' ').append(i < LOOKED_UP ? equal : unequal);
            parts.add(part.append(' ').toString());
            part.setLength(0);
            part.append(i < LOOKED_UP ? "" : ")");
        }
        parts.add(part.append(isGrouped ? ")" : "").toString());
        return parts;
    }
}
