package io.github.prtbackup.diff;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that a database holds, in lines that can be compared, made without any of the code that is tested. */
final class Content {

    private Content() {}

    static Map<String, List<String>> of(Path database) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            Map<String, List<String>> content = new TreeMap<>();
            content.put(
                    " schema",
                    lines(
                            connection,
                            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"));
            for (String pragma : List.of("user_version", "application_id", "integrity_check")) {
                content.put(" " + pragma, lines(connection, "PRAGMA " + pragma));
            }
            for (String table : Sql.column(
                    connection,
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow', 'virtual')"
                            + " AND name <> 'sqlite_schema'")) {
                List<String> rows = rows(connection, table);
                if (!rows.isEmpty() || !table.startsWith("sqlite_")) {
                    content.put(table, rows);
                }
            }
            return content;
        }
    }

    private static List<String> rows(Connection connection, String table) throws SQLException {
        try {
            return lines(connection, "SELECT * FROM \"" + table.replace("\"", "\"\"") + "\"");
        } catch (SQLException e) {
            if (Sql.column(connection, "SELECT name FROM pragma_table_list WHERE type = 'virtual'")
                    .contains(table)) {
                // A full-text index whose rows are elsewhere, and not all there.
                return List.of(e.getMessage());
            }
            throw e;
        }
    }

    private static List<String> lines(Connection connection, String query) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                columns.add("c" + i);
            }
        }
        if (query.startsWith("PRAGMA")) {
            return Sql.column(connection, query);
        }
        String each = columns.stream()
                .map(name ->
                        "typeof(" + name + ") || ' ' || CASE typeof(" + name + ") WHEN 'real' THEN printf('%!.20e', "
                                + name + ") ELSE quote(CAST(" + name + " AS BLOB)) END")
                .reduce((left, right) -> left + " || ', ' || " + right)
                .orElse("'nothing'");
        return Sql.column(
                connection,
                "WITH all_rows(" + String.join(", ", columns) + ") AS (" + query + ") SELECT " + each
                        + " FROM all_rows ORDER BY 1");
    }
}
