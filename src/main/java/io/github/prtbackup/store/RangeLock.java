package io.github.prtbackup.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that many may share or one have alone, among threads and processes: one byte of the directory's lock file.
 *
 * <p>Thread-safe. It belongs to no thread: who has the {@link Lease} may release it.
 */
final class RangeLock {
    private static final long PAUSE_NANOS = 1_000_000;

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
    Lease tryExclusive() throws IOException {
        return tryTake(false);
    }

    /** The lock alone. Waits as long as anybody has it, and is not ended by an interrupt. */
    Lease exclusive() throws IOException {
        return take(false);
    }

    /** The lock with others. Waits as long as somebody has it alone, and is not ended by an interrupt. */
    Lease shared() throws IOException {
        return take(true);
    }

    private Lease take(boolean shared) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                Lease lease = tryTake(shared);
                if (lease != null) {
                    return lease;
                }
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does some work with the lock shared. */
    <T> T share(IOCallable<T> work) throws IOException {
        Lease lease = shared();
        try (lease) {
            return work.call();
        }
    }

    synchronized boolean isLeased() {
        return leases > 0;
    }

    private synchronized Lease tryTake(boolean shared) throws IOException {
        if (leases == 0) {
            lock = directory.tryRange(key, shared);
            if (lock == null) {
                return null;
            }
        } else if (!shared || !lock.isShared()) {
            return null;
        }
        leases++;
        return new Lease();
    }

    private synchronized void giveBack() throws IOException {
        leases--;
        if (leases == 0) {
            lock.release();
        }
    }

    /** The lock, held. Not thread-safe. */
    final class Lease implements Closeable {
        private boolean released;

        private Lease() {}

        /** Gives it back. A second call does nothing. */
        @Override
        public void close() throws IOException {
            if (!released) {
                released = true;
                giveBack();
            }
        }
    }
}
