package io.github.prtbackup.hostile;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;

/** Changes bytes as accidents and adversaries do. */
final class Mutations {
    private static final int[] INTERESTING = {
        0, 1, -1, 511, 512, 65535, 65536, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE
    };
    private static final int LOG_MAGIC = 0x505254;
    private static final int ANNOUNCEMENT = 4;

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** A few changes, mostly of single bytes. */
    byte[] mutate(byte[] original) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = once(bytes);
        }
        return bytes;
    }

    private byte[] once(byte[] bytes) {
        int length = bytes.length;
        if (length < 8) {
            return random(random.nextInt(100));
        }
        int at = random.nextInt(random.nextBoolean() ? Math.min(length, 120) : length);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2, 3 ->
                ByteBuffer.wrap(bytes)
                        .putInt(Math.min(at & ~3, length - 4), INTERESTING[random.nextInt(INTERESTING.length)]);
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return Arrays.copyOf(bytes, length + 1 + random.nextInt(10_000));
            }
            case 6 -> {
                int count = random.nextInt(length - at);
                System.arraycopy(bytes, random.nextInt(length - count), bytes, at, count);
            }
            default -> {
                byte[] noise = random(Math.min(length - at, 40));
                System.arraycopy(noise, 0, bytes, at, noise.length);
            }
        }
        return bytes;
    }

    private byte[] random(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    /** Makes the checksum of the head of a timeline right again. */
    static void repairHead(byte[] head) {
        if (head.length > 12) {
            ByteBuffer.wrap(head).putInt(8, crc(head, 12, head.length));
        }
    }

    /** Makes the checksums of the records of a log right again, and the links between them. */
    static void repairLog(byte[] log) {
        ByteBuffer bytes = ByteBuffer.wrap(log);
        long offset = 0;
        int before = 0;
        while (offset + 28 <= log.length) {
            int at = (int) offset;
            int length = bytes.getInt(at + 8);
            if (bytes.getInt(at) >>> 8 != LOG_MAGIC || length < 28 || length > log.length - at) {
                return;
            }
            if (at > 0) {
                bytes.putInt(at + 12, before);
            }
            before = crc(log, at + 8, at + length);
            bytes.putInt(at + 4, before);
            long contents = (long) bytes.getInt(at + 24) * bytes.getInt(at + 20);
            if (contents < 0) {
                return;
            }
            offset += length + contents + (log[at + 17] == ANNOUNCEMENT ? 8 : 0);
        }
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
