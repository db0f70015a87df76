package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The pages of a database as the holder of its write lock sees them, before it has changed anything. Valid only while the
 * lock is held and nothing has been changed.
 *
 * <p>Not thread-safe.
 */
public sealed interface CurrentPages permits FilePages, NewFile, WalPages {

    /** Where the database stands. */
    Position position();

    /** Whether the database is in WAL mode. */
    default boolean inWalMode() {
        return position() instanceof WalPosition;
    }

    /**
     * What has changed since a position of this database.
     *
     * @param known the transactions that were announced since then, in order; needed where there is no WAL
     */
    Changed since(Position then, List<FileTransaction> known) throws IOException;

    /** What has changed since a position of this database, as far as the database alone can tell. */
    default Changed since(Position then) throws IOException {
        return since(then, List.of());
    }

    /** The pages that are not, or not surely, in the database file as they are: all that have a frame in the log. */
    PageList besideFile() throws IOException;

    /**
     * What has changed since the point that was the newest when a connection closed, if nothing else tells. Not a proof; see
     * {@link FileState}.
     */
    default Changed since(ClosingNote note) throws IOException {
        return new Changed.Lost("the database is not in WAL mode any more");
    }

    /**
     * Whether {@link #since} may get further once the transactions that are announced and not marked are.
     *
     * @param known as there
     */
    default boolean awaitsMark(Position then, List<FileTransaction> known) {
        return false;
    }

    /**
     * Where the present transaction begins, if others need to be told what it changes, and it can be told: with a rollback
     * journal, unless {@code COMMIT} moves pages, or does not raise the change counter.
     */
    default Optional<FilePosition> transactionStart() {
        return Optional.empty();
    }

    /**
     * Reads pages one after the other. A page that was never written is zero.
     *
     * @param first the number of the first, from 1
     * @param count how many
     * @param into takes the content from {@code offset} on
     */
    void read(int first, int count, byte[] into, int offset) throws IOException;

    /** Bytes in a page. */
    default int pageSize() {
        return position().pageSize();
    }

    /** The size of the database. */
    default int pages() {
        return position().pages();
    }
}
