package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Two files, of which the second is a changed copy of the first. */
final class Compared {
    private final Path before;
    private final Path after;

    private Compared(Path before, Path after) {
        this.before = before;
        this.after = after;
    }

    /** Makes a database, and changes a copy. */
    static Compared of(Path directory, List<String> made, List<String> changed) throws Exception {
        Path before = directory.resolve("before.db");
        Path after = directory.resolve("after.db");
        run(before, made);
        Files.copy(before, after);
        run(after, changed);
        return new Compared(before, after);
    }

    private static void run(Path database, List<String> statements) throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            for (String statement : statements) {
                Sql.run(connection, statement);
            }
        }
    }

    Path before() {
        return before;
    }

    Path after() {
        return after;
    }

    DatabaseDiff diff() throws Exception {
        return Comparer.compareFiles(before, after, false);
    }

    /** The tables as {@code name +inserted ~updated -deleted [columns]}. */
    List<String> tables() throws Exception {
        try (DatabaseDiff diff = diff()) {
            return diff.tables().stream().map(Compared::inWords).toList();
        }
    }

    static String inWords(TableChange change) {
        return change.name() + " +" + change.inserted() + " ~" + change.updated() + " -" + change.deleted() + " "
                + change.changed() + (change.internal() ? " internal" : "");
    }

    /** The rows of a table that differ, with all their values as SQL. */
    List<String> rows(String table) throws Exception {
        List<String> rows = new ArrayList<>();
        try (DatabaseDiff diff = diff();
                RowChanges changes = diff.rows(table)) {
            for (RowChange change = changes.next(); change != null; change = changes.next()) {
                rows.add(change.before().map(Row::values).orElse(null) + " → "
                        + change.after().map(Row::values).orElse(null));
            }
        }
        return rows;
    }

    /** Applies the script to the first, which then is the second. */
    String script() throws Exception {
        StringBuilder script = new StringBuilder();
        try (DatabaseDiff diff = diff()) {
            diff.writeScript(script);
        }
        try (Connection connection = Sql.plain(before, "foreign_keys=true", "recursive_triggers=true");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(script.toString());
        }
        assertThat(Content.of(before)).as(script.toString()).isEqualTo(Content.of(after));
        try (DatabaseDiff rest = Comparer.compareFiles(before, after, true)) {
            assertThat(rest.isEmpty()).isTrue();
        }
        return script.toString();
    }
}
