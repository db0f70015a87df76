package io.github.prtbackup.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary directories in memory, where the system has a file system there: for tests that look at what is written and what
 * is made durable, and for which no disk has to do so. They take a third of the time.
 */
public final class MemoryDisk implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long NEEDED = Boolean.getBoolean("prtbackup.long") ? 4L << 30 : 256L << 20;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        boolean fits = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= NEEDED;
        return fits ? Files.createTempDirectory(MEMORY, "prtbackup-") : Files.createTempDirectory("prtbackup-");
    }
}
