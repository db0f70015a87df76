package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.sql.Classifier;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.Script;
import io.github.prtbackup.sql.SqlStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

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
    private final TransactionRule rule = new TransactionRule();
    private final Cancels cancels;
    private final RawTransaction transaction;
    private final Targets targets;
    private final Endings endings;
    private final GuardedWrites writes;

    Guard(BackupConnection connection, Settings settings, Classifier classifier, AutomaticBackups backups) {
        this.connection = connection;
        this.settings = settings;
        this.classifier = classifier;
        this.backups = backups;
        OwnStatements statements = new OwnStatements(connection);
        WriteLock lock = new WriteLock(connection, statements);
        this.cancels = new Cancels(connection.getDatabase()::interrupt);
        this.transaction = new RawTransaction(statements, cancels);
        this.targets = new Targets(connection, statements, lock);
        this.endings = new Endings(connection, backups, statements, transaction, rule);
        FirstBackups first = new FirstBackups(connection, settings, backups, rule, targets, lock);
        AutocommitWrites autocommit = new AutocommitWrites(
                connection, transaction, rule, targets, lock, new NativeEnds(connection, statements), first, endings);
        this.writes = new GuardedWrites(connection, statements, transaction, rule, targets, first, endings, autocommit);
    }

    /** The calls of another statement of JDBC. */
    Cancels.Call call() {
        return cancels.call();
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

    /**
     * Whether a statement reads, as far as the guard is concerned.
     *
     * @param statement null if there is nothing to guard
     */
    static boolean passes(SqlStatement statement) {
        return statement == null
                || (statement.effect() == Effect.READ
                        && !statement.changesNames()
                        && !statement.keepsTransactionOpen()
                        && !statement.countsChanges());
    }

    /** Runs a statement that {@linkplain #passes passes}. Costs next to nothing. */
    <T> T read(Work<T> work) throws SQLException {
        rule.read();
        try {
            return work.run();
        } catch (SQLException e) {
            rule.unsure();
            throw e;
        }
    }

    /**
     * Runs one statement.
     *
     * @param call who runs it
     * @param statement what the work runs; null if there is nothing to guard
     * @param upgrades as in {@link GuardedWrites#run}
     */
    <T> T run(Cancels.Call call, SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        if (passes(statement)) {
            return read(work);
        }
        return lockedFor(call, () -> run(statement, upgrades, () -> transaction.unlessCancelled(work)));
    }

    private <T> T run(SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        try {
            T result = switch (statement.effect()) {
                case READ -> reading(statement, work);
                case TRANSACTION -> control(statement, work);
                case WRITE -> writing(statement, upgrades, work);
            };
            if (statement.changesNames()
                    || Targets.replacesDatabase(statement)
                    || "journal_mode".equals(statement.pragmaName())) {
                targets.forget();
            }
            if (statement.effect() != Effect.TRANSACTION) {
                rule.read();
            }
            return result;
        } catch (SQLException e) {
            // It may have ended the transaction, and with it what was defined in it.
            rule.unsure();
            targets.forget();
            throw e;
        }
    }

    /** Runs several statements, each by {@link #run}, that have one backup of each file between them in autocommit mode. */
    <T> T runAll(Cancels.Call call, List<SqlStatement> statements, Work<T> oneByOne) throws SQLException {
        if (statements.stream().allMatch(Guard::passes)) {
            return read(oneByOne);
        }
        return lockedFor(call, () -> {
            rule.severalBegin(new HashSet<>(statements).size() > 1);
            try {
                return oneByOne.run();
            } finally {
                rule.severalEnd();
                endings.settle();
            }
        });
    }

    /** Whether a transaction of the user's is open. */
    boolean isInTransaction() throws SQLException {
        return locked(writes::isUsersOpen);
    }

    /** Whether a statement has nothing to be done before it that was not done by now. */
    boolean isCovered(SqlStatement statement) throws SQLException {
        return writes.isCovered(statement);
    }

    /** Runs a write that replaces a database and is no SQL that could be explained. */
    void runReplacement(String schema, String summary, Work<Void> work) throws SQLException {
        locked(() -> {
            try {
                return settings.enabled() ? writes.replace("SQL: " + summary, schema, work) : work.run();
            } finally {
                // What was a file is memory now.
                targets.forget();
            }
        });
    }

    /** The connection is open: what a crash may have left of its backups is put right. */
    void open() throws SQLException {
        if (settings.enabled()) {
            targets.databases().unnamed().forEach(database -> log.warn("{}", database.why()));
        }
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

    /** What sqlite-jdbc throws is passed on, whatever it is. Of ours nothing leaves but what JDBC promises. */
    private <T> T writing(SqlStatement statement, boolean upgrades, Work<T> work) throws SQLException {
        RuntimeException[] theirs = {null};
        try {
            return writes.run(statement, upgrades, () -> {
                try {
                    return work.run();
                } catch (RuntimeException e) {
                    theirs[0] = e;
                    throw e;
                }
            });
        } catch (RuntimeException e) {
            if (e == theirs[0]) {
                throw e;
            }
            log.error("The statement was not run", e);
            throw new SQLException("The statement was not run: " + e, e);
        }
    }

    private <T> T reading(SqlStatement statement, Work<T> work) throws SQLException {
        if (statement.detaches()) {
            // First, as with the end of the connection.
            Path main = targets.databases().named("main").map(Database::file).orElse(null);
            Endings.attempt(() -> backups.closeAllBut(main));
        }
        T result = work.run();
        if (statement.keepsTransactionOpen()) {
            rule.leftRows();
        }
        if (statement.countsChanges()) {
            rule.changesAreCounted();
        }
        return result;
    }

    private <T> T control(SqlStatement statement, Work<T> work) throws SQLException {
        return switch (statement.control()) {
            case BEGIN -> beginning(work);
            case SAVEPOINT -> settingSavepoint(work);
            case COMMIT -> committing(work);
            case ROLLBACK -> rollingBack(work);
            case RELEASE -> releasing(work);
            case ROLLBACK_TO -> {
                T result = work.run();
                targets.forget();
                yield result;
            }
        };
    }

    /** Runs what begins a transaction. */
    <T> T beginning(Work<T> work) throws SQLException {
        return locked(() -> {
            // A write whose rows are unread is part of the transaction.
            boolean goesOn = writes.settleRows();
            T result = mayBegin(work);
            if (!goesOn) {
                rule.began();
            }
            return result;
        });
    }

    /** Runs what sets a savepoint, which begins a transaction if there is none. */
    <T> T settingSavepoint(Work<T> work) throws SQLException {
        return locked(() -> {
            boolean goesOn = writes.settleRows();
            // Not while a write is on a row: asking would end it. Otherwise always: what ends a transaction need not be
            // told, as the last row of a statement that is interrupted.
            boolean isFirst = !goesOn && !writes.settleTransaction();
            T result = mayBegin(work);
            if (isFirst) {
                rule.began();
            }
            return result;
        });
    }

    private <T> T mayBegin(Work<T> work) throws SQLException {
        boolean failed = false;
        try {
            return work.run();
        } catch (SQLiteException e) {
            // SQLite may say that it was interrupted when it was done. With other exceptions it is done: executeQuery.
            failed = !RawTransaction.isInterrupt(e);
            throw e;
        } finally {
            if (!failed) {
                rule.mayHaveBegun();
            }
        }
    }

    /** Runs what commits. */
    <T> T committing(Work<T> work) throws SQLException {
        return locked(() -> {
            T result = doubting(() -> endings.committing(work));
            endings.over();
            endings.catchUp();
            return result;
        });
    }

    /** Runs what rolls back a transaction, also one whose rows are still read. */
    <T> T rollingBack(Work<T> work) throws SQLException {
        return locked(() -> {
            T result = doubting(() -> endings.rollingBack(work));
            endings.over();
            targets.forget();
            return result;
        });
    }

    /** Runs what releases a savepoint, which commits if the savepoint has begun the transaction. */
    <T> T releasing(Work<T> work) throws SQLException {
        return locked(() -> doubting(() -> endings.committing(() -> {
            T result = work.run();
            rule.unsure();
            return result;
        })));
    }

    private <T> T doubting(Work<T> work) throws SQLException {
        try {
            return work.run();
        } catch (SQLException e) {
            rule.unsure();
            throw e;
        }
    }

    private <T> T lockedFor(Cancels.Call call, Work<T> work) throws SQLException {
        return locked(() -> cancels.during(call, work));
    }

    /** Runs something while nothing else runs on the connection. */
    <T> T locked(Work<T> work) throws SQLException {
        synchronized (connection) {
            synchronized (connection.getDatabase()) {
                return work.run();
            }
        }
    }
}
