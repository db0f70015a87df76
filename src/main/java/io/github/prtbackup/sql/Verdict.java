package io.github.prtbackup.sql;

/**
 * What the text of one statement says about it. The factories are the kinds of statement there are; {@link SqlStatement}
 * documents the components.
 */
record Verdict(
        Effect effect,
        TransactionControl control,
        String savepoint,
        boolean needsAutocommit,
        boolean mayReturnRows,
        boolean explainable,
        boolean changesNames,
        String schema,
        boolean everySchema,
        String pragma,
        String pragmaValue) {

    /**
     * Neither its text nor EXPLAIN tells what it does: it writes, and every question about it has the answer that costs and
     * does not harm.
     */
    static final Verdict UNKNOWN = simple(Effect.WRITE, false, true, false, true);

    /** A query. */
    static final Verdict READ = simple(Effect.READ, false, true, false, false);

    /** Changes what names mean, and no database file: ATTACH, definitions in {@code temp}. */
    static final Verdict READ_THAT_CHANGES_NAMES = simple(Effect.READ, false, false, false, true);

    /** Refuses inside a transaction that has touched the database. */
    static final Verdict DETACH = simple(Effect.READ, true, false, false, true);

    static final Verdict DEFINITION = simple(Effect.WRITE, false, false, true, true);

    /** ANALYZE and REINDEX. */
    static final Verdict MAINTENANCE = simple(Effect.WRITE, false, false, true, false);

    /** {@code VACUUM INTO} and {@code backup to}, which copy a database and refuse to do so inside a transaction. */
    static Verdict copyOf(String schema) {
        return ofSchema(Effect.READ, false, schema);
    }

    static Verdict vacuum(String schema) {
        return ofSchema(Effect.WRITE, false, schema);
    }

    static Verdict restore(String schema) {
        return ofSchema(Effect.WRITE, true, schema);
    }

    static Verdict changesRows(boolean returning) {
        return simple(Effect.WRITE, false, returning, true, false);
    }

    /** Whether a function could be called in it. */
    boolean takesExpressions() {
        return effect != Effect.TRANSACTION && pragma == null;
    }

    static Verdict transaction(TransactionControl control, String savepoint) {
        return new Verdict(Effect.TRANSACTION, control, savepoint, false, false, false, false, null, false, null, null);
    }

    /**
     * @param schema null where none is written
     * @param name in lower case
     */
    static Verdict pragma(String schema, String name, String value) {
        boolean writes = Pragmas.writes(name, value);
        return new Verdict(
                writes ? Effect.WRITE : Effect.READ,
                null,
                null,
                Pragmas.needsAutocommit(name, value),
                !writes || Pragmas.returnsRows(name),
                false,
                false,
                schema == null ? "main" : schema,
                schema == null && Pragmas.actsOnEverySchema(name),
                name,
                value);
    }

    private static Verdict ofSchema(Effect effect, boolean changesNames, String schema) {
        return new Verdict(effect, null, null, true, false, false, changesNames, schema, false, null, null);
    }

    private static Verdict simple(
            Effect effect, boolean needsAutocommit, boolean mayReturnRows, boolean explainable, boolean changesNames) {
        return new Verdict(
                effect, null, null, needsAutocommit, mayReturnRows, explainable, changesNames, null, false, null, null);
    }
}
