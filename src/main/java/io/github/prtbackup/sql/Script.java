package io.github.prtbackup.sql;

import java.util.List;

/**
 * All statements of a string, in order, without the empty ones. Immutable.
 *
 * @param statements the statements
 */
public record Script(List<SqlStatement> statements) {

    /** Copies the list. */
    public Script {
        statements = List.copyOf(statements);
    }

    /**
     * {@return what the string does: {@link Effect#WRITE} if any of its statements writes, else {@link Effect#TRANSACTION}
     * if any controls a transaction, else {@link Effect#READ}}
     */
    public Effect effect() {
        Effect effect = Effect.READ;
        for (SqlStatement statement : statements) {
            if (statement.effect() == Effect.WRITE) {
                return Effect.WRITE;
            }
            if (statement.effect() == Effect.TRANSACTION) {
                effect = Effect.TRANSACTION;
            }
        }
        return effect;
    }

    /** {@return the first statement, the only one that a prepared statement runs; null where there is none} */
    public SqlStatement first() {
        return statements.isEmpty() ? null : statements.get(0);
    }
}
