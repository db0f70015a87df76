package io.github.prtbackup.jdbc;

import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_BUSY;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_DONE;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_ERROR;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_ROW;
import static io.github.prtbackup.jdbc.OwnStatements.SQLITE_TOOBIG;

import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.jdbc.AttachedDatabases.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * Takes the write lock of one attached database inside a transaction, waiting as the write itself would, and changes nothing.
 * {@code BEGIN IMMEDIATE} would lock every attached file.
 *
 * <p>On a database without auto-vacuum, which is nearly every one, {@code incremental_vacuum} compiles to the opening of a
 * write transaction and no more, and leaves {@code changes()} alone. With incremental auto-vacuum it would free a page. There
 * the lock is that of a definition which fails: its text is longer than any text may be at that moment. SQLite sees that when
 * it has opened the transaction, and before it has touched anything. Only where there is no table to define something for, a
 * page is freed and taken back.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class WriteLock {

    /** What {@code PRAGMA auto_vacuum} answers. */
    private static final String INCREMENTAL = "2";

    /** How a database is locked. */
    private enum Kind {
        /** By a statement that does nothing else. */
        PLAIN,
        /** It has incremental auto-vacuum, and what that statement frees would have to be taken back. */
        FREES_PAGES,
        /** Nothing can be taken back, with {@code journal_mode=OFF}. */
        NO_JOURNAL
    }

    /** Somebody has switched incremental auto-vacuum on since it was asked, and a page was freed. It has to be taken back. */
    static final class StaleException extends SQLException {
        private static final long serialVersionUID = 1L;
    }

    private final SQLiteConnection connection;
    private final OwnStatements statements;
    private final Map<Path, Kind> kinds = new HashMap<>();

    /** A table of each database that frees pages, in quotes; empty where there is none. */
    private final Map<Path, Optional<String>> tables = new HashMap<>();

    WriteLock(SQLiteConnection connection, OwnStatements statements) {
        this.connection = connection;
        this.statements = statements;
    }

    /** What is attached may be another file, or the same with another kind of auto-vacuum or journal. */
    void forget() {
        kinds.clear();
        tables.clear();
    }

    /**
     * Whether locking that database leaves everything as it is also while a write is on a row, when no savepoint can be set. As
     * far as this connection has seen.
     */
    boolean leavesNoTrace(Database database) throws SQLException {
        return kind(database) != Kind.FREES_PAGES || table(database).isPresent();
    }

    private Kind kind(Database database) throws SQLException {
        Kind known = kinds.get(database.file());
        if (known == null) {
            known = ask(database);
            kinds.put(database.file(), known);
        }
        return known;
    }

    private Kind ask(Database database) throws SQLException {
        if ("off".equals(Queries.first(connection, Queries.pragma(database.schema(), "journal_mode")))) {
            return Kind.NO_JOURNAL;
        }
        return hasIncrementalVacuum(database) ? Kind.FREES_PAGES : Kind.PLAIN;
    }

    private boolean hasIncrementalVacuum(Database database) throws SQLException {
        return INCREMENTAL.equals(Queries.first(connection, Queries.pragma(database.schema(), "auto_vacuum")));
    }

    /**
     * Takes the lock.
     *
     * @param untouched whether the transaction has written nothing yet. What virtual tables have collected would be written
     *     with a savepoint
     * @throws StaleException if that has freed a page; later calls will not
     */
    void take(Database database, boolean untouched) throws SQLException {
        switch (kind(database)) {
            case PLAIN -> takePlain(database, untouched);
            case FREES_PAGES -> takeByTable(database);
            case NO_JOURNAL -> takeWithoutJournal(database);
        }
    }

    private void takePlain(Database database, boolean untouched) throws SQLException {
        if (untouched && setSavepoint()) {
            takeInSavepoint(database);
        } else {
            takeByPragma(database);
        }
    }

    /** What was asked before may be wrong by now, and a page that is freed can't be taken back. */
    private void takeWithoutJournal(Database database) throws SQLException {
        // The connection learns of auto-vacuum as it looks at the file.
        int unused = statements.number(Queries.pragma(database.schema(), "schema_version"));
        if (hasIncrementalVacuum(database)) {
            takeByTable(database);
        } else {
            takeByPragma(database);
        }
    }

    private void takeByPragma(Database database) throws SQLException {
        int code = statements.step(incrementalVacuum(database));
        if (code == SQLITE_ROW) {
            kinds.put(database.file(), Kind.FREES_PAGES);
            throw new StaleException();
        }
        statements.require(SQLITE_DONE, code);
    }

    /** Can't be done while a write is on a row. */
    private boolean setSavepoint() throws SQLException {
        return statements.step("SAVEPOINT prtbackup_lock") != SQLITE_BUSY;
    }

    private void takeInSavepoint(Database database) throws SQLException {
        int code = statements.step(incrementalVacuum(database));
        if (code == SQLITE_ROW) {
            statements.run("ROLLBACK TO prtbackup_lock");
        }
        try {
            if (code != SQLITE_ROW) {
                statements.require(SQLITE_DONE, code);
            }
        } finally {
            int unused = statements.step("RELEASE prtbackup_lock");
        }
    }

    private void takeByTable(Database database) throws SQLException {
        Optional<String> table = table(database);
        if (table.isPresent()) {
            try {
                takeByDefinition(database, table.get());
                return;
            } catch (SQLException e) {
                if (!doesNotCompile(e)) {
                    throw e;
                }
            }
            // Somebody may have dropped it.
            tables.remove(database.file());
            table = table(database);
        }
        if (table.isPresent()) {
            takeByDefinition(database, table.get());
        } else if (kind(database) == Kind.FREES_PAGES && setSavepoint()) {
            takeInSavepoint(database);
        } else {
            takeBySchemaTable(database);
        }
    }

    private void takeByDefinition(Database database, String table) throws SQLException {
        String trigger = Queries.quote(database.schema()) + ".prtbackup_takes_the_write_lock_and_defines_nothing";
        int code = statements.stepWithShortValues(
                "CREATE TRIGGER " + trigger + " AFTER INSERT ON " + table + " BEGIN SELECT 1; END");
        statements.require(SQLITE_TOOBIG, code);
    }

    private static boolean doesNotCompile(SQLException e) {
        return (e.getErrorCode() & 0xff) == SQLITE_ERROR;
    }

    /** There is nothing but free pages, and the table of tables, which SQLite lets nobody touch otherwise. */
    private void takeBySchemaTable(Database database) throws SQLException {
        String before = Queries.first(connection, "PRAGMA writable_schema");
        statements.run("PRAGMA writable_schema = 1");
        try {
            int code = statements.step("DELETE FROM " + Queries.quote(database.schema()) + ".sqlite_schema WHERE 0");
            // With count_changes it answers.
            statements.require(code == SQLITE_ROW ? SQLITE_ROW : SQLITE_DONE, code);
        } finally {
            statements.run("PRAGMA writable_schema = " + before);
        }
    }

    private static String incrementalVacuum(Database database) {
        return Queries.pragma(database.schema(), "incremental_vacuum(1)");
    }

    private Optional<String> table(Database database) throws SQLException {
        Optional<String> known = tables.get(database.file());
        if (known == null) {
            known = findTable(database);
            tables.put(database.file(), known);
        }
        return known;
    }

    /**
     * Any table. Looked up beside the user's connection: a read in the user's transaction would pin a snapshot. That only works
     * on the connection itself if it has locked all others out, with {@code BEGIN EXCLUSIVE} for one, and then there is nothing
     * left to pin.
     */
    private Optional<String> findTable(Database database) throws SQLException {
        if (!Files.exists(database.file())) {
            return Optional.empty();
        }
        try (SQLiteConnection reader = ReadOnlyConnection.open(database.file())) {
            reader.setBusyTimeout(0);
            Optional<String> table = tableUnlessBusy(reader, "main");
            // Where somebody else locks it out, it waits as the write itself would: what has been set for that stays.
            String name = table.isPresent() ? table.get() : table(connection, database.schema());
            return Optional.of(name).filter(some -> !some.isEmpty()).map(Queries::quote);
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
        String name = Queries.first(
                reader,
                "SELECT name FROM " + Queries.quote(schema) + ".sqlite_schema WHERE type = 'table' AND rootpage > 0"
                        + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' LIMIT 1");
        return name == null ? "" : name;
    }
}
