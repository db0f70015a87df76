package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Where a database in WAL mode stands.
 *
 * @param salts of the log; 0 if it was new and empty
 * @param frames committed in it
 * @param checksum of the last of these, which covers all before it
 * @param commits a counter that rises with every commit, as long as the wal-index lives; meaningless if not {@code counted}
 * @param counted whether {@code commits} is known
 * @param goesOn whether {@code commits} has risen since the point before by just as many as were committed. Two positions
 *     alone do not tell: a log that is deleted, or an index that is rebuilt after a crash, begins to count from 0 again
 * @param pages the size of the database
 * @param pageSize bytes in a page
 * @param jvm random, of the process that took the position
 * @param nanos of that process's own clock
 */
record WalPosition(
        long salts,
        int frames,
        long checksum,
        int commits,
        boolean counted,
        boolean goesOn,
        int pages,
        int pageSize,
        long jvm,
        long nanos)
        implements Position {

    static final byte KIND = 1;
    private static final int COUNTED = 1;
    private static final int GOES_ON = 2;
    private static final int SIZE = 1 + 8 + 4 + 8 + 4 + 1 + 4 + 4 + 8 + 8;

    @Override
    public OptionalInt counter() {
        return OptionalInt.empty();
    }

    @Override
    public Position goingOn() {
        return new WalPosition(salts, frames, checksum, commits, counted, true, pages, pageSize, jvm, nanos);
    }

    @Override
    public byte[] encode() {
        return ByteBuffer.allocate(SIZE)
                .put(KIND)
                .putLong(salts)
                .putInt(frames)
                .putLong(checksum)
                .putInt(commits)
                .put((byte) ((counted ? COUNTED : 0) | (goesOn ? GOES_ON : 0)))
                .putInt(pages)
                .putInt(pageSize)
                .putLong(jvm)
                .putLong(nanos)
                .array();
    }

    static WalPosition decode(ByteBuffer from) {
        long salts = from.getLong();
        int frames = from.getInt();
        long checksum = from.getLong();
        int commits = from.getInt();
        byte count = from.get();
        return new WalPosition(
                salts,
                frames,
                checksum,
                commits,
                (count & COUNTED) != 0,
                (count & GOES_ON) != 0,
                from.getInt(),
                from.getInt(),
                from.getLong(),
                from.getLong());
    }
}
