package io.github.prtbackup.backup.pages;

import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The end of the write-ahead log, as one connection sees it that holds the write lock. Each connection has a tail of its
 * own, made when it is first needed, and closed <em>before</em> the connection is closed or leaves WAL mode: that some
 * connection of this process has been there all the time is part of the proof (see {@link WalPages}).
 *
 * <p>Not thread-safe.
 */
public final class WalTail implements Closeable {

    /** Tells positions of this process from those of others. */
    private static final long JVM = new SecureRandom().nextLong();

    private final DatabaseFile database;
    private WalLog log;
    private WalLog.End scanned = WalLog.End.NONE;

    /** Where the log ended the last time, which is where the next question will begin. */
    private long lastSalts;

    private int lastFrames;

    /** The wal-index that the connection has open. */
    private HeldFile sharedMemory;

    /** @param database the file of the connection */
    public WalTail(DatabaseFile database) {
        this.database = database;
    }

    /**
     * The state under the write lock.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}, or the like. It may keep the wal-index
     *     to itself then, and what lies on disk is nothing or an old one that looks valid; so the log itself is walked.
     *     Not otherwise: commits behind those of the index may be of a process that died in its commit, and not count.
     */
    public CurrentPages now(boolean exclusive) throws IOException {
        use(exclusive ? Optional.empty() : database.holdSharedMemory());
        Optional<WalIndex> index = sharedMemory == null ? Optional.empty() : WalIndex.read(sharedMemory);
        if (index.isPresent()) {
            return now(index.get());
        }
        use(Optional.empty());
        return walked();
    }

    /**
     * As {@link #now} says, where the wal-index is the one of the last time; empty if it is not. Then the database is still
     * in WAL mode, and nobody needs to look: who takes it out of that mode needs it for himself alone, and deletes the index.
     */
    Optional<CurrentPages> nowIfStillWal() throws IOException {
        if (sharedMemory == null || !database.isSharedMemory(sharedMemory)) {
            return Optional.empty();
        }
        Optional<WalIndex> index = WalIndex.read(sharedMemory);
        return index.isPresent() ? Optional.of(now(index.get())) : Optional.empty();
    }

    /**
     * Takes what is held as the wal-index from now on. One of another life is another file: whoever closes it last deletes
     * it. If it is the same, it is held all the time.
     */
    private void use(Optional<HeldFile> held) throws IOException {
        HeldFile before = sharedMemory;
        sharedMemory = held.orElse(null);
        if (before != null) {
            before.close();
        }
    }

    private CurrentPages now(WalIndex index) throws IOException {
        if (index.frames() == 0) {
            return withoutFrames(index.salts(), index.commits(), true);
        }
        if (!endsWith(index)) {
            closeLog();
            if (!endsWith(index)) {
                throw new IOException("the log of " + database.path() + " does not end as its wal-index says");
            }
        }
        WalPosition position = new WalPosition(
                index.salts(),
                index.frames(),
                index.checksum(),
                index.commits(),
                true,
                false,
                index.pages(),
                index.pageSize(),
                JVM,
                System.nanoTime());
        HeldFile memory = sharedMemory;
        return new WalPages(database, log, position, () -> index.frameMap(memory), this::isWitness);
    }

    /**
     * Finds an index or an open log that is not the right one. With the same access it reads what will be asked for: the
     * frames after those that this connection knows.
     */
    private boolean endsWith(WalIndex index) throws IOException {
        openLog();
        if (log == null) {
            return false;
        }
        boolean sameLog = index.salts() == lastSalts && index.frames() >= lastFrames;
        log.readAhead(sameLog ? lastFrames : 0, index.frames(), index.pageSize());
        lastSalts = index.salts();
        lastFrames = index.frames();
        return log.frame(index.frames() - 1, index.pageSize())
                .filter(last -> last.salts() == index.salts() && last.checksum() == index.checksum())
                .isPresent();
    }

    private CurrentPages walked() throws IOException {
        closeLog();
        openLog();
        scanned = log == null ? WalLog.End.NONE : log.end(scanned);
        if (scanned.frames() == 0) {
            return withoutFrames(scanned.salts(), 0, false);
        }
        WalPosition position = new WalPosition(
                scanned.salts(),
                scanned.frames(),
                scanned.checksum(),
                0,
                false,
                false,
                scanned.pages(),
                scanned.pageSize(),
                JVM,
                System.nanoTime());
        WalLog walked = log;
        return new WalPages(
                database,
                walked,
                position,
                () -> walked.frameMap(position.frames(), position.pageSize(), position.pages()),
                this::isWitness);
    }

    /** Everything is in the database file. */
    private CurrentPages withoutFrames(long salts, int commits, boolean counted) throws IOException {
        DatabaseHeader header =
                database.header().orElseThrow(() -> new IOException(database.path() + " has no database header"));
        WalPosition position = new WalPosition(
                salts,
                0,
                0,
                commits,
                counted,
                false,
                header.pages(database.length()),
                header.pageSize(),
                JVM,
                System.nanoTime());
        openLog();
        if (log != null) {
            log.readAhead(0, 0, header.pageSize());
        }
        return new WalPages(database, log, position, () -> FrameMap.EMPTY, this::isWitness);
    }

    /** Whether no other connection of this process has the wal-index open, as far as is known here. */
    boolean isAlone() {
        return sharedMemory != null && sharedMemory.holders() == 1;
    }

    /** Whether nothing is missing in the database file of what the log holds. Asked under the write lock. */
    boolean isWholeInFile() throws IOException {
        if (sharedMemory == null || !database.isSharedMemory(sharedMemory)) {
            return false;
        }
        Optional<WalIndex> index = WalIndex.read(sharedMemory);
        return index.isPresent() && index.get().frames() == WalIndex.backfilled(sharedMemory);
    }

    /** Whether this process has had the wal-index open ever since that position was taken. */
    private boolean isWitness(WalPosition then) {
        return sharedMemory != null && then.jvm() == JVM && sharedMemory.isHeldSince(then.nanos());
    }

    /** The last state that was asked for is not needed any more. */
    void rest() {
        if (log != null) {
            log.forgetAhead();
        }
    }

    private void openLog() throws IOException {
        if (log == null) {
            log = WalLog.open(database.beside("-wal")).orElse(null);
        }
    }

    private void closeLog() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            use(Optional.empty());
        } finally {
            closeLog();
        }
    }
}
