package io.github.prtbackup.restore;

import io.github.prtbackup.store.Durable;
import io.github.prtbackup.store.FileMode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a backup to where the user wants it: complete and durable under its name, or not at all. */
public final class Export {

    private Export() {}

    /**
     * Copies a file.
     *
     * @param source a file that nobody else changes, and only its owner can read
     * @param target the new file
     * @param model the file whose permissions it gets
     * @throws FileAlreadyExistsException if the target exists
     */
    public static void copy(Path source, Path target, Path model) throws IOException {
        Path absolute = target.toAbsolutePath();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path complete = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".exporting");
        try {
            Files.copy(source, complete, StandardCopyOption.REPLACE_EXISTING);
            FileMode.copy(model, complete);
            try (FileChannel channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(complete, absolute);
            Durable.syncDirectory(absolute.getParent());
        } finally {
            Files.deleteIfExists(complete);
        }
    }
}
