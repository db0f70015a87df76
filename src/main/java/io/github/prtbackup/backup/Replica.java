package io.github.prtbackup.backup;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4Statement;

/** An empty database in memory that gets the tables and indexes of another, to see what SQLite lacks for each of them. */
final class Replica implements AutoCloseable {
    private final JDBC4Connection connection;

    /**
     * What SQLite does not have.
     *
     * @param functions their names
     * @param collations their names, in small letters
     */
    record Missing(Set<String> functions, Set<String> collations) {
        static final Missing NOTHING = new Missing(Set.of(), Set.of());

        boolean isNothing() {
            return functions.isEmpty() && collations.isEmpty();
        }
    }

    Replica() throws SQLException {
        connection = new JDBC4Connection("jdbc:sqlite::memory:", ":memory:", new Properties());
    }

    /**
     * Makes a table.
     *
     * @return what the application must have to write to it. A table that cannot be made, because it is from before a rule of
     *     SQLite's, lacks nothing
     */
    Missing table(String name, String sql) throws SQLException {
        return missing(
                sql,
                "SELECT 'EXPLAIN UPDATE main.' || t || ' SET ' || group_concat(c || ' = ' || c, ', ') FROM"
                        + " (SELECT '\"' || replace(" + Queries.text(name) + ", '\"', '\"\"') || '\"' AS t,"
                        + " '\"' || replace(name, '\"', '\"\"') || '\"' AS c FROM pragma_table_xinfo("
                        + Queries.text(name) + ") WHERE hidden = 0)");
    }

    /**
     * Makes an index, whose table has been made.
     *
     * @return as of {@link #table}
     */
    Missing index(String sql) throws SQLException {
        return missing(sql, "");
    }

    /** @param compiled gives a statement that is compiled when the first has run; empty for none */
    private Missing missing(String sql, String compiled) throws SQLException {
        // They do not stay: what is made next is to tell what it lacks as well.
        try (StandIns standIns = new StandIns(connection)) {
            run(sql, standIns);
            if (!compiled.isEmpty()) {
                run(String.valueOf(Queries.first(connection, compiled)), standIns);
            }
            Set<String> collations = new TreeSet<>();
            standIns.collations().forEach(name -> collations.add(name.toLowerCase(Locale.ROOT)));
            return new Missing(new TreeSet<>(standIns.functions()), collations);
        }
    }

    private void run(String sql, StandIns standIns) throws SQLException {
        boolean goesOn = true;
        while (goesOn) {
            try (JDBC4Statement statement = new JDBC4Statement(connection)) {
                boolean unused = statement.execute(sql);
                goesOn = false;
            } catch (SQLException e) {
                goesOn = standIns.add(e);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
