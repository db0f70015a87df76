package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.Patience;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turn to replace a database. An undo is two things, to find out what the next step is and to take it, and somebody
 * else's undo between the two would make it the wrong one. SQLite has no lock that spans both.
 */
public final class Turn {
    /** Somebody else's may be to replace a large database. */
    private static final Patience PATIENCE = () -> TimeUnit.MINUTES.toNanos(5);

    private static final Logger log = LoggerFactory.getLogger(Turn.class);

    private Turn() {}

    /**
     * Waits for it while somebody else has it, who may be in this process or in another.
     *
     * @param catalog that of the backups
     * @param progress may end the waiting
     * @return to be closed when the database has been replaced
     * @throws io.github.prtbackup.files.HeldByOthersException if he has it for minutes; he may be stopped
     * @throws IOException if the directory cannot be locked
     */
    public static Closeable take(Catalog catalog, Path database, CopyProgress progress) throws IOException {
        Path directory = catalog.directory();
        int key = catalog.identify(database).key();
        Closeable turn = PATIENCE.await(
                () -> {
                    progress.check();
                    return DirectoryLock.of(directory).tryTurn(key).orElse(null);
                },
                directory.resolve(DirectoryLock.FILE_NAME));
        return () -> giveBack(turn, database);
    }

    /** What was done in the turn is done. */
    private static void giveBack(Closeable turn, Path database) {
        try {
            turn.close();
        } catch (IOException e) {
            log.warn("The turn to replace {} ends with this process: {}", database, e.toString());
        }
    }
}
