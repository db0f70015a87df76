package io.github.prtbackup.timeline;

import java.io.IOException;
import java.nio.file.Path;

/** A file of a {@link Timeline} was written by a newer version of this program. It is intact, and must not be touched. */
public final class UnknownVersionException extends IOException {
    private static final long serialVersionUID = 1;

    UnknownVersionException(Path file, int version) {
        super(file + " has format version " + version + ", which this version of prtbackup does not know");
    }
}
