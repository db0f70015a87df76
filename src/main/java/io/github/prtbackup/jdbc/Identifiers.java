package io.github.prtbackup.jdbc;

/** Names in SQL. */
final class Identifiers {

    private Identifiers() {}

    /** The name in double quotes, whatever it holds. */
    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
