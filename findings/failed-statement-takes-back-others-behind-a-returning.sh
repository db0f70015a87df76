#!/usr/bin/env bash
# sqlite-jdbc 3.54.1.0 (SQLite 3.54.1): an INSERT ... RETURNING runs in autocommit mode while a query is open on the same
# connection, and is left on its row. A transaction is begun, and rows are inserted. Then a statement of it fails with a
# constraint. SQLite takes back not only what that statement has done, but all since the RETURNING began, its row included:
# inserts that returned normally. COMMIT succeeds, and integrity_check says ok. Without the open query only the failed statement
# is taken back. https://www.sqlite.org/lang_conflict.html says of ABORT: "changes caused by prior SQL statements within the
# same transaction are preserved".
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
        for (boolean beside : new boolean[] {false, true}) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                    Statement statement = connection.createStatement();
                    Statement reading = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE other (a)");
                statement.executeUpdate("INSERT INTO other VALUES (1), (2)");
                statement.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY, n UNIQUE)");
                statement.executeUpdate("INSERT INTO t VALUES (1, 1)");
                if (beside) {
                    reading.executeQuery("SELECT a FROM other").next();
                }
                try (PreparedStatement returning = connection.prepareStatement("INSERT INTO t (n) VALUES (10) RETURNING id");
                        ResultSet row = returning.executeQuery()) {
                    row.next();
                    reading.close();
                    statement.executeUpdate("BEGIN");
                    statement.executeUpdate("INSERT INTO t (n) VALUES (20)");
                    try {
                        statement.executeUpdate("INSERT INTO t VALUES (30, 30), (1, 31)");
                    } catch (SQLException e) {
                        System.out.print("error " + e.getErrorCode() + ", ");
                    }
                    statement.executeUpdate("INSERT INTO t (n) VALUES (40)");
                }
                statement.executeUpdate("COMMIT");
                System.out.println((beside ? "beside a query: " : "alone: ") + first(statement, "SELECT group_concat(n) FROM t")
                        + ", " + first(statement, "PRAGMA integrity_check"));
            }
        }
    }

    static String first(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.getString(1);
        }
    }
}
JAVA
seen=$(java -cp sqlite-jdbc.jar:slf4j-api.jar Seen.java 2>/dev/null)
echo "$seen"
[ "$seen" = "error 19, alone: 1,10,20,40, ok
error 19, beside a query: 1,40, ok" ]
