package io.github.prtbackup.files;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The ids of a backup directory: the number in its lock file, and what this process knows of it.
 *
 * <p>Ids are given by comparing and setting the number, without any lock, so that no backup of pages waits for whoever has
 * the directory's, in the same process or another. Everybody takes his ids like that, also who holds the lock.
 *
 * <p>Thread-safe.
 */
final class IdCounter {
    private final DirectoryLock directory;

    /** No id below is free. What was read before counts too: the file may have been deleted and created anew. */
    private final AtomicLong next = new AtomicLong(1);

    /** The lock file whose number was compared with the ids that are in use. */
    private volatile LockFile compared;

    /** The lock file of which this process knows that it knows of all ids. */
    private volatile LockFile trusted;

    IdCounter(DirectoryLock directory) {
        this.directory = directory;
    }

    /** See {@link DirectoryLock#nextId}. */
    long next(LockFile file, IOCallable<Long> largest) throws IOException {
        long known = next.get();
        long read = 0;
        if (file.hasNumber()) {
            file.map();
            read = file.readNumber();
        }
        if (file != compared || read < known) {
            // It is lost, or a crash of the operating system may have set it back to any number that it had.
            known = Math.max(known, 1 + largest.call());
            compared = file;
        }
        return atLeast(Math.max(known, read));
    }

    /** See {@link DirectoryLock#raiseNextId}. */
    void raise(LockFile file, long number, IOCallable<Long> largest) throws IOException {
        long least = Math.max(number, next(file, largest));
        file.makeRoom();
        file.map();
        file.raiseNumber(least, 0);
        long unused = atLeast(least);
    }

    /** See {@link DirectoryLock#reserveId}. */
    long reserve(LockFile file, Patience patience, long least, IOCallable<Long> floor) throws IOException {
        // Before the number, which is never smaller unless it was set back.
        long known = next.get();
        if (file != trusted || file.readNumber() < known) {
            trust(file, patience, floor);
        }
        long id = file.raiseNumber(least, 1);
        if (id > DirectoryLock.LARGEST_ID) {
            throw new IOException("no ids are left in " + directory.directory());
        }
        long unused = atLeast(id + 1);
        return id;
    }

    private void trust(LockFile file, Patience patience, IOCallable<Long> floor) throws IOException {
        if (!file.hasNumber()) {
            directory.hold(patience, () -> {
                file.makeRoom();
                return null;
            });
        }
        file.map();
        file.raiseNumber(Math.max(floor.call(), next.get()), 0);
        trusted = file;
    }

    private long atLeast(long number) {
        return next.accumulateAndGet(number, Math::max);
    }
}
