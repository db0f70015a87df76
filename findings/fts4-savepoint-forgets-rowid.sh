#!/usr/bin/env bash
# sqlite-jdbc 3.54.1.0 (SQLite 3.54.1): setting a savepoint after an insert into an FTS4 table, with nothing in between, makes
# last_insert_rowid() 0. Before the savepoint it is the row's id, and so it is in the same sequence on an ordinary table.
# https://www.sqlite.org/lang_corefunc.html#last_insert_rowid names no such case.
# Exits with 0 as long as that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mvn -q -B dependency:copy -Dartifact=org.xerial:sqlite-jdbc:3.54.1.0 -DoutputDirectory=. -Dmdep.stripVersion=true
mvn -q -B dependency:copy -Dartifact=org.slf4j:slf4j-api:2.0.17 -DoutputDirectory=. -Dmdep.stripVersion=true
cat > Seen.java <<'JAVA'
import java.sql.*;

public class Seen {
    public static void main(String[] arguments) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE plain (a)");
            statement.executeUpdate("CREATE VIRTUAL TABLE search USING fts4 (a)");
            for (String table : new String[] {"plain", "search"}) {
                statement.executeUpdate("BEGIN");
                statement.executeUpdate("INSERT INTO " + table + " VALUES ('x')");
                long before = rowid(statement);
                statement.executeUpdate("SAVEPOINT s");
                System.out.println(table + ": " + before + ", after SAVEPOINT " + rowid(statement));
                statement.executeUpdate("COMMIT");
            }
        }
    }

    static long rowid(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT last_insert_rowid()")) {
            return row.getLong(1);
        }
    }
}
JAVA
seen=$(java -cp sqlite-jdbc.jar:slf4j-api.jar Seen.java 2>/dev/null)
echo "$seen"
[ "$seen" = "plain: 1, after SAVEPOINT 1
search: 1, after SAVEPOINT 0" ]
