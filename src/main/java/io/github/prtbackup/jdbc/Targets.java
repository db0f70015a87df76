package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import io.github.prtbackup.jdbc.AttachedDatabases.Unnamed;
import io.github.prtbackup.sql.Effect;
import io.github.prtbackup.sql.Explain;
import io.github.prtbackup.sql.QualifiedName;
import io.github.prtbackup.sql.SqlStatement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
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
import java.util.function.Function;
import org.sqlite.SQLiteConnection;

/**
 * Which database files a statement writes, as this connection sees them. Text alone cannot tell: names may be temporary,
 * attached, or views with triggers. SQLite's own {@code EXPLAIN} can.
 *
 * <p>{@code EXPLAIN} of a change of rows sets {@code changes()} to 0, as running it does, and the statement itself may read
 * that. So it is not asked where the name of the table is enough: a trigger that is not in {@code temp} can't reach beyond its
 * database.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class Targets {

    private static final int KEPT_ANSWERS = 256;

    /** Takes a lock. */
    @FunctionalInterface
    interface Locking {
        /** That of a database. */
        void take(Database database) throws SQLException;
    }

    private final SQLiteConnection connection;
    private final OwnStatements statements;
    private final WriteLock lock;

    /** What statements write, by their text. */
    private final Map<String, Set<Integer>> answers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<Integer>> eldest) {
            return size() > KEPT_ANSWERS;
        }
    };
    /** What prepared statements have written so far: SQLite lets them go on with a table whose name means another by now. */
    private final Map<SqlStatement, Set<Integer>> writtenByPrepared = new WeakHashMap<>();

    private AttachedDatabases databases;
    private TempSchema temp;

    Targets(SQLiteConnection connection, OwnStatements statements, WriteLock lock) {
        this.connection = connection;
        this.statements = statements;
        this.lock = lock;
    }

    /** Whether a statement does the same inside a transaction as outside. */
    static boolean canRunInTransaction(SqlStatement statement) {
        return !statement.needsAutocommit()
                // Once a new file has its first page, which the lock lays down, it keeps the kind that it has.
                && !"auto_vacuum".equals(statement.pragmaName());
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

    /** Names may mean something else from now on. */
    void forget() {
        answers.clear();
        lock.forget();
        databases = null;
        temp = null;
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
        if (Explain.isChecked(statement)) {
            statements.compile(statement.text());
        }
        List<Database> written = statement.everySchema()
                ? databases().files()
                : databases().named(statement.schemaName()).stream().toList();
        if ("journal_mode".equals(statement.pragmaName())) {
            return withOtherJournalMode(written, Database::schema, statement.pragmaValue());
        }
        return "auto_vacuum".equals(statement.pragmaName()) ? withChangeableVacuum(written) : written;
    }

    /**
     * The databases that the statement would write and that have no name in Java.
     *
     * @throws SQLException as {@link #of}
     */
    List<Unnamed> unnamed(SqlStatement statement) throws SQLException {
        if (statement.effect() != Effect.WRITE || databases().unnamed().isEmpty()) {
            return List.of();
        }
        if (statement.explainable()) {
            Set<Integer> written = written(statement);
            return databases().unnamed().stream()
                    .filter(database -> written.contains(database.index()))
                    .toList();
        }
        if (Explain.isChecked(statement)) {
            statements.compile(statement.text());
        }
        List<Unnamed> written = statement.everySchema() ? databases().unnamed() : unnamed(statement.schemaName());
        return "journal_mode".equals(statement.pragmaName())
                ? withOtherJournalMode(written, Unnamed::schema, statement.pragmaValue())
                : written;
    }

    /** The database of that name, if that has none in Java. */
    List<Unnamed> unnamed(String schema) throws SQLException {
        return databases().unnamed().stream()
                .filter(database -> database.schema().equalsIgnoreCase(schema))
                .toList();
    }

    /**
     * Whether a statement, of which {@link #of} names no file, writes nothing only as long as nobody changes the schema:
     * {@code DROP TABLE IF EXISTS} of a table that is missing.
     */
    boolean mayWriteLater(SqlStatement statement) throws SQLException {
        return statement.explainable()
                && !databases().files().isEmpty()
                && plan(statement).written().isEmpty();
    }

    /** The files whose schemas a statement looks at, of which {@link #mayWriteLater} is true. */
    List<Database> lookedAt(SqlStatement statement) throws SQLException {
        return databases().withIndexes(plan(statement).used());
    }

    /**
     * Whether what {@link #of} says of a statement holds until it is run, whatever others do to their schemas: there is only one
     * database, or the statement names the one that it means.
     */
    boolean namesHold(SqlStatement statement) throws SQLException {
        return !databases().ambiguous() || !statement.explainable() || namesDatabase(statement);
    }

    private boolean namesDatabase(SqlStatement statement) throws SQLException {
        Optional<QualifiedName> target = statement.target();
        return target.isPresent()
                // What is in temp hides all others.
                && (target.get().schema() != null || temp().has(target.get()))
                && !(temp().reachesFiles() && reach(statement).leadsOn());
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
        boolean ambiguous = databases().ambiguous();
        Set<Integer> known = ambiguous ? null : answers.get(statement.text());
        if (known != null) {
            return known;
        }
        Set<Integer> now = plan(statement).written();
        // IF EXISTS and the like have another answer as soon as anybody has created or dropped the thing.
        if (!ambiguous && !statement.changesNames() && !now.isEmpty()) {
            answers.put(statement.text(), now);
        }
        Set<Integer> before = writtenByPrepared.get(statement);
        if (before == null || !ambiguous) {
            return now;
        }
        before.addAll(now);
        return before;
    }

    /** What SQLite would do, or more, where asking it would leave a trace. */
    private Explain.Plan plan(SqlStatement statement) throws SQLException {
        Optional<QualifiedName> target = statement.target();
        boolean traceless = target.isEmpty() || connection.getDatabase().changes() == 0;
        if (target.isEmpty() || (temp().reachesFiles() && traceless)) {
            return Explain.plan(statements.explain(), statement);
        }
        if (!writtenByPrepared.containsKey(statement)) {
            statements.compile(statement.text());
        }
        return writing(onceEach(reach(statement).databases()));
    }

    private static Explain.Plan writing(Set<Integer> databases) {
        return new Explain.Plan(databases, databases, true);
    }

    /** Each file by the first of its names only: another would be in its way, also if the statement does need both. */
    private Set<Integer> onceEach(Set<Integer> indexes) throws SQLException {
        Set<Path> files = new HashSet<>();
        Set<Integer> once = new LinkedHashSet<>();
        for (int index : indexes) {
            if (databases().withIndexes(Set.of(index)).stream().allMatch(database -> files.add(database.file()))) {
                once.add(index);
            }
        }
        return once;
    }

    private Reach reach(SqlStatement statement) throws SQLException {
        return Reach.of(statement.rowChange().orElseThrow(), statements, databases(), temp());
    }

    /**
     * Whether an error in the statement may leave what it has done by then: {@code OR FAIL}. Sets {@code changes()} to 0.
     */
    boolean mayKeepHalf(SqlStatement statement) {
        try {
            return statement.explainable()
                    && Explain.plan(statements.explain(), statement).mayKeepHalf();
        } catch (SQLException e) {
            return false;
        }
    }

    /** Lets {@code changes()} be 0 after a statement that was not run to its end, or was taken back. */
    void forgetChanges(SqlStatement statement) throws SQLException {
        if (connection.getDatabase().changes() != 0 && statement.target().isPresent()) {
            boolean unused = mayKeepHalf(statement);
        }
    }

    /**
     * The files that a statement would write in the present transaction and that are not among those that it has covered. If
     * there are none, the names in the statement keep their meaning until it is run: the transaction has locked all that it
     * writes and reads all that it reads, so nobody can change these schemas, and SQLite has no reason to look at any other.
     *
     * @param locking takes the lock of a database
     * @throws SQLException SQLite's own, if the statement does not compile any more
     */
    List<Database> uncovered(SqlStatement statement, Set<Database> covered, Locking locking) throws SQLException {
        if (statement.effect() != Effect.WRITE || !statement.explainable()) {
            return List.of();
        }
        Set<Database> settled = new HashSet<>();
        while (true) {
            Set<Database> written = new LinkedHashSet<>(databases().withIndexes(written(statement)));
            if (!covered.containsAll(written)) {
                return written.stream()
                        .filter(database -> !covered.contains(database))
                        .toList();
            }
            Set<Database> used = used(statement, written);
            used.removeAll(settled);
            if (used.isEmpty()) {
                return List.of();
            }
            for (Database database : used) {
                settle(database, written, locking);
                settled.add(database);
            }
        }
    }

    /** What a statement uses; where asking would leave a trace, all in which SQLite would find its names sooner. */
    private Set<Database> used(SqlStatement statement, Set<Database> written) throws SQLException {
        Set<Database> used = new LinkedHashSet<>(written);
        if (statement.target().isEmpty() || connection.getDatabase().changes() == 0) {
            used.addAll(databases()
                    .withIndexes(Explain.plan(statements.explain(), statement).used()));
        } else {
            int last = written.stream().mapToInt(Database::index).max().orElse(Integer.MAX_VALUE);
            databases().files().stream()
                    .filter(database -> database.index() < last)
                    .forEach(used::add);
        }
        return used;
    }

    private void settle(Database database, Set<Database> written, Locking locking) throws SQLException {
        if (written.contains(database)) {
            locking.take(database);
        } else if (written.stream().noneMatch(other -> other.file().equals(database.file()))) {
            // A read of the same file under another name would keep the write from being committed.
            readSchema(database);
        }
    }

    /** Lets the connection learn of changes to a schema. */
    void readSchema(Database database) throws SQLException {
        int code = statements.step("SELECT 1 FROM " + Queries.quote(database.schema()) + ".sqlite_schema LIMIT 1");
        if (code != OwnStatements.SQLITE_DONE) {
            statements.require(OwnStatements.SQLITE_ROW, code);
        }
    }

    private TempSchema temp() throws SQLException {
        if (temp == null) {
            temp = databases().hasTemp() ? TempSchema.of(statements) : TempSchema.EMPTY;
        }
        return temp;
    }

    /** Only a change from or to WAL is written to the file. Pools set the mode anew on each connection. */
    private <D> List<D> withOtherJournalMode(List<D> among, Function<D, String> schema, String mode) {
        // SQLite takes any beginning of a mode's name for it; only that of WAL begins with w.
        boolean toWal = mode != null && mode.toLowerCase(Locale.ROOT).startsWith("w");
        return among.stream()
                .filter(database -> toWal != isWal(schema.apply(database)))
                .toList();
    }

    private boolean isWal(String schema) {
        try {
            return "wal".equalsIgnoreCase(Queries.first(connection, Queries.pragma(schema, "journal_mode")));
        } catch (SQLException e) {
            return false;
        }
    }

    /** Only VACUUM turns auto-vacuum on or off where there is content. */
    private List<Database> withChangeableVacuum(List<Database> among) throws SQLException {
        List<Database> changeable = new ArrayList<>();
        for (Database database : among) {
            if (database.file().toFile().length() == 0
                    || !"0".equals(Queries.first(connection, Queries.pragma(database.schema(), "auto_vacuum")))) {
                changeable.add(database);
            }
        }
        return changeable;
    }
}
