package io.github.prtbackup.diff;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.sqlite.Collation;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;
import org.sqlite.jdbc4.JDBC4Statement;

/** One of the two databases that are compared, as a file that does not change, open in SQLite. Not thread-safe. */
final class State implements AutoCloseable {
    private static final Set<String> BUILT_IN = Set.of("BINARY", "NOCASE", "RTRIM");

    private final SQLiteConnection connection;
    private final DatabaseSchema schema;
    private final Charset encoding;
    private final boolean isEncodingFixed;
    private int lastNumber;

    /** Puts values into any order; enough for a tree that is read from end to end. */
    private static final class StandIn extends Collation {
        @Override
        protected int xCompare(String left, String right) {
            return left.compareTo(right);
        }
    }

    private State(SQLiteConnection connection, boolean isEncodingFixed) throws SQLException {
        this.connection = connection;
        this.isEncodingFixed = isEncodingFixed;
        this.schema = DatabaseSchema.read(connection);
        replaceUnknownCollations();
        this.encoding = switch (pragma("encoding")) {
            case "UTF-16le" -> StandardCharsets.UTF_16LE;
            case "UTF-16be" -> StandardCharsets.UTF_16BE;
            default -> StandardCharsets.UTF_8;
        };
    }

    static State open(Path file) throws SQLException, IOException {
        boolean isEncodingFixed = FilePages.hasEncoding(file);
        return of(ReadOnlyConnection.openImmutable(file), isEncodingFixed);
    }

    /** As {@link #open}, of a connection of ours, which is closed with the state. */
    static State of(SQLiteConnection connection, boolean isEncodingFixed) throws SQLException {
        try {
            return new State(connection, isEncodingFixed);
        } catch (SQLException | RuntimeException e) {
            try (connection) {
                throw e;
            }
        }
    }

    DatabaseSchema schema() {
        return schema;
    }

    Charset encoding() {
        return encoding;
    }

    /** Whether there has been a table, the first of which decides. Without it the database fits any encoding. */
    boolean isEncodingFixed() {
        return isEncodingFixed;
    }

    /** A value of the file's header. */
    String pragma(String name) throws SQLException {
        return Queries.rows(connection, "PRAGMA main." + name).get(0).get(0);
    }

    List<List<String>> rows(String sql) throws SQLException {
        return Queries.rows(connection, sql);
    }

    long countRows(String table) throws SQLException {
        return Long.parseLong(rows("SELECT count(*) FROM main." + Literal.name(table) + " NOT INDEXED")
                .get(0)
                .get(0));
    }

    void run(String sql) throws SQLException {
        try (JDBC4Statement statement = new JDBC4Statement(connection)) {
            statement.executeUpdate(sql);
        }
    }

    /** A number that no other part of this state has. */
    int nextNumber() {
        return ++lastNumber;
    }

    JDBC4PreparedStatement prepare(String sql) throws SQLException {
        return new JDBC4PreparedStatement(connection, sql);
    }

    JDBC4Statement statement() throws SQLException {
        return new JDBC4Statement(connection);
    }

    /**
     * Gives stand-ins to the collations that only the application has. SQLite reads no tree that is sorted by one which it
     * does not know, though nothing here depends on that order.
     */
    private void replaceUnknownCollations() throws SQLException {
        for (String name : schema.collations()) {
            // The pragma that lists collations has those as well that the schema only names.
            if (!BUILT_IN.contains(name.toUpperCase(Locale.ROOT))) {
                Collation.create(connection, name, new StandIn());
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
