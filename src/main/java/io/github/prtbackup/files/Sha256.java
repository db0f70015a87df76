package io.github.prtbackup.files;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** The SHA-256 of files. */
public final class Sha256 {
    private static final int BUFFER_SIZE = 1 << 18;

    private Sha256() {}

    /**
     * The SHA-256 of a file.
     *
     * @param file the file. Not a database that this process has open: closing it would drop SQLite's locks
     * @return 64 lower-case hexadecimal digits
     * @throws java.nio.file.NoSuchFileException if it is no {@linkplain RegularFile regular file}
     * @throws IOException if it can't be read
     */
    public static String of(Path file) throws IOException {
        return of(file, bytes -> {});
    }

    /**
     * As {@link #of(Path)}, for who watches.
     *
     * @param file as there
     * @param read is told now and then how many bytes were read since; may end this with an exception
     * @return as there
     * @throws IOException as there
     */
    public static String of(Path file, LongConsumer read) throws IOException {
        MessageDigest digest = begin();
        add(file, digest, read);
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Adds all of a file, and returns its length.
     *
     * @param read is told now and then how many bytes were read since; may end this with an exception
     */
    static long add(Path file, MessageDigest digest, LongConsumer read) throws IOException {
        long total = 0;
        byte[] buffer = new byte[BUFFER_SIZE];
        try (FileInputStream input = RegularFile.stream(file)) {
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                digest.update(buffer, 0, count);
                total += count;
                read.accept(count);
            }
        }
        return total;
    }
}
