package io.github.prtbackup.files;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;

/**
 * The files of a backup directory are regular files. Whatever else has the name of one is not there: behind a symbolic link
 * lies something that is no backup, to be neither read nor written, and the opening of a pipe waits for its other end.
 * Stateless.
 */
public final class RegularFile {
    private RegularFile() {}

    /**
     * Whether a path leads to a regular file, and through no link in its last part.
     *
     * @param path where to look
     * @return false also if it can't be told
     */
    public static boolean exists(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Whether a path has anything at its end, a link that leads nowhere included: then the name is not free.
     *
     * @param path where to look
     * @return false also if it can't be told
     */
    public static boolean isTaken(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Fails where {@link #exists} is false.
     *
     * @param path where to look
     * @throws NoSuchFileException if there is no regular file
     */
    public static void require(Path path) throws NoSuchFileException {
        if (!exists(path)) {
            throw new NoSuchFileException(path.toString(), null, isTaken(path) ? "is no regular file" : null);
        }
    }

    /**
     * Opens a file that is there. Should a link take its place in this very moment, that fails.
     *
     * @param path the file
     * @param mode how
     * @return the file, opened
     * @throws NoSuchFileException if there is no regular file
     * @throws IOException if it can't be opened
     */
    public static FileChannel open(Path path, Set<StandardOpenOption> mode) throws IOException {
        require(path);
        Set<OpenOption> options = new HashSet<>(mode);
        options.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(path, options, new FileAttribute<?>[0]);
    }

    /**
     * Opens a file that is there to be read from its beginning, by a stream that no interrupt closes.
     *
     * @param path the file
     * @return the file, opened
     * @throws NoSuchFileException if there is no regular file, also if it has just been deleted
     * @throws IOException if it can't be opened
     */
    static FileInputStream stream(Path path) throws IOException {
        require(path);
        try {
            return new FileInputStream(path.toFile());
        } catch (FileNotFoundException e) {
            // Which is also said of a file that may not be read.
            require(path);
            throw e;
        }
    }
}
