package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.Function;
import org.sqlite.SQLiteErrorCode;

/**
 * Checks a file with the functions and collations of the user's connection, to which it is attached for that time. What the
 * connection is in the middle of is left alone: while a statement of it is on a row, nothing could be detached again.
 */
final class BorrowedCheck {
    private static final Logger log = LoggerFactory.getLogger(BorrowedCheck.class);

    /** Of the database while it is attached, and of a function that only tells whether the connection is idle. */
    private static final String NAME = "prtbackup_check";

    private static final int ANY_NUMBER = -1;

    private BorrowedCheck() {}

    /** Returns nothing if the connection is busy or closed, or lacks something as well. */
    static Optional<IntegrityCheck> run(BackupConnection connection, Path file) {
        try {
            return connection.isClosed()
                    ? Optional.empty()
                    : connection.guard().locked(() -> Limits.lifted(connection, () -> check(connection, file)));
        } catch (SQLException e) {
            log.debug("{} is not checked with the application's connection", file, e);
            return Optional.empty();
        }
    }

    private static Optional<IntegrityCheck> check(BackupConnection connection, Path file) throws SQLException {
        if (!connection.getAutoCommit() || connection.guard().isInTransaction() || !isIdle(connection)) {
            return Optional.empty();
        }
        String uri = ReadOnlyConnection.uri(file) + "?immutable=1&cache=private";
        String unused = Queries.first(connection, "ATTACH DATABASE " + Queries.text(uri) + " AS " + NAME);
        try {
            return Optional.of(IntegrityCheck.with(connection, NAME));
        } finally {
            unused = Queries.first(connection, "DETACH DATABASE " + NAME);
        }
    }

    /** SQLite takes no function away while a statement is on a row. */
    private static boolean isIdle(BackupConnection connection) throws SQLException {
        Function.create(
                connection,
                NAME,
                new Function() {
                    @Override
                    protected void xFunc() {}
                },
                ANY_NUMBER,
                0);
        return connection.getDatabase().destroy_function(NAME) == SQLiteErrorCode.SQLITE_OK.code;
    }
}
