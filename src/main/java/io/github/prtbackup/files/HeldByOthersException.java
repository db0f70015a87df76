package io.github.prtbackup.files;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Somebody else has a lock of a backup directory, and has not given it back in time. Nothing was changed. */
public final class HeldByOthersException extends FileSystemException {
    private static final long serialVersionUID = 1;

    HeldByOthersException(Path lock, long waitedNanos) {
        super(
                lock.toString(),
                null,
                "busy: somebody else, maybe a process that is stopped, has had this lock for "
                        + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms");
    }
}
