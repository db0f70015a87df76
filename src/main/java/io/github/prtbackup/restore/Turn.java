package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.store.DirectoryLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The turn to replace a database. An undo is two things, to find out what the next step is and to take it, and somebody
 * else's undo between the two would make it the wrong one. SQLite has no lock that spans both.
 */
public final class Turn {
    private static final long PAUSE_NANOS = 1_000_000;

    private Turn() {}

    /**
     * Waits for it as long as somebody else has it, who may be in this process or in another.
     *
     * @param directory the backup directory
     * @param progress may end the waiting
     * @return to be closed when the database has been replaced
     * @throws IOException if the directory cannot be locked
     */
    public static Closeable take(Path directory, Path database, CopyProgress progress) throws IOException {
        while (true) {
            Optional<Closeable> turn = DirectoryLock.of(directory).tryTurn(database);
            if (turn.isPresent()) {
                return turn.get();
            }
            progress.check();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
