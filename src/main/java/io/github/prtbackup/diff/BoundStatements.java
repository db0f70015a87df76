package io.github.prtbackup.diff;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Runs statements, with their values bound: they may be as long as SQLite keeps them, where a literal may be only as long as
 * a statement. Statements that differ in nothing but values are compiled once. Not thread-safe.
 */
final class BoundStatements implements SqlSink, AutoCloseable {
    /** What changes differ in is which columns they set and which of the values are texts; mostly that is the same. */
    private static final int KEPT = 32;

    private final SQLiteConnection target;
    private final Map<String, JDBC4PreparedStatement> compiled = new LinkedHashMap<>(KEPT, 0.75f, true);
    private final StringBuilder sql = new StringBuilder();
    private final List<Value> values = new ArrayList<>();

    BoundStatements(SQLiteConnection target) {
        this.target = target;
    }

    /** Something to be done with a statement that has its values. */
    interface Work<T> {
        T run(JDBC4PreparedStatement statement) throws SQLException;
    }

    @Override
    public BoundStatements sql(String part) {
        sql.append(part);
        return this;
    }

    /**
     * Text is bound as its bytes, because a text that is bound goes through another encoding, in which not all bytes that
     * SQLite keeps have a place. A CAST alone would have an affinity, which a literal has not.
     */
    @Override
    public BoundStatements value(Value value) {
        sql.append(value.type() == Value.Type.TEXT ? "+CAST(? AS TEXT)" : "?");
        values.add(value);
        return this;
    }

    @Override
    public void end() throws SQLException {
        run(JDBC4PreparedStatement::executeUpdate);
    }

    /** Does something with the statement. Its values are let go afterwards, as they may be large. */
    <T> T run(Work<T> work) throws SQLException {
        try {
            JDBC4PreparedStatement statement = compiled(sql.toString());
            T result;
            try {
                for (int i = 0; i < values.size(); i++) {
                    bind(statement, i + 1, values.get(i));
                }
                result = work.run(statement);
            } catch (SQLException e) {
                // What has failed may leave a statement that does not even let go of its values.
                compiled.values().remove(statement);
                closeAfter(statement, e);
                throw e;
            }
            statement.clearParameters();
            return result;
        } finally {
            sql.setLength(0);
            values.clear();
        }
    }

    private static void closeAfter(JDBC4PreparedStatement statement, SQLException failure) {
        try {
            statement.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private JDBC4PreparedStatement compiled(String text) throws SQLException {
        JDBC4PreparedStatement statement = compiled.get(text);
        if (statement == null) {
            if (compiled.size() >= KEPT) {
                Iterator<JDBC4PreparedStatement> all = compiled.values().iterator();
                all.next().close();
                all.remove();
            }
            statement = (JDBC4PreparedStatement) target.prepareStatement(text);
            compiled.put(text, statement);
        }
        return statement;
    }

    private static void bind(JDBC4PreparedStatement statement, int place, Value value) throws SQLException {
        switch (value.type()) {
            case NULL -> statement.setObject(place, null);
            case INTEGER -> statement.setLong(place, value.integer());
            case REAL -> statement.setDouble(place, value.real());
            case TEXT, BLOB -> statement.setBytes(place, value.sharedBytes());
        }
    }

    @Override
    public void close() throws SQLException {
        for (JDBC4PreparedStatement statement : compiled.values()) {
            statement.close();
        }
    }
}
