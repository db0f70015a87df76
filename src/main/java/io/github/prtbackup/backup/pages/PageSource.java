package io.github.prtbackup.backup.pages;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The state of one database under the write lock of one connection, in whatever journal mode. Closed with the connection.
 *
 * <p>Not thread-safe.
 */
public final class PageSource implements Closeable {

    private final DatabaseFile database;
    private WalTail tail;

    /** @param file the database of the connection, which exists */
    public PageSource(Path file) throws IOException {
        this(DatabaseFile.of(file));
    }

    /** @param database the files of the connection */
    public PageSource(DatabaseFile database) {
        this.database = database;
    }

    /** The files. */
    public DatabaseFile database() {
        return database;
    }

    /**
     * The state now. The connection holds the write lock and has changed nothing yet.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     * @throws IOException if the files cannot be read, or are empty
     */
    public CurrentPages now(boolean exclusive) throws IOException {
        if (tail != null && !exclusive) {
            Optional<CurrentPages> still = tail.nowIfStillWal();
            if (still.isPresent()) {
                return still.get();
            }
        }
        DatabaseHeader header =
                database.header().orElseThrow(() -> new IOException(database.path() + " has no database header"));
        if (header.wal()) {
            if (tail == null) {
                tail = new WalTail(database);
            }
            return tail.now(exclusive);
        }
        close();
        return FilePages.now(database, exclusive);
    }

    @Override
    public void close() throws IOException {
        if (tail != null) {
            tail.close();
            tail = null;
        }
    }
}
