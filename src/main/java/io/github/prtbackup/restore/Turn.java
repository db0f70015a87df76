package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.store.DirectoryLock;
import io.github.prtbackup.store.Patience;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The turn to replace a database. An undo is two things, to find out what the next step is and to take it, and somebody
 * else's undo between the two would make it the wrong one. SQLite has no lock that spans both.
 */
public final class Turn {
    /** Somebody else's may be to replace a large database. */
    private static final Patience PATIENCE = () -> TimeUnit.MINUTES.toNanos(5);

    private Turn() {}

    /**
     * Waits for it while somebody else has it, who may be in this process or in another.
     *
     * @param directory the backup directory
     * @param progress may end the waiting
     * @return to be closed when the database has been replaced
     * @throws io.github.prtbackup.store.HeldByOthersException if he has it for minutes; he may be stopped
     * @throws IOException if the directory cannot be locked
     */
    public static Closeable take(Path directory, Path database, CopyProgress progress) throws IOException {
        return PATIENCE.await(
                () -> {
                    progress.check();
                    return DirectoryLock.of(directory).tryTurn(database).orElse(null);
                },
                directory.resolve(DirectoryLock.FILE_NAME));
    }
}
