package io.github.prtbackup.jdbc;

import java.util.HashSet;
import java.util.Set;

/**
 * The transaction rule: each database file is backed up before its first write in each transaction, and not again.
 *
 * <p>The rule only remembers which databases the present transaction has covered. It is told where a transaction begins
 * and where one ends, and needs only one of the two: forgetting too early costs a superfluous backup, forgetting too late
 * would cost a missing one. So every event that proves that another transaction runs, or none, makes it forget.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class TransactionRule {

    private final Set<String> covered = new HashSet<>();

    /** A transaction began, or one ended: nothing of the present one is covered. */
    void boundary() {
        covered.clear();
    }

    /**
     * Whether a write of this database is the transaction's first, so that its state has to be backed up.
     *
     * @param schema the database's name in the connection, such as {@code main}
     */
    boolean isFirstWrite(String schema) {
        return !covered.contains(schema);
    }

    /** Whether the transaction has written nothing yet, as far as is known. */
    boolean coversNothing() {
        return covered.isEmpty();
    }

    /** The database is backed up, or needs no backup in this transaction. */
    void cover(String schema) {
        covered.add(schema);
    }
}
