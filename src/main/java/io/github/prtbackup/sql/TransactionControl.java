package io.github.prtbackup.sql;

/** The transaction statements of SQLite. */
public enum TransactionControl {
    /** {@code BEGIN …}, in any mode. */
    BEGIN,
    /** {@code COMMIT} or {@code END}. */
    COMMIT,
    /** {@code ROLLBACK} of the whole transaction. */
    ROLLBACK,
    /** {@code SAVEPOINT name}; begins a transaction where there is none. */
    SAVEPOINT,
    /** {@code RELEASE name}; commits where the savepoint was the one that began the transaction. */
    RELEASE,
    /** {@code ROLLBACK TO name}; the transaction goes on. */
    ROLLBACK_TO
}
