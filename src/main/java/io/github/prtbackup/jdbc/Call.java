package io.github.prtbackup.jdbc;

import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One call of an execute method. In autocommit mode it has one backup of each database, however many transactions of SQLite
 * it is.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class Call {

    /** One that runs a single statement, and so has nothing to remember. */
    static final Call OF_ONE = new Call(null);

    private final Set<String> covered;

    private Call(Set<String> covered) {
        this.covered = covered;
    }

    /** One that runs several statements, each in a transaction of its own. */
    static Call ofSeveral() {
        return new Call(new HashSet<>());
    }

    /** Whether it has not backed this database up yet; then it is about to. */
    boolean isFirstWrite(Database database) {
        return covered == null || covered.add(database.schema());
    }

    /** Those of some databases that it has not backed up yet, and is about to. */
    List<Database> uncovered(List<Database> databases) {
        return databases.stream().filter(this::isFirstWrite).toList();
    }
}
