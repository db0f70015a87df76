package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Says which file an error is about. What streams and channels throw on a full disk has a message and no path. Stateless.
 */
public final class Located {

    private Located() {}

    /** Something that is done with one file. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does it.
         *
         * @throws IOException if the file can't be read or written
         */
        void run() throws IOException;
    }

    /**
     * Does something with a file.
     *
     * @param path the file that is written
     * @param work what is done
     * @throws IOException what the work throws, with the file's path in its message
     */
    public static void run(Path path, Work work) throws IOException {
        try {
            work.run();
        } catch (IOException e) {
            throw at(path, e);
        }
    }

    /** The same with a path, unless it has one, or is of the channel. */
    static IOException at(Path path, IOException e) {
        if (e instanceof FileSystemException || e instanceof ClosedChannelException) {
            return e;
        }
        FileSystemException located = new FileSystemException(path.toString(), null, e.getMessage());
        located.initCause(e);
        return located;
    }
}
