package io.github.prtbackup.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileLock;

/**
 * A lock that many may share or one have alone, among threads and processes: one byte of the directory's lock file.
 *
 * <p>Thread-safe. It belongs to no thread: who has the {@link Lease} may release it.
 */
public final class RangeLock {
    private final DirectoryLock directory;
    private final long key;
    /** The one lock of the file that all leases in this process rest on. */
    private FileLock lock;

    private int leases;

    RangeLock(DirectoryLock directory, long key) {
        this.directory = directory;
        this.key = key;
    }

    /** The lock alone; null if somebody has it. */
    public Lease tryExclusive() throws IOException {
        return tryTake(false);
    }

    /**
     * The lock alone.
     *
     * @throws HeldByOthersException if anybody has it all the time that is given
     */
    public Lease exclusive(Patience patience) throws IOException {
        return patience.await(() -> tryTake(false), directory.directory().resolve(DirectoryLock.FILE_NAME));
    }

    /**
     * The lock with others. Where nothing can be locked, because nothing can be written, nobody is kept away, and nobody
     * can come.
     *
     * @throws HeldByOthersException if somebody has it alone all the time that is given
     */
    public Lease shared(Patience patience) throws IOException {
        return directory.isLockable()
                ? patience.await(() -> tryTake(true), directory.directory().resolve(DirectoryLock.FILE_NAME))
                : new Lease(directory.begin(), false);
    }

    /** Whether anybody in this process has it. */
    public boolean isLeased() {
        SpinLock guard = directory.guard();
        guard.lock();
        try (guard) {
            return leases > 0;
        }
    }

    private Lease tryTake(boolean shared) throws IOException {
        LockUses.Use use = directory.begin();
        boolean isTaken = false;
        try {
            isTaken = isTaken(shared);
        } finally {
            if (!isTaken) {
                use.close();
            }
        }
        return isTaken ? new Lease(use, true) : null;
    }

    private boolean isTaken(boolean shared) throws IOException {
        SpinLock guard = directory.guard();
        guard.lock();
        try (guard) {
            if (leases == 0) {
                lock = directory.tryRange(key, shared);
                if (lock == null) {
                    return false;
                }
            } else if (!shared || !lock.isShared()) {
                return false;
            }
            leases++;
            return true;
        }
    }

    private void giveBack() throws IOException {
        SpinLock guard = directory.guard();
        guard.lock();
        try (guard) {
            leases--;
            if (leases == 0) {
                lock.release();
            }
        }
    }

    /** The lock, held. Not thread-safe. */
    public final class Lease implements Closeable {
        private final LockUses.Use use;
        private boolean isHeld;

        private Lease(LockUses.Use use, boolean isHeld) {
            this.use = use;
            this.isHeld = isHeld;
        }

        /** Gives it back. A second call does nothing. */
        @Override
        public void close() throws IOException {
            try (use) {
                if (isHeld) {
                    isHeld = false;
                    giveBack();
                }
            }
        }
    }
}
