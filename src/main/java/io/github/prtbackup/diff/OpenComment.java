package io.github.prtbackup.diff;

/** Finds out whether a statement ends inside of a comment, which SQLite allows for and keeps in the schema. */
final class OpenComment {

    private OpenComment() {}

    /** What has to come behind a statement before the next one can: nothing, a new line or the end of a comment. */
    static String end(String sql) {
        int at = 0;
        while (at < sql.length()) {
            if (sql.startsWith("--", at)) {
                at = sql.indexOf('\n', at);
                if (at < 0) {
                    return "\n";
                }
            } else if (sql.startsWith("/*", at)) {
                at = sql.indexOf("*/", at + 2);
                if (at < 0) {
                    return "*/";
                }
                at++;
            } else if ("'\"`[".indexOf(sql.charAt(at)) >= 0) {
                // A doubled quote is the end of one and the beginning of another, which comes to the same.
                char end = sql.charAt(at) == '[' ? ']' : sql.charAt(at);
                at = sql.indexOf(end, at + 1);
                if (at < 0) {
                    return "";
                }
            }
            at++;
        }
        return "";
    }
}
