package io.github.prtbackup.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Tells what strings of SQL do where a schema is at hand to decide what text cannot: whether a name stands for a table of
 * {@code temp}. Nothing is run, only compiled. As thread-safe as the connection.
 */
public final class SchemaClassifier {

    /** The index of {@code temp} in {@code pragma_database_list}. */
    private static final Set<Integer> TEMP_ONLY = Set.of(1);

    private final Connection connection;

    /**
     * Creates a classifier.
     *
     * @param connection a plain connection of SQLite, which stays the caller's to close; null to go by text alone
     */
    public SchemaClassifier(Connection connection) {
        this.connection = connection;
    }

    /**
     * {@return what the string does} A statement that its text calls a write is none where it writes to {@code temp} alone. The
     * text's answer stands where the statement does not compile (it may need what an earlier statement of the string
     * creates), and where there is nothing to do at present ({@code DROP TABLE IF EXISTS} of a table that is not there).
     *
     * @param sql any string
     * @throws SQLException if the connection is closed
     */
    public Effect classify(String sql) throws SQLException {
        Script script = Classifier.parse(sql);
        if (connection == null || script.effect() != Effect.WRITE) {
            return script.effect();
        }
        Effect effect = Effect.READ;
        try (Statement on = connection.createStatement()) {
            // Once a statement has changed what names mean, the schema at hand is not the one that the next will meet.
            boolean namesHold = true;
            for (SqlStatement statement : script.statements()) {
                boolean onlyTemp = namesHold && statement.explainable() && writesOnlyTemp(on, statement);
                if (statement.effect() == Effect.WRITE && !onlyTemp) {
                    return Effect.WRITE;
                }
                if (statement.effect() == Effect.TRANSACTION) {
                    effect = Effect.TRANSACTION;
                }
                namesHold &= !statement.changesNames();
            }
        }
        return effect;
    }

    private static boolean writesOnlyTemp(Statement on, SqlStatement statement) {
        try {
            return Explain.writtenDatabases(on, statement).equals(TEMP_ONLY);
        } catch (SQLException doesNotCompile) {
            return false;
        }
    }
}
