package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.store.DirectoryLock;
import java.io.IOException;

/**
 * The files that stay open over the life of connections, because closing any descriptor of a file drops all locks that the
 * process has on it. They must not be left to the garbage collector either: it would close them at any time after the class
 * loader of a stopped application is gone, and with them the locks of the one that was started in its place.
 *
 * <p>Thread-safe.
 */
public final class KeptFiles {

    private KeptFiles() {}

    /** Closes them all. No connection of this class loader may be open; what is used later is opened anew. */
    public static void close() throws IOException {
        try {
            DatabaseFile.closeAll();
        } finally {
            DirectoryLock.closeAll();
        }
    }
}
