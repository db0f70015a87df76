package io.github.prtbackup.sql;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the text of one statement says about it. The constants and factories are the kinds of statement there are;
 * {@link SqlStatement} documents the components.
 */
record Verdict(
        Effect effect,
        Set<Trait> traits,
        TransactionControl control,
        String savepoint,
        String schema,
        String pragma,
        String pragmaValue) {

    /** What else there is to know of a statement. */
    enum Trait {
        /** Fails, does nothing or something else inside a transaction. */
        NEEDS_AUTOCOMMIT,
        /** May leave a cursor with rows open. */
        MAY_RETURN_ROWS,
        /** EXPLAIN tells which databases it writes. */
        EXPLAINABLE,
        /** May change what a name in another statement means. */
        CHANGES_NAMES,
        /** May act on every attached database, and nothing tells on which. */
        EVERY_SCHEMA,
        /** Fails while another statement of the connection is on a row. */
        NEEDS_NO_CURSORS,
        /** As long as it is on a row, it counts as a write that has not ended, also where it changes nothing. */
        KEEPS_TRANSACTION_OPEN
    }

    /**
     * Neither its text nor EXPLAIN tells what it does: it writes, and every question about it has the answer that costs and
     * does not harm.
     */
    static final Verdict UNKNOWN = of(Effect.WRITE, Trait.MAY_RETURN_ROWS, Trait.CHANGES_NAMES, Trait.EVERY_SCHEMA);

    /** A query, or any statement behind EXPLAIN. */
    static final Verdict QUERY = of(Effect.READ, Trait.MAY_RETURN_ROWS);

    /** Something behind EXPLAIN that may be a write. */
    static final Verdict EXPLAINED = of(Effect.READ, Trait.MAY_RETURN_ROWS, Trait.KEEPS_TRANSACTION_OPEN);

    /** ANALYZE or REINDEX of what is in {@code temp}. */
    static final Verdict TEMP_MAINTENANCE = of(Effect.READ);

    /** CREATE, ALTER or DROP of what is in {@code temp}. */
    static final Verdict TEMP_DEFINITION = of(Effect.READ, Trait.CHANGES_NAMES);

    static final Verdict ATTACH = of(Effect.READ, Trait.CHANGES_NAMES);

    /** Refuses inside a transaction that has touched the database. */
    static final Verdict DETACH = of(Effect.READ, Trait.CHANGES_NAMES, Trait.NEEDS_AUTOCOMMIT);

    /** INSERT, REPLACE, UPDATE, DELETE. */
    static final Verdict ROW_CHANGE = of(Effect.WRITE, Trait.EXPLAINABLE);

    /** One of them with a RETURNING clause. */
    static final Verdict RETURNING_ROW_CHANGE =
            of(Effect.WRITE, Trait.EXPLAINABLE, Trait.MAY_RETURN_ROWS, Trait.KEEPS_TRANSACTION_OPEN);

    /** CREATE, ALTER. */
    static final Verdict DEFINITION = of(Effect.WRITE, Trait.EXPLAINABLE, Trait.CHANGES_NAMES);

    /** DROP, which gives back whole trees of pages. */
    static final Verdict REMOVAL = of(Effect.WRITE, Trait.EXPLAINABLE, Trait.CHANGES_NAMES, Trait.NEEDS_NO_CURSORS);

    /** ANALYZE, REINDEX. */
    static final Verdict MAINTENANCE = of(Effect.WRITE, Trait.EXPLAINABLE);

    /** {@code VACUUM INTO} and {@code backup to}. */
    static Verdict copyOf(String schema) {
        return ofSchema(Effect.READ, schema, Trait.NEEDS_AUTOCOMMIT);
    }

    static Verdict vacuum(String schema) {
        return ofSchema(Effect.WRITE, schema, Trait.NEEDS_AUTOCOMMIT);
    }

    static Verdict restore(String schema) {
        return ofSchema(Effect.WRITE, schema, Trait.NEEDS_AUTOCOMMIT, Trait.CHANGES_NAMES);
    }

    static Verdict transaction(TransactionControl control, String savepoint) {
        return new Verdict(Effect.TRANSACTION, Set.of(), control, savepoint, null, null, null);
    }

    /**
     * @param schema null where none is written
     * @param name in lower case
     * @param value null where there is none
     */
    static Verdict pragma(String schema, String name, String value) {
        boolean writes = Pragmas.writes(name, value);
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        if (Pragmas.needsAutocommit(name, value)) {
            traits.add(Trait.NEEDS_AUTOCOMMIT);
        }
        if (!writes || Pragmas.returnsRows(name)) {
            traits.add(Trait.MAY_RETURN_ROWS);
        }
        if (Pragmas.changesNames(name, value)) {
            traits.add(Trait.CHANGES_NAMES);
        }
        if (schema == null && Pragmas.actsOnEverySchema(name)) {
            traits.add(Trait.EVERY_SCHEMA);
        }
        if (Pragmas.keepsTransactionOpen(name) || (writes && Pragmas.returnsRows(name))) {
            traits.add(Trait.KEEPS_TRANSACTION_OPEN);
        }
        return new Verdict(
                writes ? Effect.WRITE : Effect.READ,
                Set.copyOf(traits),
                null,
                null,
                schema == null ? "main" : schema,
                name,
                value);
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether a function could be called in it. */
    boolean takesExpressions() {
        return effect != Effect.TRANSACTION && pragma == null;
    }

    private static Verdict of(Effect effect, Trait... traits) {
        return ofSchema(effect, null, traits);
    }

    private static Verdict ofSchema(Effect effect, String schema, Trait... traits) {
        return new Verdict(effect, Set.of(traits), null, null, schema, null, null);
    }
}
