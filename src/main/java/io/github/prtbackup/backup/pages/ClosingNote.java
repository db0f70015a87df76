package io.github.prtbackup.backup.pages;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * What a connection to a database in WAL mode leaves behind when it is closed, with everything of the log in the file: the
 * last one to close deletes the log, and with it what could prove how the database got from the newest point to where it is.
 *
 * @param salts of the log then
 * @param databasePages the size of the database then
 * @param file the file then
 * @param pages those that have changed since the newest point
 */
public record ClosingNote(long salts, int databasePages, FileState file, PageList pages) {

    /** Tells it from a {@link FileTransaction}. */
    static final byte KIND = 3;

    /** The length of what {@link #encode} gives. */
    public long encodedSize() {
        return 1 + Long.BYTES + Integer.BYTES + FileState.SIZE + pages.encodedSize();
    }

    /** Bytes that {@link #decode} understands. */
    public byte[] encode() {
        ByteBuffer into = ByteBuffer.allocate(Math.toIntExact(encodedSize()))
                .put(KIND)
                .putLong(salts)
                .putInt(databasePages);
        file.put(into);
        pages.encode(into);
        return into.array();
    }

    /** Whether that is such a note. */
    public static boolean isOne(ByteBuffer encoded) {
        return encoded.hasRemaining() && encoded.get(encoded.position()) == KIND;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it did not write that
     */
    public static ClosingNote decode(ByteBuffer encoded) {
        try {
            ByteBuffer from = encoded.duplicate();
            byte kind = from.get();
            ClosingNote note =
                    new ClosingNote(from.getLong(), from.getInt(), FileState.get(from), PageList.decode(from));
            if (kind != KIND || from.hasRemaining() || note.databasePages < 0) {
                throw new IllegalArgumentException("not a closing note");
            }
            return note;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a closing note of only " + encoded.remaining() + " bytes", e);
        }
    }
}
