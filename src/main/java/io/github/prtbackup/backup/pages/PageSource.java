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
    private final boolean owned;
    private WalTail tail;

    /** @param file the database of the connection, which exists */
    public PageSource(Path file) throws IOException {
        this(DatabaseFile.of(file), true);
    }

    /** @param database the files of the connection, which are not closed with this */
    public PageSource(DatabaseFile database) {
        this(database, false);
    }

    private PageSource(DatabaseFile database, boolean owned) {
        this.database = database;
        this.owned = owned;
    }

    /** The files. */
    public DatabaseFile database() {
        return database;
    }

    /**
     * The state now. The connection holds the write lock and has changed nothing yet.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}
     * @throws IOException if the files cannot be read, or are no database
     */
    public CurrentPages now(boolean exclusive) throws IOException {
        if (tail != null && !exclusive) {
            Optional<CurrentPages> still = tail.nowIfStillWal();
            if (still.isPresent()) {
                return still.get();
            }
        }
        Optional<DatabaseHeader> header = database.header();
        if (header.isEmpty() && database.length() == 0) {
            closeTail();
            return NewFile.INSTANCE;
        }
        if (header.orElseThrow(() -> new IOException(database.path() + " has no database header"))
                .wal()) {
            if (tail == null) {
                tail = new WalTail(database);
            }
            return tail.now(exclusive);
        }
        closeTail();
        return FilePages.now(database, exclusive);
    }

    /** The last state that was asked for is not needed any more: gives back what that took. */
    public void rest() {
        if (tail != null) {
            tail.rest();
        }
    }

    /** Whether no other connection of this process, which would keep the log from being deleted, has asked for the state. */
    public boolean isAlone() {
        return tail != null && tail.isAlone();
    }

    /**
     * What to leave behind before the connection closes. It holds the write lock, has changed nothing, and is not in
     * {@code locking_mode=EXCLUSIVE}.
     *
     * @param newest where the newest point was taken
     * @return empty if there is nothing that would help
     */
    public Optional<ClosingNote> closingNote(Position newest) throws IOException {
        if (!(newest instanceof WalPosition)
                || !(now(false) instanceof WalPages now)
                || !(now.since(newest) instanceof Changed.Complete changed)
                || !tail.isWholeInFile()) {
            return Optional.empty();
        }
        return database.settleTime()
                ? Optional.of(new ClosingNote(now.salts(), now.pages(), database.state(), changed.pages()))
                : Optional.empty();
    }

    private void closeTail() throws IOException {
        WalTail closing = tail;
        tail = null;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public void close() throws IOException {
        // The tail first: it is a witness only for as long as the connection has the files open.
        DatabaseFile files = owned ? database : null;
        try (files) {
            closeTail();
        }
    }
}
