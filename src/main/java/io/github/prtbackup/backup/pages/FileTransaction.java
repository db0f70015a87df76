package io.github.prtbackup.backup.pages;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A transaction that has ended, and what it changed, in a database with a rollback journal. One that was rolled back counts,
 * too: if it had spilled its cache, pages of the free list may keep what it wrote there.
 *
 * @param before where the database stood under the write lock, before it
 * @param after where it stood afterwards
 * @param pages all pages that it changed, but for those by which the database grew
 */
public record FileTransaction(FilePosition before, FilePosition after, PageList pages) {

    /**
     * What is known once {@code COMMIT} or {@code ROLLBACK} has returned.
     *
     * @param before where the database stood under the write lock
     * @param pages what the journal named just before the end
     * @param committed whether it was a {@code COMMIT}
     * @param after where it stands now
     * @return empty if somebody else has committed since
     */
    public static Optional<FileTransaction> ended(
            FilePosition before, PageList pages, boolean committed, FilePosition after) {
        return after.changeCounter() == before.changeCounter() + (committed ? 1 : 0)
                        && after.pageSize() == before.pageSize()
                ? Optional.of(new FileTransaction(before, after, pages))
                : Optional.empty();
    }

    /** Bytes that {@link #decode} understands. */
    public byte[] encode() {
        byte[] first = before.encode();
        byte[] second = after.encode();
        ByteBuffer into = ByteBuffer.allocate(first.length + second.length + pages.encodedSize())
                .put(first)
                .put(second);
        pages.encode(into);
        return into.array();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it did not write that
     */
    public static FileTransaction decode(byte[] encoded) {
        try {
            ByteBuffer from = ByteBuffer.wrap(encoded);
            FilePosition before = filePosition(from);
            FilePosition after = filePosition(from);
            return new FileTransaction(before, after, PageList.decode(from));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a transaction of only " + encoded.length + " bytes", e);
        }
    }

    private static FilePosition filePosition(ByteBuffer from) {
        byte[] encoded = new byte[FilePosition.SIZE];
        from.get(encoded);
        if (Position.decode(encoded) instanceof FilePosition position) {
            return position;
        }
        throw new IllegalArgumentException("not a position in a database file");
    }
}
