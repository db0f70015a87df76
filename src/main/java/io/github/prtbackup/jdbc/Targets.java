package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.Explain;
import io.github.prtbackup.sql.SqlStatement;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * Which database files a statement writes, as this connection sees them, and how each is locked. Text alone cannot tell:
 * names may be temporary, attached, or views with triggers; SQLite's own {@code EXPLAIN} can.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class Targets {

    private static final int KEPT_ANSWERS = 256;

    private final SQLiteConnection connection;
    private final RawTransaction transaction;
    private final Map<String, Explain.Plan> answers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Explain.Plan> eldest) {
            return size() > KEPT_ANSWERS;
        }
    };
    private final Map<String, Integer> versionsThatWriteNothingAtCommit = new HashMap<>();
    /** What prepared statements have written so far: SQLite lets them go on with a table whose name means another by now. */
    private final Map<SqlStatement, Set<Integer>> writtenByPrepared = new WeakHashMap<>();

    private AttachedDatabases databases;
    private boolean onlyFileWasLocked;

    Targets(SQLiteConnection connection, RawTransaction transaction) {
        this.connection = connection;
        this.transaction = transaction;
    }

    /** Whether a statement does the same inside a transaction as outside. */
    static boolean canRunInTransaction(SqlStatement statement) {
        return statement != null
                && statement.effect() != Effect.TRANSACTION
                && !statement.needsAutocommit()
                // Once a new file has its first page, which the lock lays down, it keeps the kind that it has.
                && !"auto_vacuum".equals(statement.pragmaName());
    }

    /**
     * Whether a transaction cannot be committed while there are rows of this write to be read: RETURNING and some PRAGMAs.
     * It can while a query is read, also one whose functions write, such as {@code optimize} of FTS4.
     */
    static boolean staysOpenWhileRead(SqlStatement statement) {
        return statement.mayReturnRows() && (statement.explainable() || statement.pragmaName() != null);
    }

    /** Whether a statement replaces a whole database: {@code restore from}, the only one that is neither SQL nor PRAGMA. */
    static boolean replacesDatabase(SqlStatement statement) {
        return statement.text().regionMatches(true, 0, "restore", 0, "restore".length());
    }

    /** What is attached; kept until {@link #forget}. */
    AttachedDatabases databases() throws SQLException {
        if (databases == null) {
            databases = AttachedDatabases.of(connection);
        }
        return databases;
    }

    /**
     * Whether a transaction may begin with the locks of all files: there is only one, so no other is locked without need,
     * and it is known that this connection may write it. On a file that it may only read, {@code BEGIN IMMEDIATE} succeeds
     * without any lock.
     */
    boolean canBeginLocked() {
        return onlyFileWasLocked;
    }

    /** Names may mean something else from now on. */
    void forget() {
        onlyFileWasLocked = false;
        answers.clear();
        versionsThatWriteNothingAtCommit.clear();
        databases = null;
    }

    /**
     * The files that the statement would write.
     *
     * @throws SQLException SQLite's own, if the statement does not compile: it would fail in the same way when run
     */
    List<Database> of(SqlStatement statement) throws SQLException {
        if (statement.effect() != Effect.WRITE || databases().files().isEmpty()) {
            return List.of();
        }
        if (statement.explainable()) {
            return databases().withIndexes(written(statement));
        }
        requireCompiles(statement);
        List<Database> written = statement.everySchema()
                ? databases().files()
                : databases().named(statement.schemaName()).stream().toList();
        return "journal_mode".equals(statement.pragmaName())
                ? withOtherJournalMode(written, statement.pragmaValue())
                : written;
    }

    /**
     * Whether the statement, of which {@link #of} names no file, writes what has none, or changes a setting. If not, it
     * writes nothing only as long as nobody changes the schema: {@code DROP TABLE IF EXISTS} of a table that is missing.
     */
    boolean writesElsewhere(SqlStatement statement) throws SQLException {
        return !statement.explainable() || !plan(statement).written().isEmpty();
    }

    /**
     * A statement has just been compiled, and may be run later as it is.
     *
     * @throws SQLException SQLite's own
     */
    void prepared(SqlStatement statement) throws SQLException {
        if (statement.effect() == Effect.WRITE && statement.explainable()) {
            writtenByPrepared.put(statement, new TreeSet<>());
            if (databases().ambiguous()) {
                Set<Integer> unused = written(statement);
            }
        }
    }

    private Set<Integer> written(SqlStatement statement) throws SQLException {
        Set<Integer> now = plan(statement).written();
        Set<Integer> before = writtenByPrepared.get(statement);
        if (before == null || !databases().ambiguous()) {
            return now;
        }
        before.addAll(now);
        return before;
    }

    /**
     * The files that statements would write in the present transaction and that are not among those that it has covered. If
     * there are none, the names in the statements keep their meaning until they are run: the transaction has locked all that
     * they write and reads all that they read, so nobody can change these schemas, and SQLite has no reason to look at any
     * other.
     *
     * @throws SQLException SQLite's own, if a statement does not compile any more
     */
    List<Database> uncovered(List<SqlStatement> statements, Set<Database> covered) throws SQLException {
        Set<Database> settled = new HashSet<>();
        while (true) {
            Set<Database> used = new LinkedHashSet<>();
            Set<Database> written = new LinkedHashSet<>();
            for (SqlStatement statement : new LinkedHashSet<>(statements)) {
                if (statement.effect() == Effect.WRITE && statement.explainable()) {
                    used.addAll(databases().withIndexes(plan(statement).used()));
                    written.addAll(databases().withIndexes(written(statement)));
                }
            }
            if (!covered.containsAll(written)) {
                return written.stream()
                        .filter(database -> !covered.contains(database))
                        .toList();
            }
            used.removeAll(settled);
            if (used.isEmpty()) {
                return List.of();
            }
            for (Database database : used) {
                if (written.contains(database)) {
                    lock(database);
                } else {
                    transaction.readSchema(database.schema());
                }
                settled.add(database);
            }
        }
    }

    /** Whether an error in the statement can take back what earlier statements of the same transaction did. */
    boolean mayRollBack(SqlStatement statement) {
        try {
            return statement.effect() == Effect.WRITE
                    && (!statement.explainable() || plan(statement).mayRollBack());
        } catch (SQLException e) {
            // It fails, or needs what the statements before it define; what that will do nobody knows yet.
            return true;
        }
    }

    /** Like {@link #of}, for a statement that may only compile once the ones before it have run. */
    List<Database> ofLater(SqlStatement statement) throws SQLException {
        try {
            return of(statement);
        } catch (SQLException e) {
            return databases().files();
        }
    }

    /** Takes the write lock of one database inside the present transaction. */
    void lock(Database database) throws SQLException {
        String schema = database.schema();
        boolean hasJournal = transaction.hasJournal(schema);
        if (!hasJournal || !transaction.lock(schema)) {
            boolean needsTable = !hasJournal || transaction.hasIncrementalVacuum(schema);
            transaction.lockBy(schema, needsTable ? plainTable(database) : null);
        }
        onlyFileWasLocked = databases().files().size() == 1;
    }

    /**
     * Whether the commit of the present transaction may write more than has been written by now, although
     * {@link RawTransaction#flushVirtualTables} was called. FTS5 and R-trees have nothing left then; FTS3 and FTS4 with
     * {@code automerge} merge segments. Of the modules of others nobody knows.
     */
    boolean mayWriteAtCommit() throws SQLException {
        for (Database database : databases().files()) {
            int version = transaction.schemaVersion(database.schema());
            Integer known = versionsThatWriteNothingAtCommit.get(database.schema());
            if (known == null || known != version) {
                String table = Queries.first(
                        connection,
                        "SELECT name FROM " + Queries.quote(database.schema()) + ".sqlite_schema"
                                + " WHERE sql LIKE 'CREATE VIRTUAL%' AND (sql LIKE '%fts3%' OR sql LIKE '%fts4%'"
                                + " OR NOT (sql LIKE '%fts5%' OR sql LIKE '%rtree%')) LIMIT 1");
                if (table != null) {
                    return true;
                }
                versionsThatWriteNothingAtCommit.put(database.schema(), version);
            }
        }
        return false;
    }

    private Explain.Plan plan(SqlStatement statement) throws SQLException {
        boolean ambiguous = databases().ambiguous();
        Explain.Plan known = ambiguous ? null : answers.get(statement.text());
        if (known != null) {
            return known;
        }
        Explain.Plan plan;
        try (JDBC4Statement explaining = new JDBC4Statement(connection)) {
            plan = Explain.plan(explaining, statement);
        }
        // IF EXISTS and the like have another answer as soon as anybody has created or dropped the thing.
        if (!ambiguous && !statement.changesNames() && !plan.written().isEmpty()) {
            answers.put(statement.text(), plan);
        }
        return plan;
    }

    private void requireCompiles(SqlStatement statement) throws SQLException {
        try (JDBC4Statement checking = new JDBC4Statement(connection)) {
            Explain.check(checking, statement);
        }
    }

    /** Only a change from or to WAL is written to the file. Pools set the mode anew on each connection. */
    private List<Database> withOtherJournalMode(List<Database> among, String mode) {
        // SQLite takes any beginning of a mode's name for it; only that of WAL begins with w.
        boolean toWal = mode != null && mode.toLowerCase(Locale.ROOT).startsWith("w");
        return among.stream().filter(database -> toWal != isWal(database)).toList();
    }

    private boolean isWal(Database database) {
        try {
            return "wal".equalsIgnoreCase(Queries.first(connection, pragma(database, "journal_mode")));
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * A table, one without triggers if there is one. Looked up beside the user's connection: a read in the user's
     * transaction would pin a snapshot. That only works on the connection itself if it has locked all others out, with
     * {@code BEGIN EXCLUSIVE} for one, and then there is nothing left to pin.
     */
    private String plainTable(Database database) throws SQLException {
        if (!Files.exists(database.file())) {
            return null;
        }
        try (SQLiteConnection reader = ReadOnlyConnection.open(database.file())) {
            int patience = reader.getBusyTimeout();
            reader.setBusyTimeout(0);
            Optional<String> table = tableUnlessBusy(reader, "main");
            if (table.isEmpty()) {
                int own = connection.getBusyTimeout();
                connection.setBusyTimeout(0);
                try {
                    table = tableUnlessBusy(connection, database.schema());
                } finally {
                    connection.setBusyTimeout(own);
                }
            }
            if (table.isEmpty()) {
                reader.setBusyTimeout(patience);
                table = Optional.of(table(reader, "main"));
            }
            return table.get().isEmpty() ? null : Queries.quote(table.get());
        }
    }

    private static Optional<String> tableUnlessBusy(SQLiteConnection reader, String schema) throws SQLException {
        try {
            return Optional.of(table(reader, schema));
        } catch (SQLException e) {
            if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static String table(SQLiteConnection reader, String schema) throws SQLException {
        String schemaTable = Queries.quote(schema) + ".sqlite_schema";
        String name = Queries.first(
                reader,
                "SELECT name FROM " + schemaTable + " WHERE type = 'table' AND rootpage > 0"
                        + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                        + " ORDER BY name IN (SELECT tbl_name FROM " + schemaTable
                        + " WHERE type = 'trigger') LIMIT 1");
        return name == null ? "" : name;
    }

    private static String pragma(Database database, String name) {
        return Queries.pragma(database.schema(), name);
    }
}
