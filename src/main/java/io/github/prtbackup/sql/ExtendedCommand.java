package io.github.prtbackup.sql;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two commands of sqlite-jdbc that never reach SQLite, recognised as {@code org.sqlite.ExtendedCommand} does: the
 * whole string, no blank or comment in front, no semicolon behind. {@code Statement.execute} and {@code executeUpdate}
 * understand them; everywhere else they are syntax errors.
 *
 * @param restores true for {@code restore [schema] from file}, false for {@code backup [schema] to file}
 * @param schema the database it reads or replaces
 */
record ExtendedCommand(boolean restores, String schema) {

    private static final String ARGUMENT = "(\"[^\"]*\"|'[^']*'|\\S+)";
    private static final Pattern BACKUP =
            Pattern.compile("backup(\\s+" + ARGUMENT + ")?\\s+to\\s+" + ARGUMENT, Pattern.CASE_INSENSITIVE);
    private static final Pattern RESTORE =
            Pattern.compile("restore(\\s+" + ARGUMENT + ")?\\s+from\\s+" + ARGUMENT, Pattern.CASE_INSENSITIVE);

    /** No file name is longer; keeps the patterns away from texts of any size. */
    private static final int MAX_LENGTH = 10_000;

    /** The command that the string is, or null. */
    static ExtendedCommand parse(String sql) {
        if (sql.length() > MAX_LENGTH) {
            return null;
        }
        if (sql.regionMatches(true, 0, "backup", 0, 6)) {
            return match(BACKUP, sql, false);
        }
        if (sql.regionMatches(true, 0, "restore", 0, 7)) {
            return match(RESTORE, sql, true);
        }
        return null;
    }

    private static ExtendedCommand match(Pattern pattern, String sql, boolean restores) {
        Matcher matcher = pattern.matcher(sql);
        if (!matcher.matches()) {
            return null;
        }
        String schema = matcher.group(2) == null ? "" : unquoted(matcher.group(2));
        return new ExtendedCommand(restores, schema.isEmpty() ? "main" : schema);
    }

    private static String unquoted(String name) {
        char first = name.charAt(0);
        boolean quoted =
                name.length() > 1 && (first == '"' || first == '\'') && name.charAt(name.length() - 1) == first;
        return quoted ? name.substring(1, name.length() - 1) : name;
    }
}
