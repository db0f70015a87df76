package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The running <a href="https://www.sqlite.org/fileformat2.html#checksum_algorithm">checksum of the log</a>.
 *
 * <p>Not thread-safe.
 */
public final class WalChecksum {

    private int first;
    private int second;

    /** @param start both words of what it goes on from; 0 at the beginning */
    public WalChecksum(long start) {
        this.first = (int) (start >>> 32);
        this.second = (int) start;
    }

    /** Goes over pairs of 32-bit words; the length is a multiple of 8. */
    public WalChecksum update(byte[] bytes, int offset, int length, ByteOrder order) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(order);
        for (int i = offset; i < offset + length; i += 8) {
            first += words.getInt(i) + second;
            second += words.getInt(i + 4) + first;
        }
        return this;
    }

    /** Both words. */
    public long value() {
        return (long) first << 32 | Integer.toUnsignedLong(second);
    }
}
