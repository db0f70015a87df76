package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.Queries;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * The databases of a connection that have a file; in-memory and temporary ones are never backed up.
 *
 * @param files in the order of {@code pragma_database_list}
 * @param ambiguous whether there are several beside {@code temp}, with files or without: a name may mean a table in the one
 *     now, and in the other later
 */
record AttachedDatabases(List<Database> files, boolean ambiguous) {

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
     * Asks a connection.
     *
     * @throws SQLException also if Java cannot express the name of a file, which SQLite can
     */
    static AttachedDatabases of(SQLiteConnection connection) throws SQLException {
        List<Database> found = new ArrayList<>();
        int count = 0;
        // With jdbc.explicit_readonly, sqlite-jdbc refuses setReadOnly after the first statement; ours is none of the
        // user's.
        // That VFS keeps the wal-index in the memory of the process.
        boolean keepsOthersOut = connection.getUrl().contains("vfs=unix-excl");
        boolean executed = connection.isFirstStatementExecuted();
        // A path may be longer than what the user allows for values.
        int length = SQLiteLimits.SQLITE_LIMIT_LENGTH.getId();
        int allowed = connection.getDatabase().limit(length, Integer.MAX_VALUE);
        try (JDBC4Statement statement = new JDBC4Statement(connection);
                ResultSet rows = statement.executeQuery("PRAGMA database_list")) {
            while (rows.next()) {
                String file = rows.getString("file");
                count += rows.getInt("seq") == TEMP ? 0 : 1;
                if (rows.getInt("seq") != TEMP && file != null && !file.isEmpty()) {
                    String schema = rows.getString("name");
                    String locking = Queries.first(connection, Queries.pragma(schema, "locking_mode"));
                    found.add(new Database(
                            rows.getInt("seq"),
                            schema,
                            path(file),
                            keepsOthersOut || "exclusive".equalsIgnoreCase(locking)));
                }
            }
        } finally {
            int unused = connection.getDatabase().limit(length, allowed);
            connection.setFirstStatementExecuted(executed);
        }
        return new AttachedDatabases(List.copyOf(found), count > 1);
    }

    private static Path path(String file) throws SQLException {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new SQLException(
                    "Java cannot express the file name " + file + " in the character set "
                            + System.getProperty("sun.jnu.encoding")
                            + ", so no backups can be made; set LC_ALL=C.UTF-8 or another UTF-8 locale",
                    e);
        }
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

    Optional<Database> main() {
        return named("main");
    }
}
