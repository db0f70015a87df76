package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Verdict.Trait;
import java.util.List;
import java.util.Optional;

/** One statement of a string of SQL, and what its text says about it. Immutable, safe for use by any thread. */
public final class SqlStatement {

    private final String text;
    private final String source;
    private final String trailer;
    private final Verdict verdict;
    private volatile String summary;
    private volatile List<String> changedTables;

    /**
     * @param text the statement without its semicolon
     * @param source the statement as it stands in its string, with the blanks around it and its semicolon
     * @param trailer comments behind the semicolon of the last statement of a string, else empty
     */
    SqlStatement(String text, String source, String trailer, Verdict verdict) {
        this.text = text;
        this.source = source;
        this.trailer = trailer;
        this.verdict = verdict;
    }

    /** {@return the statement with the comments in it and in front of it, without the semicolon that ends it} */
    public String text() {
        return text;
    }

    /**
     * {@return the statement as it stands in its string} SQLite stores the text of a definition up to its semicolon, blanks
     * included.
     */
    public String source() {
        return source;
    }

    /**
     * {@return what the statement does, by its text alone} What is not understood is a {@link Effect#WRITE}. So is a change
     * of rows in {@code temp}: only {@link Explain} knows whether a trigger reaches further.
     */
    public Effect effect() {
        return verdict.effect();
    }

    /** {@return which transaction statement it is, null unless {@link #effect()} is {@link Effect#TRANSACTION}} */
    public TransactionControl control() {
        return verdict.control();
    }

    /**
     * {@return the name in SAVEPOINT, RELEASE and ROLLBACK TO, unquoted, null elsewhere} SQLite compares it without regard
     * to the case of ASCII letters.
     */
    public String savepointName() {
        return verdict.savepoint();
    }

    /**
     * {@return whether it is a write that refuses to run inside a transaction or would do something else there} VACUUM, a
     * change of the journal mode, sqlite-jdbc's {@code restore from}.
     */
    public boolean standsAlone() {
        return needsAutocommit() && effect() == Effect.WRITE;
    }

    /**
     * {@return whether the statement, a write or not, fails or does nothing or something else inside a transaction} As
     * {@link #standsAlone()}, and {@code PRAGMA foreign_keys = …}, {@code synchronous}, {@code wal_checkpoint}, DETACH,
     * {@code VACUUM INTO}, {@code backup to}. A string with such a statement can't be wrapped in a transaction.
     */
    public boolean needsAutocommit() {
        return verdict.has(Trait.NEEDS_AUTOCOMMIT);
    }

    /** {@return whether it may leave a cursor with rows open} Of interest for writes; true for every query. */
    public boolean mayReturnRows() {
        return verdict.has(Trait.MAY_RETURN_ROWS);
    }

    /**
     * {@return whether it is a write that {@link Explain} can answer for} False where EXPLAIN would act or not tell the
     * truth: PRAGMA, VACUUM, {@code restore from}, queries that write, the unknown.
     */
    public boolean explainable() {
        return verdict.has(Trait.EXPLAINABLE);
    }

    /**
     * {@return whether it may change what a name in another statement means} Definitions, ATTACH, DETACH, {@code PRAGMA temp_store =
     * …} (which drops all that is in {@code temp}), the unknown: what
     * {@link Explain} answered before is void. (A ROLLBACK that undoes one of them has the same effect.)
     */
    public boolean changesNames() {
        return verdict.has(Trait.CHANGES_NAMES);
    }

    /** {@return whether it fails while another statement of the connection is on a row} DROP. */
    public boolean needsNoCursors() {
        return verdict.has(Trait.NEEDS_NO_CURSORS);
    }

    /**
     * {@return whether SQLite commits nothing as long as the statement is on a row} RETURNING, and some PRAGMAs, also such as
     * change nothing: {@code journal_mode}, {@code wal_checkpoint}.
     */
    public boolean keepsTransactionOpen() {
        return verdict.has(Trait.KEEPS_TRANSACTION_OPEN);
    }

    /** {@return whether changes of rows may return a row from now on} {@code PRAGMA count_changes = …}. */
    public boolean countsChanges() {
        return "count_changes".equals(verdict.pragma()) && verdict.pragmaValue() != null;
    }

    /** {@return whether it is a DETACH, after which another file may be attached at the same path} */
    public boolean detaches() {
        return verdict.equals(Verdict.DETACH);
    }

    /**
     * {@return the schema written in a PRAGMA, a VACUUM or one of sqlite-jdbc's commands, {@code main} where none is
     * written, null for other statements}
     */
    public String schemaName() {
        return verdict.schema();
    }

    /**
     * {@return whether it may act on every attached database, and neither {@link Explain} nor {@link #schemaName()} tells
     * on which} {@code PRAGMA journal_mode = …} and {@code optimize} without a schema, queries that write, the unknown.
     */
    public boolean everySchema() {
        return verdict.has(Trait.EVERY_SCHEMA);
    }

    /** {@return the name of a PRAGMA in lower case, null for other statements} */
    public String pragmaName() {
        return verdict.pragma();
    }

    /** {@return the value of a PRAGMA without quotes, null where there is none} */
    public String pragmaValue() {
        return verdict.pragmaValue();
    }

    /**
     * {@return the kind of the statement and the tables it names, such as {@code UPDATE contacts}} At most 80 characters;
     * never a value. Worked out at the first call.
     */
    public String summary() {
        String known = summary;
        if (known == null) {
            known = Summary.of(text);
            summary = known;
        }
        return known;
    }

    /**
     * {@return the table that it says it changes, none where it names none or one in {@code temp}} As it is written,
     * without quotes and schema; it may be a view. Worked out at the first call.
     */
    public List<String> changedTables() {
        List<String> known = changedTables;
        if (known == null) {
            known = ChangedTable.of(text).map(List::of).orElse(List.of());
            changedTables = known;
        }
        return known;
    }

    /**
     * {@return the table or view whose rows an INSERT, REPLACE, UPDATE or DELETE changes, as it is written} Empty for other
     * statements, and where it is not understood.
     */
    public Optional<QualifiedName> target() {
        return ChangedTable.ofRowChange(text);
    }

    /** {@return what it does to the rows of {@link #target()}} Empty for other statements, and where it is not understood. */
    public Optional<RowChange> rowChange() {
        return RowChange.of(text);
    }

    /** {@return the table that a DROP TABLE removes, as it is written} Empty for other statements. */
    public Optional<QualifiedName> removedTable() {
        return ChangedTable.ofRemoval(text);
    }

    /** {@return the {@code action} of an sqlcommenter comment in or behind the statement, else null} */
    public String action() {
        String action = SqlCommenter.action(text);
        return action != null || trailer.isEmpty() ? action : SqlCommenter.action(trailer);
    }

    /** {@return the text} */
    @Override
    public String toString() {
        return text;
    }
}
