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
        int pages,
        int pageSize,
        long jvm,
        long nanos)
        implements Position {

    static final byte KIND = 1;
    private static final int SIZE = 1 + 8 + 4 + 8 + 4 + 1 + 4 + 4 + 8 + 8;

    @Override
    public OptionalInt counter() {
        return OptionalInt.empty();
    }

    /** In the same log, the count goes on from the one to the other. */
    @Override
    public OptionalInt commitsUntil(Position later) {
        boolean isProof = later instanceof WalPosition other
                && counted
                && other.counted
                && salts == other.salts
                && frames <= other.frames
                && commits <= other.commits;
        return isProof ? OptionalInt.of(((WalPosition) later).commits - commits) : OptionalInt.empty();
    }

    @Override
    public byte[] encode() {
        return ByteBuffer.allocate(SIZE)
                .put(KIND)
                .putLong(salts)
                .putInt(frames)
                .putLong(checksum)
                .putInt(commits)
                .put((byte) (counted ? 1 : 0))
                .putInt(pages)
                .putInt(pageSize)
                .putLong(jvm)
                .putLong(nanos)
                .array();
    }

    static WalPosition decode(ByteBuffer from) {
        return new WalPosition(
                from.getLong(),
                from.getInt(),
                from.getLong(),
                from.getInt(),
                from.get() != 0,
                from.getInt(),
                from.getInt(),
                from.getLong(),
                from.getLong());
    }
}
