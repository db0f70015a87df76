package io.github.prtbackup.replay;

import java.util.regex.Pattern;

/** Which statements are called as queries, and which cannot be compared. */
final class Reads {
    private static final Pattern QUERY =
            Pattern.compile("(?s)(?i)\\s*(SELECT|VALUES|EXPLAIN|PRAGMA\\s+\\w+\\s*$|.*\\bRETURNING\\b).*");

    /** What differs from run to run, reaches out of the folder, or takes too long. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "random|current_|'now'|\\bnow\\b|datetime\\(|date\\(|julianday|unixepoch|strftime|time\\(|uuid|load_extension"
                    + "|attach|vacuum\\s.*into|\\bbackup\\b|\\brestore\\b|directory|data_version|generate_series"
                    + "|sqlite_dbpage|stmt_status|heap_limit|readfile|writefile|\\bedit\\(|mmap",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private Reads() {}

    static boolean isQuery(String sql) {
        return QUERY.matcher(sql).matches();
    }

    static boolean isComparable(String sql) {
        return !LEFT_OUT.matcher(sql).find() && sql.length() < 4000 && sql.indexOf('\0') < 0 && !sql.contains(";;");
    }
}
