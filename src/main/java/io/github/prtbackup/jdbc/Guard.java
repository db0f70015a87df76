package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.sql.Classifier;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.Script;
import io.github.prtbackup.sql.SqlStatement;
import io.github.prtbackup.sql.TransactionControl;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one funnel through which every execute of a connection goes. Before the first write of a transaction it takes the
 * write lock of the databases that will be written and backs them up, so that the backup holds exactly the state that the
 * write meets:
 *
 * <ol>
 *   <li>the lock first: between copy and write nobody else can commit,
 *   <li>then the copy, taken from the locked state,
 *   <li>then the statement. If lock or copy fail, it is not run.
 * </ol>
 *
 * <p>Here it is only decided what a call is: a read, the begin or end of a transaction, one write or several. How each is
 * run is told by {@link GuardedWrites}, what is done before the first write by {@link FirstBackups}, what before the end by
 * {@link Endings}.
 *
 * <p>Thread-safe: the connection's and the database's monitor are held, in sqlite-jdbc's own order, from lock to commit.
 */
final class Guard {

    /** The guarded work: sqlite-jdbc's own execute method. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    private final BackupConnection connection;
    private final Settings settings;
    private final Classifier classifier;
    private final AutomaticBackups backups;
    private final Targets targets;
    private final PresentTransaction present;
    private final Endings endings;
    private final GuardedWrites writes;

    /** The call that is going on. Its statements come back here one by one, if it has several. */
    private Call call = Call.OF_ONE;

    Guard(BackupConnection connection, Settings settings, Classifier classifier, AutomaticBackups backups) {
        this.connection = connection;
        this.settings = settings;
        this.classifier = classifier;
        this.backups = backups;
        RawTransaction transaction = new RawTransaction(connection);
        this.targets = new Targets(connection, transaction);
        this.present = new PresentTransaction(transaction, backups);
        this.endings = new Endings(connection, backups, transaction, present, targets);
        FirstBackups first = new FirstBackups(connection, settings, backups, present, targets);
        this.writes = new GuardedWrites(connection, transaction, present, targets, first, endings);
    }

    /** The first statement of a string, for the methods that run only the first; null if there is none. */
    SqlStatement first(String sql) {
        return settings.enabled() && sql != null ? classifier.first(sql) : null;
    }

    /** All statements of a string, for the methods that run all. */
    Script script(String sql) {
        return settings.enabled() && sql != null ? classifier.script(sql) : new Script(List.of());
    }

    /** A statement of a string that {@link #first} gave has been compiled, and may be run any number of times. */
    void prepared(SqlStatement statement) throws SQLException {
        locked(() -> {
            targets.prepared(statement);
            return null;
        });
    }

    /** A statement is about to read, past the funnel. Costs next to nothing. */
    void read() {
        present.read();
    }

    /**
     * Runs one statement.
     *
     * @param statement what the work runs; null if there is nothing to guard
     * @param leavesRows whether the work may return before all rows of the statement are read
     */
    <T> T run(SqlStatement statement, boolean leavesRows, Work<T> work) throws SQLException {
        if (statement == null || (statement.effect() == Effect.READ && !statement.changesNames())) {
            present.read();
            return work.run();
        }
        return locked(() -> {
            try {
                T result = switch (statement.effect()) {
                    case READ -> reading(statement, work);
                    case TRANSACTION -> control(statement, work);
                    case WRITE -> writes.run(call, statement, leavesRows, work);
                };
                if (statement.changesNames() || Targets.replacesDatabase(statement)) {
                    targets.forget();
                }
                if (statement.effect() != Effect.TRANSACTION) {
                    present.read();
                }
                return result;
            } catch (SQLException e) {
                // It may have ended the transaction, and with it what was defined in it.
                targets.forget();
                throw e;
            }
        });
    }

    /**
     * Runs several statements as one write with one backup.
     *
     * @param together runs all of them inside one transaction
     * @param oneByOne calls {@link #run} for each of them, which in autocommit mode is a transaction for each
     */
    <T> T runAll(List<SqlStatement> statements, Work<T> together, Work<T> oneByOne) throws SQLException {
        if (statements.stream().allMatch(statement -> statement == null || statement.effect() == Effect.READ)) {
            return oneByOne.run();
        }
        return locked(() -> {
            try {
                if (statements.stream().allMatch(this::goesTogether) && namesHold(statements)) {
                    return runTogether(statements, together, oneByOne);
                }
                return runOneByOne(oneByOne);
            } finally {
                call = Call.OF_ONE;
                targets.forget();
            }
        });
    }

    private <T> T runOneByOne(Work<T> work) throws SQLException {
        call = Call.ofSeveral();
        return work.run();
    }

    private <T> T runTogether(List<SqlStatement> statements, Work<T> work, Work<T> oneByOne) throws SQLException {
        SqlStatement first = statements.get(0);
        Set<Database> databases;
        try {
            databases = new LinkedHashSet<>(targets.of(first));
        } catch (SQLException e) {
            // It does not compile, so nothing of the string will run, as far as this connection knows.
            return runOneByOne(oneByOne);
        }
        for (SqlStatement statement : statements) {
            if (statement.effect() != Effect.WRITE) {
                continue;
            }
            List<Database> written = targets.ofLater(statement);
            if (written.isEmpty() && !targets.writesElsewhere(statement)) {
                // Nothing, as far as this connection knows; alone the statement makes sure of it.
                return runOneByOne(oneByOne);
            }
            databases.addAll(written);
        }
        if (!databases.isEmpty() || targets.databases().ambiguous()) {
            return writes.wrapped(call, statements, List.copyOf(databases), work);
        }
        // What hides a table of the file may be dropped, and the file is written then.
        return statements.stream().noneMatch(SqlStatement::changesNames) ? work.run() : runOneByOne(oneByOne);
    }

    /** Whether a statement does the same in a transaction that it shares with others as in one of its own. */
    private boolean goesTogether(SqlStatement statement) {
        return Targets.canRunInTransaction(statement) && !targets.mayRollBack(statement);
    }

    /**
     * Whether each statement writes, when the ones before it have run, what it would write now. Where there is only one
     * database, definitions do, also behind other definitions; and they fire no triggers.
     */
    private boolean namesHold(List<SqlStatement> statements) throws SQLException {
        if (targets.databases().ambiguous()) {
            return statements.stream().limit(statements.size() - 1).noneMatch(SqlStatement::changesNames);
        }
        return statements.stream()
                .dropWhile(statement -> !statement.changesNames())
                .allMatch(statement -> statement.changesNames() && statement.effect() == Effect.WRITE);
    }

    /** Runs a write that replaces a database and is no SQL that could be explained. */
    void runReplacement(String schema, String summary, Work<Void> work) throws SQLException {
        locked(() -> {
            List<Database> replaced = targets.databases().named(schema).stream().toList();
            try {
                return settings.enabled() && !replaced.isEmpty()
                        ? writes.alone(call, "SQL: " + summary, true, replaced, work)
                        : work.run();
            } finally {
                // What was a file is memory now.
                targets.forget();
            }
        });
    }

    /** A transaction was begun or ended by a method of JDBC. */
    void transactionBoundary() throws SQLException {
        locked(() -> {
            present.boundaryUnlessWriting();
            return null;
        });
    }

    /** The connection is open: what a crash may have left of its backups is put right. */
    void open() throws SQLException {
        for (Database database : targets.databases().files()) {
            Openings.opened(database.file(), settings);
            if (!settings.enabled()) {
                continue;
            }
            try {
                backups.open(database.file());
            } catch (IOException e) {
                // Reads go on without; a write will say the same, with its own exception.
                log.warn("The backups of {} cannot be checked: {}", database.file(), e.toString());
            }
        }
    }

    /** The connection is about to be closed. */
    void close() throws SQLException {
        locked(() -> {
            endings.closing();
            return null;
        });
    }

    /** A savepoint was rolled back to by a method of JDBC, and with it the definition of a temporary table, for one. */
    void rolledBack() {
        targets.forget();
    }

    /** A savepoint is about to be set by a method of JDBC. */
    void beforeSavepoint() throws SQLException {
        locked(() -> {
            present.beforeSavepoint();
            return null;
        });
    }

    private <T> T reading(SqlStatement statement, Work<T> work) throws SQLException {
        if (statement.detaches()) {
            // First, as with the end of the connection.
            Path main = targets.databases().main().map(Database::file).orElse(null);
            Endings.attempt(() -> backups.closeAllBut(main));
        }
        return work.run();
    }

    private <T> T control(SqlStatement statement, Work<T> work) throws SQLException {
        if (statement.control() == TransactionControl.SAVEPOINT) {
            present.beforeSavepoint();
        }
        T result = switch (statement.control()) {
            case COMMIT -> endings.committing(work);
            case RELEASE -> endings.releasing(work);
            case ROLLBACK -> endings.rollingBack(work);
            case BEGIN, SAVEPOINT, ROLLBACK_TO -> work.run();
        };
        switch (statement.control()) {
            case BEGIN, COMMIT -> present.boundaryUnlessWriting();
            case ROLLBACK -> {
                present.boundary();
                targets.forget();
            }
            case ROLLBACK_TO -> targets.forget();
            case SAVEPOINT, RELEASE -> {
                // The transaction may go on. If it does not, the next write finds out when it begins one.
            }
        }
        return result;
    }

    /** Runs a method of JDBC that commits. */
    <T> T committing(Work<T> work) throws SQLException {
        return locked(() -> {
            T result = endings.committing(work);
            backups.catchUp();
            return result;
        });
    }

    /** Runs a method of JDBC that rolls back a transaction, also one whose rows are still read. */
    <T> T rollingBack(Work<T> work) throws SQLException {
        return locked(() -> {
            T result = endings.rollingBack(work);
            present.boundary();
            targets.forget();
            return result;
        });
    }

    /** Runs a method of JDBC that releases a savepoint. */
    <T> T releasing(Work<T> work) throws SQLException {
        return locked(() -> endings.releasing(work));
    }

    private <T> T locked(Work<T> work) throws SQLException {
        synchronized (connection) {
            synchronized (connection.getDatabase()) {
                return work.run();
            }
        }
    }
}
