package io.github.prtbackup.backup.pages;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
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

    /** The same, where SQLite's count of the commits in a log is known to have gone on from the point before. */
    default Position goingOn() {
        return this;
    }

    /**
     * How many transactions were committed from the first to the last of some positions.
     *
     * @param way those of all points from one to another, oldest first
     * @return empty if nothing proves it
     */
    static OptionalInt commits(List<Position> way) {
        Position first = way.get(0);
        Position last = way.get(way.size() - 1);
        boolean isInLog = way.stream().allMatch(WalPosition.class::isInstance)
                && way.stream().skip(1).allMatch(position -> ((WalPosition) position).goesOn());
        if (isInLog) {
            return OptionalInt.of(((WalPosition) last).commits() - ((WalPosition) first).commits());
        }
        boolean isInFile = first.counter().isPresent() && last.counter().isPresent();
        int commits = isInFile ? last.counter().getAsInt() - first.counter().getAsInt() : -1;
        return commits < 0 ? OptionalInt.empty() : OptionalInt.of(commits);
    }

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
