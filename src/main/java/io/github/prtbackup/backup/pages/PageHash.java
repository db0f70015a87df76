package io.github.prtbackup.backup.pages;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH64 with a seed, for lengths that are a multiple of 32, as those of all pages are
 * (<a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">the specification</a>).
 *
 * <p>Two contents of a page with the same hash would be a change that is missed. With 64 bits that happens to one changed page
 * in 2^64: a database of 10 GB that is rewritten and compared every second would come to it after some 200,000 years. The
 * seed is random for each database, so that content made to collide for one seed does not for the others; it is not meant to
 * withstand somebody who can read the seed.
 */
final class PageHash {

    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private PageHash() {}

    static long of(long seed, byte[] bytes, int offset, int length) {
        long a = seed + PRIME_1 + PRIME_2;
        long b = seed + PRIME_2;
        long c = seed;
        long d = seed - PRIME_1;
        for (int i = offset; i < offset + length; i += 32) {
            a = round(a, (long) WORD.get(bytes, i));
            b = round(b, (long) WORD.get(bytes, i + 8));
            c = round(c, (long) WORD.get(bytes, i + 16));
            d = round(d, (long) WORD.get(bytes, i + 24));
        }
        long hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
        hash = merge(merge(merge(merge(hash, a), b), c), d) + length;
        hash = (hash ^ (hash >>> 33)) * PRIME_2;
        hash = (hash ^ (hash >>> 29)) * PRIME_3;
        return hash ^ (hash >>> 32);
    }

    private static long round(long lane, long word) {
        return Long.rotateLeft(lane + word * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }
}
