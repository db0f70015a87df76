package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConnection;

/**
 * The databases of a connection that have a file; in-memory and temporary ones are never backed up.
 *
 * @param files those whose names Java can express, in the order of {@code pragma_database_list}
 * @param unnamed those whose names Java cannot express, though SQLite can: as in the C locale, where a name is not ASCII
 * @param schemas the names of all, with files or without, by their numbers in {@code EXPLAIN}, in the order in which SQLite
 *     looks for what is no name in {@code temp}
 * @param ambiguous whether there are several beside {@code temp}, with files or without: a name may mean a table in the one
 *     now, and in the other later
 * @param hasTemp whether {@code temp} has been opened, without which there is nothing in it
 */
record AttachedDatabases(
        List<Database> files, List<Unnamed> unnamed, Map<Integer, String> schemas, boolean ambiguous, boolean hasTemp) {

    private static final int TEMP = 1;

    /**
     * One attached database.
     *
     * @param index its number in {@code EXPLAIN}
     * @param schema its name, {@code main} or that of {@code ATTACH}
     * @param file its path, as SQLite resolved it
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE} there, or keeps others out by the VFS
     */
    record Database(int index, String schema, Path file, boolean exclusive) {}

    /**
     * One of which no backup can be made, because Java cannot open what it has no name for.
     *
     * @param index its number in {@code EXPLAIN}
     * @param schema its name
     * @param why in words
     * @param cause what Java says
     */
    record Unnamed(int index, String schema, String why, InvalidPathException cause) {
        SQLException exception() {
            return new SQLException(why, cause);
        }
    }

    /** Asks a connection. */
    static AttachedDatabases of(SQLiteConnection connection) throws SQLException {
        List<Row> rows = rows(connection);
        // That VFS keeps the wal-index in the memory of the process.
        boolean keepsOthersOut = connection.getUrl().contains("vfs=unix-excl");
        List<Database> files = new ArrayList<>();
        List<Unnamed> unnamed = new ArrayList<>();
        for (Row row : rows) {
            if (row.index() != TEMP && row.file() != null && !row.file().isEmpty()) {
                try {
                    Path file = Path.of(row.file());
                    String locking = Queries.first(connection, Queries.pragma(row.schema(), "locking_mode"));
                    files.add(new Database(
                            row.index(), row.schema(), file, keepsOthersOut || "exclusive".equalsIgnoreCase(locking)));
                } catch (InvalidPathException e) {
                    unnamed.add(new Unnamed(row.index(), row.schema(), why(row.file()), e));
                }
            }
        }
        Map<Integer, String> schemas = new LinkedHashMap<>();
        rows.forEach(row -> schemas.put(row.index(), row.schema()));
        boolean hasTemp = rows.stream().anyMatch(row -> row.index() == TEMP);
        return new AttachedDatabases(
                List.copyOf(files),
                List.copyOf(unnamed),
                Collections.unmodifiableMap(schemas),
                rows.size() - (hasTemp ? 1 : 0) > 1,
                hasTemp);
    }

    private record Row(int index, String schema, String file) {}

    private static List<Row> rows(SQLiteConnection connection) throws SQLException {
        // A path may be longer than what the user allows for values.
        return Limits.lifted(connection, () -> {
            List<Row> found = new ArrayList<>();
            new OwnStatements(connection)
                    .each("PRAGMA database_list", row -> found.add(new Row(row.number(0), row.text(1), row.text(2))));
            return found;
        });
    }

    private static String why(String file) {
        return "Java cannot express the file name " + file + " in the character set "
                + System.getProperty("sun.jnu.encoding")
                + ", so no backups can be made; set LC_ALL=C.UTF-8 or another UTF-8 locale";
    }

    List<Database> withIndexes(Set<Integer> indexes) {
        return files.stream()
                .filter(database -> indexes.contains(database.index()))
                .toList();
    }

    /** The database of that name; empty if there is none, or it has no file. */
    Optional<Database> named(String schema) {
        return files.stream()
                .filter(database -> database.schema().equalsIgnoreCase(schema))
                .findFirst();
    }

    /**
     * The file of the main database; empty if it has none.
     *
     * @throws SQLException if Java cannot express its name
     */
    Optional<Path> mainFile() throws SQLException {
        for (Unnamed database : unnamed) {
            if (database.schema().equalsIgnoreCase("main")) {
                throw database.exception();
            }
        }
        return named("main").map(Database::file);
    }
}
