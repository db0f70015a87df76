package io.github.prtbackup.restore;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A backup is not what it was when it was made; it was refused before anything was touched. */
public final class DamagedBackupException extends FileSystemException {

    private static final long serialVersionUID = 1L;

    DamagedBackupException(Path file, String reason) {
        super(file.toString(), null, reason);
    }
}
