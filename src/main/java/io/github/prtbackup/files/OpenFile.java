package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A file that this process has open, by a path that leads to just that file, whatever has its name now, and that does not open
 * it again. Only Linux has such paths. Stateless.
 */
final class OpenFile {
    private static final Path TABLE = Path.of("/proc/self/fd");

    private OpenFile() {}

    /**
     * Looks for it.
     *
     * @param fileKey that of the file, not null
     * @return empty if it is not found
     */
    static Optional<Path> of(Object fileKey) throws IOException {
        if (!Files.isDirectory(TABLE)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(TABLE)) {
            for (Path descriptor : descriptors) {
                if (leadsTo(descriptor, fileKey)) {
                    return Optional.of(descriptor);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return Optional.empty();
    }

    private static boolean leadsTo(Path descriptor, Object fileKey) {
        try {
            return fileKey.equals(
                    Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            // Closed in the meantime.
            return false;
        }
    }
}
