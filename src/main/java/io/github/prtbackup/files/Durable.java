package io.github.prtbackup.files;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes names durable, as {@code fsync} on a file makes its bytes durable. Stateless. */
public final class Durable {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    private Durable() {}

    /**
     * Creates a directory, and those above it that are missing, so that they survive a crash of the operating system: what
     * is made durable in a directory is lost with the name of that.
     *
     * @param directory the directory; nothing happens if it is there
     * @throws IOException if one cannot be created, or the one that it is in not be synchronized
     */
    public static void createDirectories(Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || Files.isDirectory(directory)) {
            return;
        }
        createDirectories(parent);
        // Somebody else may have created it meanwhile.
        Files.createDirectories(directory);
        syncDirectory(parent);
    }

    /**
     * Makes the content of a file survive a crash of the operating system. Not ended by an interrupt.
     *
     * @param file none that SQLite has locks on
     * @throws IOException if it cannot be opened or synchronized
     */
    public static void syncFile(Path file) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.getFD().sync();
        } catch (IOException e) {
            throw Located.at(file, e);
        }
    }

    /**
     * Makes every earlier creation, rename and deletion in a directory survive a crash of the operating system. Does
     * nothing on Windows, where directories cannot be synchronized.
     *
     * <p>Only a {@link FileChannel} opens a directory, and an interrupt closes one in the middle of its work. SQLite is
     * not stopped by an interrupt, so a backup is not either: it is tried again, and the interrupt is handed on.
     *
     * @param directory the directory
     * @throws IOException if it cannot be opened or synchronized
     */
    public static void syncDirectory(Path directory) throws IOException {
        if (WINDOWS) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
