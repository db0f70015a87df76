package io.github.prtbackup.backup.pages;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Where a database stood: enough to tell later, maybe in another process, what has happened since. Immutable, and small
 * enough to be stored with every point.
 */
public sealed interface Position permits WalPosition, FilePosition {

    /** Bytes in a page. */
    int pageSize();

    /** The size of the database. */
    int pages();

    /** SQLite's count of the commits with a rollback journal; empty if there is none. */
    OptionalInt counter();

    /**
     * How many transactions were committed from here to a later position.
     *
     * @return empty if nothing proves it
     */
    OptionalInt commitsUntil(Position later);

    /** Bytes that {@link #decode} understands. */
    byte[] encode();

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it did not write that
     */
    static Position decode(byte[] encoded) {
        try {
            ByteBuffer from = ByteBuffer.wrap(encoded);
            byte kind = from.get();
            Position position = switch (kind) {
                case WalPosition.KIND -> WalPosition.decode(from);
                case FilePosition.KIND -> FilePosition.decode(from);
                default -> throw new IllegalArgumentException("unknown kind of position: " + kind);
            };
            if (from.hasRemaining() || !DatabaseHeader.isPageSize(position.pageSize()) || position.pages() < 0) {
                throw new IllegalArgumentException("not a position: " + position);
            }
            return position;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a position of only " + encoded.length + " bytes", e);
        }
    }
}
