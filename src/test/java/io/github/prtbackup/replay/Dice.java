package io.github.prtbackup.replay;

import java.util.List;
import java.util.Random;

/** Seeded choices. */
final class Dice {
    private final Random random;

    Dice(long seed) {
        // Neighbouring seeds begin alike otherwise.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    String of(String... among) {
        return among[random.nextInt(among.length)];
    }

    <T> T of(List<T> among) {
        return among.get(random.nextInt(among.size()));
    }

    /** An empty text, or one of these as often as not. */
    String maybe(String... among) {
        return random.nextBoolean() ? "" : of(among);
    }
}
