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
import java.sql.SQLWarning;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

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
 * <p>In autocommit mode this needs a transaction of ours around the statement, which then ends as autocommit would have
 * ended it. Statements that refuse to run in one follow the lock at once.
 *
 * <p>Thread-safe: the connection's and the database's monitor are held, in sqlite-jdbc's own order, from lock to commit.
 */
final class Guard {

    /** The guarded work: sqlite-jdbc's own execute method. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Takes one backup. */
    @FunctionalInterface
    private interface Backup {
        void take() throws IOException, SQLException;
    }

    /** Notes something about a transaction. */
    @FunctionalInterface
    private interface Note {
        void leave() throws IOException, SQLException;
    }

    /** How the present transaction began: by the user, by us and without a lock, or by us and with it. */
    private enum Begun {
        BY_USER,
        BY_US,
        LOCKED
    }

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    private final BackupConnection connection;
    private final Settings settings;
    private final Classifier classifier;
    private final AutomaticBackups backups;
    private final RawTransaction transaction;
    private final Targets targets;
    private final TransactionRule rule = new TransactionRule();

    /**
     * Whether writes may have rows that nobody has read yet; autocommit commits when the last of them is closed, which runs
     * no code of ours. Several can be open at once, so SQLite is asked until it knows of none.
     */
    private boolean rowsMayBeUnread;

    /** Whether the present transaction may hold a snapshot. */
    private boolean mayHaveRead;

    /** Whether the present transaction was begun by a savepoint, whose release commits it. */
    private boolean savepointBegan;

    /** What the present call has backed up in autocommit mode; null unless the call runs several statements one by one. */
    private Set<String> coveredByCall;

    Guard(BackupConnection connection, Settings settings, Classifier classifier, AutomaticBackups backups) {
        this.connection = connection;
        this.settings = settings;
        this.classifier = classifier;
        this.backups = backups;
        this.transaction = new RawTransaction(connection);
        this.targets = new Targets(connection);
    }

    /** The first statement of a string, for the methods that run only the first; null if there is none. */
    SqlStatement first(String sql) {
        return settings.enabled() && sql != null ? classifier.first(sql) : null;
    }

    /** All statements of a string, for the methods that run all. */
    Script script(String sql) {
        return settings.enabled() && sql != null ? classifier.script(sql) : new Script(List.of());
    }

    /**
     * Runs one statement.
     *
     * @param statement what the work runs; null if there is nothing to guard
     * @param leavesRows whether the work may return before all rows of the statement are read
     */
    <T> T run(SqlStatement statement, boolean leavesRows, Work<T> work) throws SQLException {
        if (statement == null || (statement.effect() == Effect.READ && !statement.changesNames())) {
            mayHaveRead = true;
            return work.run();
        }
        return locked(() -> {
            try {
                T result = switch (statement.effect()) {
                    case READ -> reading(statement, work);
                    case TRANSACTION -> control(statement, work);
                    case WRITE -> write(statement, leavesRows, work);
                };
                if (statement.changesNames()) {
                    targets.forget();
                }
                mayHaveRead |= statement.effect() != Effect.TRANSACTION;
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
                if (statements.stream().allMatch(this::goesTogether)) {
                    return runTogether(statements, together, oneByOne);
                }
                return runOneByOne(oneByOne);
            } finally {
                coveredByCall = null;
                targets.forget();
            }
        });
    }

    private <T> T runOneByOne(Work<T> work) throws SQLException {
        coveredByCall = new HashSet<>();
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
        SqlStatement firstWrite = null;
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
            firstWrite = firstWrite == null ? statement : firstWrite;
        }
        return databases.isEmpty() ? work.run() : wrapped(firstWrite, List.copyOf(databases), work);
    }

    /** Whether a statement does the same in a transaction that it shares with others as in one of its own. */
    private boolean goesTogether(SqlStatement statement) {
        return Targets.canRunInTransaction(statement) && !targets.mayRollBack(statement);
    }

    /** Runs a write that replaces a database and is no SQL that could be explained. */
    void runReplacement(String schema, String summary, Work<Void> work) throws SQLException {
        locked(() -> {
            List<Database> replaced = targets.databases().named(schema).stream().toList();
            return settings.enabled() && !replaced.isEmpty()
                    ? alone("SQL: " + summary, true, replaced, work)
                    : work.run();
        });
    }

    /** A transaction was begun or ended by a method of JDBC. */
    void transactionBoundary() throws SQLException {
        locked(() -> {
            endUnlessWriting();
            return null;
        });
    }

    /** The connection is open: what a crash may have left of its backups is put right. */
    void open() throws SQLException {
        if (!settings.enabled()) {
            return;
        }
        for (Database database : targets.databases().files()) {
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
            try {
                leaveClosingNotes();
            } catch (IOException | SQLException | RuntimeException e) {
                // The next process compares all pages.
                log.debug("How the database is left cannot be noted", e);
            }
            attemptNote(backups::close);
            return null;
        });
    }

    private void leaveClosingNotes() throws IOException, SQLException {
        if (!backups.needClosingNotes() || isWriteInProgress()) {
            return;
        }
        int patience = connection.getBusyTimeout();
        connection.setBusyTimeout(0);
        try {
            // As closing does.
            transaction.rollback();
            backups.prepareClosingNotes(connection);
            if (transaction.tryBeginLocked()) {
                try {
                    backups.leaveClosingNotes();
                } finally {
                    transaction.rollback();
                }
            }
        } finally {
            connection.setBusyTimeout(patience);
        }
    }

    /** Something was rolled back by a method of JDBC, the definition of a temporary table for one. */
    void rolledBack() {
        targets.forget();
    }

    /** A savepoint is about to be set; if that begins a transaction, nothing of it is covered. */
    void beforeSavepoint() throws SQLException {
        locked(() -> {
            if (!isWriteInProgress() && !transaction.isActive()) {
                boundary();
                savepointBegan = true;
            }
            return null;
        });
    }

    private <T> T locked(Work<T> work) throws SQLException {
        synchronized (connection) {
            synchronized (connection.getDatabase()) {
                return work.run();
            }
        }
    }

    private <T> T reading(SqlStatement statement, Work<T> work) throws SQLException {
        if (statement.detaches()) {
            // First, as with the end of the connection.
            Path main = targets.databases().main().map(Database::file).orElse(null);
            attemptNote(() -> backups.closeAllBut(main));
        }
        return work.run();
    }

    private <T> T control(SqlStatement statement, Work<T> work) throws SQLException {
        if (statement.control() == TransactionControl.SAVEPOINT) {
            beforeSavepoint();
        }
        T result = switch (statement.control()) {
            case COMMIT -> ending(true, () -> true, work);
            case RELEASE -> releasing(work);
            case ROLLBACK -> ending(false, () -> true, work);
            default -> work.run();
        };
        switch (statement.control()) {
            case BEGIN, COMMIT -> endUnlessWriting();
            case ROLLBACK -> {
                endUnlessWriting();
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
        return locked(() -> ending(true, () -> true, work));
    }

    /** Runs a method of JDBC that rolls back. */
    <T> T rollingBack(Work<T> work) throws SQLException {
        return locked(() -> ending(false, () -> true, work));
    }

    /** Runs what releases a savepoint, which commits if the savepoint has begun the transaction. */
    <T> T releasing(Work<T> work) throws SQLException {
        return locked(() -> savepointBegan ? ending(true, () -> !transaction.isActive(), work) : work.run());
    }

    /**
     * Runs what ends the transaction, or may. Where the next backup needs it, the journal is noted, which names the pages that
     * change.
     *
     * @param commits whether it is meant to commit, and not to roll back
     * @param isOver asked afterwards
     */
    private <T> T ending(boolean commits, Work<Boolean> isOver, Work<T> work) throws SQLException {
        if (!backups.needNotes() || isWriteInProgress() || !transaction.isActive()) {
            return work.run();
        }
        attemptNote(() -> {
            if (commits) {
                transaction.flushVirtualTables();
            }
            if (!commits || !targets.mayWriteAtCommit(transaction)) {
                backups.ending(commits);
            }
        });
        boolean[] over = {false};
        try {
            T result = work.run();
            over[0] = isOver.run();
            return result;
        } finally {
            attemptNote(() -> backups.ended(over[0]));
        }
    }

    /** Without the note the next backup compares all pages: slower, and just as right. */
    private static void attemptNote(Note note) {
        try {
            note.leave();
        } catch (IOException | SQLException | RuntimeException e) {
            log.warn("What the transaction has changed cannot be noted: {}", e.toString());
        }
    }

    private void endUnlessWriting() throws SQLException {
        if (!isWriteInProgress()) {
            boundary();
        }
    }

    private void boundary() {
        savepointBegan = false;
        rule.boundary();
        mayHaveRead = false;
        backups.transactionEnded();
    }

    private <T> T write(SqlStatement statement, boolean leavesRows, Work<T> work) throws SQLException {
        List<Database> databases;
        boolean writesElsewhere;
        try {
            databases = targets.of(statement);
            writesElsewhere = databases.isEmpty() && targets.writesElsewhere(statement);
        } catch (SQLException e) {
            // It does not compile, and fails with an exception of its own when it is run.
            return withoutWriting(statement, work);
        }
        if (databases.isEmpty()) {
            return writesElsewhere ? work.run() : withoutWriting(statement, work);
        }
        if (!Targets.canRunInTransaction(statement)) {
            return alone(operation(statement), Targets.replacesDatabase(statement), databases, work);
        }
        return leavesRows && Targets.staysOpenWhileRead(statement)
                ? leavingRows(statement, databases, work)
                : wrapped(statement, databases, work);
    }

    /**
     * Runs a statement that writes nothing, as SQLite has just said, and makes sure of it: by the time it runs, somebody may
     * have created the table that was not there.
     */
    private <T> T withoutWriting(SqlStatement statement, Work<T> work) throws SQLException {
        boolean set = transaction.setReadOnly(true);
        try {
            return work.run();
        } catch (SQLException e) {
            // That of a batch has no code, and the one of its entry as its cause.
            int code = e.getCause() instanceof SQLException cause ? cause.getErrorCode() : e.getErrorCode();
            if (!set || (code & 0xff) != SQLiteErrorCode.SQLITE_READONLY.code) {
                throw e;
            }
        } finally {
            if (set) {
                transaction.setReadOnly(false);
            }
        }
        return wrapped(statement, targets.databases().files(), work);
    }

    /** Inside the user's transaction if there is one, otherwise inside one of ours. */
    private <T> T wrapped(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        connection.tryEnforceTransactionMode();
        Begun begun = begin(canBeginLocked(databases));
        if (begun == Begun.BY_USER) {
            backUp(statement, databases, begun);
            return work.run();
        }
        try {
            backUp(statement, notCoveredByCall(databases), begun);
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
        return endAsAutocommit(work);
    }

    /**
     * A statement whose rows are read later stays uncommitted until they are: a transaction of ours around it could not be
     * committed. In autocommit mode its own transaction is opened early instead, by the lock, and held over the copy.
     */
    private <T> T leavingRows(SqlStatement statement, List<Database> databases, Work<T> work) throws SQLException {
        connection.tryEnforceTransactionMode();
        if (begin(false) == Begun.BY_USER) {
            backUp(statement, databases, Begun.BY_USER);
            return work.run();
        }
        transaction.rollback();
        RawTransaction.Hold hold = transaction.hold();
        try (hold) {
            backUp(statement, notCoveredByCall(databases), Begun.BY_US);
            return connection.withoutAutocommit(work);
        } finally {
            rowsMayBeUnread = true;
        }
    }

    /**
     * A statement that refuses to run in a transaction follows the lock at once.
     *
     * @param replaces whether it runs inside a transaction nevertheless, as long as that has touched nothing
     */
    private <T> T alone(String operation, boolean replaces, List<Database> databases, Work<T> work)
            throws SQLException {
        if (begin(false) == Begun.BY_USER) {
            if (replaces) {
                for (Database database : databases) {
                    attempt(database, () -> backups.takeFromSnapshot(database.file(), operation));
                }
            }
            return work.run();
        }
        List<Database> written = notCoveredByCall(databases);
        try {
            prepare(written, false);
            for (Database database : written) {
                if (backups.isDue(database.file())) {
                    attempt(database, () -> copyLocked(database, operation));
                }
            }
        } finally {
            backups.discardPrepared();
            transaction.rollback();
        }
        if (replaces) {
            for (Database database : databases) {
                attemptNote(() -> backups.beforeReplacement(database.file()));
            }
        }
        return work.run();
    }

    private void copyLocked(Database database, String operation) throws IOException, SQLException {
        if (backups.isNew(database.file())) {
            // The lock would lay down the first page, and with it the page size and auto-vacuum for good.
            backups.takeFromSnapshot(database.file(), operation);
        } else {
            targets.lock(transaction, database);
            take(database, operation);
        }
    }

    private void backUp(SqlStatement statement, List<Database> databases, Begun begun) throws SQLException {
        if (begun == Begun.LOCKED) {
            cover(statement, databases, true);
            return;
        }
        boolean prepared = prepare(databases, begun == Begun.BY_USER);
        try {
            cover(statement, databases, false);
        } finally {
            if (prepared) {
                backups.discardPrepared();
            }
        }
    }

    /**
     * Lets the first backup of a large database be copied before the database is locked, which would keep others waiting.
     * Not in a transaction that has a lock or a snapshot: others might wait for the one all the time, and what they commit
     * would make the other worthless.
     *
     * @return whether there was anything to prepare
     */
    private boolean prepare(List<Database> databases, boolean inUsersTransaction) throws SQLException {
        if (inUsersTransaction && (mayHaveRead || !rule.coversNothing())) {
            return false;
        }
        boolean any = false;
        for (Database database : databases) {
            any |= backups.needsPreparation(database.file());
        }
        if (any) {
            // All of them before the first lock, and in one order for everybody, because each may have to be waited
            // for.
            for (Database database : databases.stream()
                    .sorted(Comparator.comparing(Database::file))
                    .toList()) {
                // With locking_mode=EXCLUSIVE nobody else gets any lock, the copy neither.
                if (rule.isFirstWrite(database.schema())
                        && !database.exclusive()
                        && backups.needsPreparation(database.file())
                        && backups.isDue(database.file())) {
                    backups.prepare(database.file(), connection.getBusyTimeout(), inUsersTransaction);
                }
            }
        }
        return any;
    }

    /** @param locked whether the transaction has the write locks already */
    private void cover(SqlStatement statement, List<Database> databases, boolean locked) throws SQLException {
        for (Database database : databases) {
            if (!rule.isFirstWrite(database.schema())) {
                continue;
            }
            if (backups.isDue(database.file())) {
                if (!locked) {
                    targets.lock(transaction, database);
                }
                attempt(database, () -> take(database, operation(statement)));
            } else {
                skip(database);
            }
            rule.cover(database.schema());
        }
    }

    private void take(Database database, String operation) throws IOException, SQLException {
        backups.take(connection, database.schema(), database.file(), database.exclusive(), operation);
    }

    /** Lets a transaction write without a backup. The next backup may ask what it has changed. */
    private void skip(Database database) throws SQLException {
        boolean[] needsNote = {false};
        attemptNote(() -> needsNote[0] = backups.needsNoteWithoutBackup(database.file()));
        if (needsNote[0]) {
            // Only under the lock, because what is read there may be another's otherwise.
            targets.lock(transaction, database);
            attemptNote(() -> backups.skip(connection, database.schema(), database.file()));
        }
    }

    /** In autocommit mode one call has one backup, however many transactions of SQLite it is. */
    private List<Database> notCoveredByCall(List<Database> databases) {
        return coveredByCall == null
                ? databases
                : databases.stream()
                        .filter(database -> coveredByCall.add(database.schema()))
                        .toList();
    }

    private void attempt(Database database, Backup backup) throws SQLException {
        try {
            backup.take();
        } catch (IOException | SQLException | RuntimeException e) {
            String message = "No backup of " + database.file() + " could be made in "
                    + settings.directoryFor(database.file()) + ": " + e;
            if (settings.onFailure() == Settings.OnFailure.ABORT) {
                log.error("{}; the statement was not run", message, e);
                throw new SQLException(message + "; the statement was not run", e);
            }
            log.warn("{}; the statement runs without", message, e);
            connection.addWarning(new SQLWarning(message + "; the statement ran without", e));
        }
    }

    private String operation(SqlStatement statement) {
        return connection
                .clientOperation()
                .or(() -> Optional.ofNullable(statement.action()))
                .or(settings::operation)
                .orElseGet(() -> "SQL: " + statement.summary());
    }

    /**
     * Begins a transaction of ours unless one is active.
     *
     * @param locked whether it begins with the write lock of the only file
     */
    private Begun begin(boolean locked) throws SQLException {
        if (isWriteInProgress() || !(locked ? transaction.beginLocked() : transaction.begin())) {
            return Begun.BY_USER;
        }
        boundary();
        return locked ? Begun.LOCKED : Begun.BY_US;
    }

    private boolean canBeginLocked(List<Database> databases) {
        Path first = databases.get(0).file();
        return targets.canBeginLocked() && backups.isDue(first) && !backups.needsPreparation(first);
    }

    private boolean isWriteInProgress() throws SQLException {
        rowsMayBeUnread = rowsMayBeUnread && transaction.isWriteInProgress();
        return rowsMayBeUnread;
    }

    /** Autocommit keeps whatever a statement has kept, also of one that fails: {@code INSERT OR FAIL} keeps rows. */
    private <T> T endAsAutocommit(Work<T> work) throws SQLException {
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException | Error e) {
            try {
                if (transaction.isActive()) {
                    commitNoted();
                }
            } catch (SQLException commit) {
                e.addSuppressed(commit);
                rollback(e);
            }
            throw e;
        }
        try {
            commitNoted();
        } catch (SQLException e) {
            rollback(e);
            throw e;
        }
        boundary();
        return result;
    }

    private void commitNoted() throws SQLException {
        ending(true, () -> true, () -> {
            transaction.commit();
            return null;
        });
    }

    private void rollback(Throwable cause) {
        try {
            transaction.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
