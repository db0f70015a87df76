package io.github.prtbackup.catalog;

import java.io.IOException;
import java.nio.file.Path;

/** One spelling for each path, so that paths can be compared. Opens no file. */
final class Canonical {
    private Canonical() {}

    /** The real path as far as it exists, and the rest as it is. */
    static Path of(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path absolute = path.toAbsolutePath();
            Path parent = absolute.getParent();
            return parent == null
                    ? absolute
                    : of(parent).resolve(absolute.getFileName()).normalize();
        }
    }
}
