package io.github.prtbackup.catalog;

import java.io.IOException;
import java.nio.file.Path;

/** Tells whether a file that nothing is recorded of is a backup to be trusted. Must be thread-safe. */
@FunctionalInterface
public interface FileCheck {
    /**
     * Checks a file. Called while the directory is locked. Must leave nothing beside the file.
     *
     * @param file a regular file in the backup directory
     * @return whether it is a complete, undamaged database
     * @throws IOException if that can't be found out now: the file is then left alone
     */
    boolean isGoodDatabase(Path file) throws IOException;
}
