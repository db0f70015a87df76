package io.github.prtbackup.restore;

import io.github.prtbackup.store.Durable;
import io.github.prtbackup.store.PendingFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a database file that is missing, or that SQLite cannot open. This is the one place that touches a database as
 * a file: on POSIX that drops the locks which SQLite holds on it in this process, and there is nothing to be locked in a
 * file that no connection can use.
 */
final class ReplacedFile {

    private static final int BUFFER = 1 << 18;

    private ReplacedFile() {}

    /** Copies the bytes of a file that SQLite cannot open. */
    static void copyUnreadable(Path database, PendingFile out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(database)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }
    }

    /**
     * Puts a copy of the backup in the database's place: complete under another name first, then renamed. A journal or
     * log of the old file goes first, because SQLite would apply it to the new one.
     */
    static void put(Path backup, Path database) throws IOException {
        Files.createDirectories(database.getParent());
        Path complete = database.resolveSibling("." + database.getFileName() + ".restoring");
        try {
            Files.copy(backup, complete, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            try (FileChannel channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            for (String suffix : new String[] {"-journal", "-wal", "-shm"}) {
                Files.deleteIfExists(database.resolveSibling(database.getFileName() + suffix));
            }
            Files.move(complete, database, StandardCopyOption.ATOMIC_MOVE);
            Durable.syncDirectory(database.getParent());
        } finally {
            Files.deleteIfExists(complete);
        }
    }
}
