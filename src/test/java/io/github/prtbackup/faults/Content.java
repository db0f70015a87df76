package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A database that says which state it is in, and whose content follows from that. */
final class Content {
    static final String STATE = "SELECT n FROM c";
    private static final String PADDING = "-".repeat(700);
    private static final int ROWS = 9;

    private Content() {}

    /** Creates state 0. */
    static void create(Path database, String journalMode) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            Sql.column(connection, "PRAGMA journal_mode = " + journalMode);
            Sql.run(
                    connection,
                    "CREATE TABLE c (n INTEGER)",
                    "INSERT INTO c VALUES (0)",
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                    "CREATE INDEX i ON t (v)");
        }
    }

    /** What leads from a state to the next. */
    static List<String> steps(long from) {
        long next = from + 1;
        return List.of(
                "UPDATE c SET n = " + next,
                "INSERT INTO t VALUES (" + next + ", 'inserted in " + next + PADDING + "')",
                "UPDATE t SET v = 'updated in " + next + PADDING + "' WHERE id = " + next * 3 / 4,
                "DELETE FROM t WHERE id = " + (next - ROWS));
    }

    private static List<String> rows(long state) {
        TreeMap<Long, String> rows = new TreeMap<>();
        for (long n = 1; n <= state; n++) {
            rows.put(n, "inserted in " + n + PADDING);
            if (rows.containsKey(n * 3 / 4)) {
                rows.put(n * 3 / 4, "updated in " + n + PADDING);
            }
            rows.remove(n - ROWS);
        }
        List<String> result = new ArrayList<>();
        rows.forEach((id, value) -> result.add(id + "|" + value));
        return result;
    }

    /** Which state a database file is in, after all of it was looked at. */
    static long check(Path database) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            return check(connection, database);
        }
    }

    static long check(Connection connection, Path database) throws SQLException {
        assertThat(Sql.column(connection, "PRAGMA integrity_check"))
                .as(database.toString())
                .containsExactly("ok");
        long state = Sql.number(connection, STATE);
        assertThat(Sql.column(connection, "SELECT id || '|' || v FROM t ORDER BY id"))
                .as(database + " in state " + state)
                .isEqualTo(rows(state));
        return state;
    }
}
