package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Whether two images of a database are the same, but for what SQLite counts in the header: a commit that has written nothing
 * new raises the file change counter and sets the version-valid-for number.
 *
 * <p>Stateless.
 */
public final class SameContent {
    /** A multiple of every page size. */
    private static final int BYTES_AT_ONCE = 64 << 10;

    private static final int COUNTER = 24;
    private static final int VALID_FOR = 92;

    /** An image. */
    @FunctionalInterface
    public interface Image {
        /**
         * Reads a part.
         *
         * @param offset a multiple of the page size
         * @param into takes the bytes, from its beginning on
         * @param count how many, a multiple of the page size
         * @throws IOException if that can't be read, or is not there
         */
        void read(long offset, byte[] into, int count) throws IOException;
    }

    private SameContent() {}

    /**
     * Compares two files.
     *
     * @return whether they are the same
     * @throws IOException if one can't be read
     */
    public static boolean of(Path one, Path other) throws IOException {
        try (PositionalFile first = PositionalFile.read(one);
                PositionalFile second = PositionalFile.read(other)) {
            return first.size() == second.size() && of(first.size(), image(first), image(second));
        }
    }

    /**
     * Compares a file with an image.
     *
     * @param length that of the image, in bytes
     * @return whether they are the same
     * @throws IOException if one can't be read
     */
    public static boolean of(Path file, Image image, long length) throws IOException {
        try (PositionalFile open = PositionalFile.read(file)) {
            return open.size() == length && of(length, image(open), image);
        }
    }

    /**
     * Compares two pages of the same number.
     *
     * @param number from 1
     * @return whether they are the same
     */
    public static boolean ofPages(long number, ByteBuffer one, ByteBuffer other) {
        byte[] first = bytes(one);
        byte[] second = bytes(other);
        return first.length == second.length && ofParts(number == 1, first, second, first.length);
    }

    private static boolean of(long length, Image one, Image other) throws IOException {
        byte[] first = new byte[BYTES_AT_ONCE];
        byte[] second = new byte[BYTES_AT_ONCE];
        // Backwards, because what grows does so at the end.
        long offset = (length + BYTES_AT_ONCE - 1) / BYTES_AT_ONCE * BYTES_AT_ONCE;
        while (offset > 0) {
            offset -= BYTES_AT_ONCE;
            int count = (int) Math.min(BYTES_AT_ONCE, length - offset);
            one.read(offset, first, count);
            other.read(offset, second, count);
            if (!ofParts(offset == 0, first, second, count)) {
                return false;
            }
        }
        return true;
    }

    private static boolean ofParts(boolean areFirst, byte[] one, byte[] other, int count) {
        if (areFirst && count >= VALID_FOR + Integer.BYTES) {
            System.arraycopy(one, COUNTER, other, COUNTER, Integer.BYTES);
            System.arraycopy(one, VALID_FOR, other, VALID_FOR, Integer.BYTES);
        }
        return Arrays.equals(one, 0, count, other, 0, count);
    }

    private static Image image(PositionalFile file) {
        return (offset, into, count) -> {
            if (!file.read(ByteBuffer.wrap(into, 0, count), offset)) {
                throw new IOException("the file became shorter");
            }
        };
    }

    private static byte[] bytes(ByteBuffer page) {
        byte[] bytes = new byte[page.remaining()];
        page.duplicate().get(bytes);
        return bytes;
    }
}
