package io.github.prtbackup.diff;

import io.github.prtbackup.files.PendingFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Temporary files that are there for as long as a comparison is open. */
final class OpenFiles implements Closeable {
    private final Deque<PendingFile> files = new ArrayDeque<>();

    PendingFile add(PendingFile file) {
        files.push(file);
        return file;
    }

    /** Closes them because of a failure, which stays the one that is told. */
    void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes all of them, also if one cannot be removed. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!files.isEmpty()) {
            try {
                files.pop().close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
