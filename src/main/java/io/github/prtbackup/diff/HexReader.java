package io.github.prtbackup.diff;

import java.io.Reader;

/** Bytes in hexadecimal, made as they are read: all of it would take twice the room of the bytes. Not thread-safe. */
final class HexReader extends Reader {
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private final byte[] bytes;
    private int next;

    HexReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Digits come in pairs; who asks for less gets none. */
    @Override
    public int read(char[] target, int offset, int length) {
        if (next == bytes.length) {
            return -1;
        }
        int count = Math.min(length / 2, bytes.length - next);
        for (int i = 0; i < count; i++) {
            byte b = bytes[next++];
            target[offset + 2 * i] = DIGITS[(b >> 4) & 0xf];
            target[offset + 2 * i + 1] = DIGITS[b & 0xf];
        }
        return 2 * count;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
