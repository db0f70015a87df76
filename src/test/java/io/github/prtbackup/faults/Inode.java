package io.github.prtbackup.faults;

import java.nio.file.Path;
import java.util.Arrays;

/** A file or directory, whatever its names are, as a program sees it that is running. */
final class Inode {
    /** Null for a file. */
    private final Path directory;

    private byte[] content = new byte[0];

    Inode(Path directory) {
        this.directory = directory;
    }

    static Inode file() {
        return new Inode(null);
    }

    /** The directory that it is; null if it is a file. */
    Path directory() {
        return directory;
    }

    byte[] content() {
        return content;
    }

    void write(long offset, byte[] bytes) {
        content = written(content, offset, bytes);
    }

    void cut(long length) {
        content = Arrays.copyOf(content, Math.toIntExact(length));
    }

    static byte[] written(byte[] content, long offset, byte[] bytes) {
        int at = Math.toIntExact(offset);
        byte[] changed = Arrays.copyOf(content, Math.max(content.length, at + bytes.length));
        System.arraycopy(bytes, 0, changed, at, bytes.length);
        return changed;
    }
}
