package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What SQLite puts beside a database while it works. Stateless. */
public final class Companions {
    private static final List<String> SUFFIXES = List.of("-journal", "-wal", "-shm");

    private Companions() {}

    /** Refuses a file with something beside it that belongs to its content. */
    static void requireNone(Path file) throws IOException {
        for (String suffix : SUFFIXES) {
            Path companion = companion(file, suffix);
            if (Files.exists(companion) && Files.size(companion) > 0) {
                throw new FileSystemException(
                        file.toString(), companion.toString(), "is not complete without the file beside it");
            }
        }
    }

    /**
     * Deletes what is beside a file that is to go.
     *
     * @param file the file, which nobody uses
     * @throws IOException if something cannot be deleted
     */
    public static void delete(Path file) throws IOException {
        for (String suffix : SUFFIXES) {
            Files.deleteIfExists(companion(file, suffix));
        }
    }

    private static Path companion(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
