package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.store.Durable;
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
     * @param target the new file
     * @param progress may end it
     * @throws FileAlreadyExistsException if the target exists
     */
    public static void copy(Path source, Path target, CopyProgress progress) throws IOException {
        Path absolute = target.toAbsolutePath();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path complete = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".exporting");
        try {
            Files.copy(source, complete, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            progress.check();
            try (FileChannel channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            progress.check();
            Files.move(complete, absolute);
            Durable.syncDirectory(absolute.getParent());
        } finally {
            Files.deleteIfExists(complete);
        }
    }
}
