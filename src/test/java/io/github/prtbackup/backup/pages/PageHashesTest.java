package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageHashesTest {

    private static final Position POSITION = new FilePosition(7, 123_456_789L, 20_000, 512);

    @Test
    void isTheXxh64OfTheSpecification() {
        // Published values, for the reference below.
        assertThat(xxh64(0, "")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(xxh64(0, "abc")).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(xxh64(0, "Nobody inspects the spammish repetition")).isEqualTo(0xFBCEA83C8A378BF1L);
        Random random = new Random(1);
        for (int size = 512; size <= 65536; size *= 2) {
            byte[] page = new byte[size + 16];
            random.nextBytes(page);
            long seed = random.nextLong();
            assertThat(PageHash.of(seed, page, 16, size))
                    .isEqualTo(xxh64(seed, Arrays.copyOfRange(page, 16, size + 16)));
        }
    }

    @Test
    void knowsThePagesThatItHad() {
        PageHashes hashes = new PageHashes(512);
        hashes.resize(5_000);
        for (int page = 1; page <= 5_000; page++) {
            assertThat(hashes.put(page, content(page), 0)).isTrue();
        }
        hashes.resize(9_000);
        for (int page = 1; page <= 5_000; page++) {
            assertThat(hashes.put(page, content(page), 0)).isFalse();
        }
        assertThat(hashes.put(5, content(6), 0)).isTrue();
        assertThat(hashes.put(9_000, content(9_000), 0)).isTrue();
    }

    @Test
    void forgetsPagesBehindTheEnd() {
        PageHashes hashes = new PageHashes(512);
        hashes.resize(3_000);
        for (int page = 1; page <= 3_000; page++) {
            hashes.put(page, content(page), 0);
        }
        hashes.resize(1_500);
        hashes.resize(3_000);
        assertThat(hashes.pages()).isEqualTo(3_000);
        for (int page = 1; page <= 3_000; page++) {
            assertThat(hashes.put(page, content(page), 0)).isEqualTo(page > 1_500);
        }
    }

    @Test
    void positionsRefuseOtherBytes() {
        WalPosition wal = new WalPosition(1, 2, 3, 4, true, false, 5, 4096, 6, 7);
        assertThat(Position.decode(wal.encode())).isEqualTo(wal);
        assertThat(Position.decode(wal.goingOn().encode()))
                .isEqualTo(wal.goingOn())
                .isNotEqualTo(wal);
        assertThat(Position.decode(POSITION.encode())).isEqualTo(POSITION);
        FileTransaction transaction =
                new FileTransaction((FilePosition) POSITION, true, PageList.of(3, 1, 3, 4, 5, 9), 77);
        assertThat(FileTransaction.decode(ByteBuffer.wrap(transaction.encode()), 77))
                .isEqualTo(transaction);
        for (byte[] good : new byte[][] {wal.encode(), POSITION.encode()}) {
            for (int length = 0; length < good.length; length++) {
                byte[] torn = Arrays.copyOf(good, length);
                assertThatThrownBy(() -> Position.decode(torn)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        for (int length = 0; length < transaction.encode().length; length++) {
            byte[] torn = Arrays.copyOf(transaction.encode(), length);
            assertThatThrownBy(() -> FileTransaction.decode(ByteBuffer.wrap(torn), 77))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static byte[] content(int page) {
        return ByteBuffer.allocate(512).putInt(page).array();
    }

    private static long xxh64(long seed, String text) {
        return xxh64(seed, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The whole of the specification, slow and plain. */
    private static long xxh64(long seed, byte[] bytes) {
        long p1 = 0x9E3779B185EBCA87L;
        long p2 = 0xC2B2AE3D27D4EB4FL;
        long p3 = 0x165667B19E3779F9L;
        long p4 = 0x85EBCA77C2B2AE63L;
        long p5 = 0x27D4EB2F165667C5L;
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long hash = seed + p5;
        if (bytes.length >= 32) {
            long[] lanes = {seed + p1 + p2, seed + p2, seed, seed - p1};
            while (in.remaining() >= 32) {
                for (int i = 0; i < 4; i++) {
                    lanes[i] = Long.rotateLeft(lanes[i] + in.getLong() * p2, 31) * p1;
                }
            }
            hash = Long.rotateLeft(lanes[0], 1)
                    + Long.rotateLeft(lanes[1], 7)
                    + Long.rotateLeft(lanes[2], 12)
                    + Long.rotateLeft(lanes[3], 18);
            for (long lane : lanes) {
                hash = (hash ^ (Long.rotateLeft(lane * p2, 31) * p1)) * p1 + p4;
            }
        }
        hash += bytes.length;
        while (in.remaining() >= 8) {
            hash = Long.rotateLeft(hash ^ (Long.rotateLeft(in.getLong() * p2, 31) * p1), 27) * p1 + p4;
        }
        if (in.remaining() >= 4) {
            hash = Long.rotateLeft(hash ^ (Integer.toUnsignedLong(in.getInt()) * p1), 23) * p2 + p3;
        }
        while (in.hasRemaining()) {
            hash = Long.rotateLeft(hash ^ ((in.get() & 0xff) * p5), 11) * p1;
        }
        hash = (hash ^ (hash >>> 33)) * p2;
        hash = (hash ^ (hash >>> 29)) * p3;
        return hash ^ (hash >>> 32);
    }
}
