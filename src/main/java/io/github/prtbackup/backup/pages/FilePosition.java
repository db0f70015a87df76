package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Where a database with a rollback journal stands.
 *
 * <p>The counter is the proof: each commit of anybody raises it. The time only tells more than the counter does, and a
 * difference in it counts against us: a transaction that was rolled back after it had spilled its cache, or after a crash,
 * leaves the counter alone and may leave other bytes in unused pages; and a counter that fell back in a power failure can
 * have risen to the same value again.
 *
 * @param changeCounter of the database header
 * @param modifiedNanos the time of the last write to the file
 * @param pages the size of the database
 * @param pageSize bytes in a page
 */
public record FilePosition(int changeCounter, long modifiedNanos, int pages, int pageSize) implements Position {

    static final byte KIND = 2;

    /** The time of a position that proves nothing. */
    private static final long NO_TIME = Long.MIN_VALUE;

    static final int SIZE = 1 + 4 + 8 + 4 + 4;

    /**
     * Reads where the database stands. Means something only while nobody else can write, or, right after a transaction
     * that was announced has ended, for {@link FileTransaction#markAt}, which checks that nobody has.
     *
     * @throws IOException if the file cannot be read or is no database with content
     */
    public static FilePosition of(DatabaseFile database) throws IOException {
        // Asked first: a write that comes in between shows in the next time, and so counts as unknown.
        long modified = database.modifiedNanos();
        DatabaseHeader header =
                database.header().orElseThrow(() -> new IOException(database.path() + " has no database header"));
        return new FilePosition(header.changeCounter(), modified, header.pages(database.length()), header.pageSize());
    }

    /** The same place, from which nobody can prove anything. */
    FilePosition withoutProof() {
        return new FilePosition(changeCounter, NO_TIME, pages, pageSize);
    }

    /** Whether nothing was written between the two. The size follows from the rest, and may not be known yet. */
    public boolean isSameStateAs(FilePosition other) {
        return changeCounter == other.changeCounter
                && modifiedNanos == other.modifiedNanos
                && modifiedNanos != NO_TIME
                && pageSize == other.pageSize;
    }

    @Override
    public OptionalInt counter() {
        return modifiedNanos == NO_TIME ? OptionalInt.empty() : OptionalInt.of(changeCounter);
    }

    @Override
    public byte[] encode() {
        ByteBuffer into = ByteBuffer.allocate(SIZE).put(KIND);
        put(into);
        return into.array();
    }

    void put(ByteBuffer into) {
        into.putInt(changeCounter).putLong(modifiedNanos).putInt(pages).putInt(pageSize);
    }

    static FilePosition decode(ByteBuffer from) {
        return new FilePosition(from.getInt(), from.getLong(), from.getInt(), from.getInt());
    }
}
