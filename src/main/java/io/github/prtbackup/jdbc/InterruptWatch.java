package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.CopyProgress;
import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import org.sqlite.SQLiteConnection;

/**
 * Lets what takes long end when the user has interrupted the connection: by {@code Statement.cancel}, or a progress handler.
 * SQLite remembers that as long as a statement of the connection is on a row, as one is during all of our work.
 *
 * <p>Not thread-safe: used under the connection's monitor.
 */
final class InterruptWatch implements CopyProgress {

    private final OwnStatements statements;

    InterruptWatch(SQLiteConnection connection) {
        this.statements = new OwnStatements(connection);
    }

    @Override
    public void copied(long done, long total) {
        // Nobody looks on.
    }

    @Override
    public void check() {
        try {
            checkNow();
        } catch (SQLException e) {
            CancellationException cancelled = new CancellationException(e.getMessage());
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** Throws SQLite's exception if the user has interrupted the connection. */
    void checkNow() throws SQLException {
        statements.checkInterrupt();
    }

    /** What SQLite has said, if an exception is because of it; otherwise the exception itself. */
    static Exception saidBySqlite(Exception e) {
        return e instanceof CancellationException && e.getCause() instanceof SQLException said ? said : e;
    }
}
