package io.github.prtbackup.faults;

import java.nio.file.Path;

/** Something that happens to a disk. */
sealed interface Change {

    /** Bytes are written to a file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Written(Inode file, long offset, byte[] bytes) implements Change {}

    /** A file is cut, or gets longer. */
    record Resized(Inode file, long length) implements Change {}

    /** What was written to a file before is on the disk. */
    record Synced(Inode file) implements Change {}

    /**
     * Names in a directory change, at once.
     *
     * @param removed a name that is gone; null if there is none
     * @param added a name that leads to the file now, whatever it led to before; null if there is none
     */
    record Named(Path directory, String removed, String added, Inode file) implements Change {}

    /** What happened to the names in a directory before is on the disk. */
    record NamesSynced(Path directory) implements Change {}

    /** So much time passes that everything is on the disk. */
    record AllSynced() implements Change {}
}
