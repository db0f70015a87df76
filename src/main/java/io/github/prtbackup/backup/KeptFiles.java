package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.files.DirectoryLock;
import java.io.IOException;

/**
 * The files that stay open over the life of connections, because closing any descriptor of a file drops all locks that the
 * process has on it.
 *
 * <p>Thread-safe.
 */
public final class KeptFiles {

    private KeptFiles() {}

    /**
     * Opens a connection of ours, to any database: nothing is closed meanwhile whose locks it might take.
     *
     * @param opening what opens it
     * @return what that returns
     * @throws E if that throws it
     */
    public static <T, E extends Exception> T whileOpening(DatabaseFile.Opening<T, E> opening) throws E {
        return DatabaseFile.whileOpening(opening);
    }

    /**
     * Closes them all, as the driver goes; but one that somebody else in the process has open only when he has closed it. Until
     * then a thread waits for that, and keeps it, with the class loader, from the garbage collector, which would close it at
     * once. No connection of this class loader may be open; what is used later is opened anew.
     */
    public static void close() throws IOException {
        try {
            DatabaseFile.closeAll();
        } finally {
            DirectoryLock.closeAll();
        }
    }
}
