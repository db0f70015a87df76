package io.github.prtbackup.jdbc;

import java.sql.SQLException;
import java.util.Arrays;

/** The oldest SQLite that is supported. */
final class SqliteVersion {

    /** Before it, a race at the restart of the log <a href="https://www.sqlite.org/wal.html">loses commits</a>. */
    private static final int[] OLDEST = {3, 51, 3};

    private SqliteVersion() {}

    /**
     * Refuses an older SQLite, which an application may have put on the class path.
     *
     * @param version such as {@code 3.54.1}
     */
    static void require(String version) throws SQLException {
        int[] numbers =
                Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
        if (Arrays.compare(numbers, OLDEST) < 0) {
            throw new SQLException(
                    "SQLite " + version + " can lose commits in WAL mode; prtbackup needs sqlite-jdbc 3.51.3.0"
                            + " or newer on the class path");
        }
    }
}
