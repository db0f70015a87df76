package io.github.prtbackup.faults;

import java.util.Arrays;
import java.util.Random;

/**
 * What a loss of power does to what was not made durable.
 *
 * <p>POSIX promises nothing without {@code fsync}, and file systems differ in what they give beyond that: see Pillai et al.,
 * "All File Systems Are Not Created Equal" (OSDI 2014), whose model this is. What was written to a file may be there in any
 * part, in any order, in whole sectors; the file may have its new length and zeros in it, or what was in those blocks
 * before. Names change at once or not at all; in order on a file system with a journal (ext4, XFS), in any order by POSIX.
 * To make a file durable does not make its names durable.
 */
enum Losses {
    /** Nothing that was not made durable is there. */
    ALL,
    /** Names are as they were last, and their files empty, or what was durable of them. */
    CONTENTS,
    /** Names and lengths are as they were last, with zeros. */
    CONTENTS_BUT_LENGTHS,
    /** Names and lengths are as they were last, with what some other file had in its place. */
    CONTENTS_BUT_OLD_BLOCKS,
    /** All that was written is there, and the names are not. */
    NAMES,
    /** The last changes are missing, of names and contents, the last one there in parts. */
    LATEST,
    /** Names are there in order, up to some change, and contents in whatever parts. */
    LATEST_NAMES,
    /** Whatever is not durable is there or not. */
    ANY;

    private static final int SECTOR = 512;

    /** How a loss was dealt out in one case. */
    static final class Dealt {
        private final Losses losses;
        private final Random random;
        private final int lastChange;
        private final byte[] oldBlocks;

        /**
         * @param changes how many changes there were
         * @param oldBlocks what disk blocks may hold that were never written
         */
        Dealt(Losses losses, long seed, int changes, byte[] oldBlocks) {
            this.losses = losses;
            this.random = new Random(seed);
            this.lastChange = changes - Math.min(changes, random.nextInt(40));
            this.oldBlocks = oldBlocks;
        }

        /** Whether a change of names is there. */
        boolean keepsNames(int change) {
            return switch (losses) {
                case ALL, NAMES -> false;
                case CONTENTS, CONTENTS_BUT_LENGTHS, CONTENTS_BUT_OLD_BLOCKS -> true;
                case LATEST, LATEST_NAMES -> change < lastChange;
                case ANY -> random.nextBoolean();
            };
        }

        /** A file after a change of its length, which is there or not. */
        byte[] resized(int change, byte[] before, long length) {
            return keepsAll(change) || (isMixed() && random.nextBoolean())
                    ? Arrays.copyOf(before, Math.toIntExact(length))
                    : before;
        }

        /**
         * A file after something was written to it, as far as that is there.
         *
         * @param durable how much of it was on the disk for sure
         */
        byte[] written(int change, byte[] before, int durable, long offset, byte[] bytes) {
            if (keepsAll(change)) {
                return Inode.written(before, offset, bytes);
            }
            return switch (losses) {
                case ALL, CONTENTS, NAMES -> before;
                case CONTENTS_BUT_LENGTHS -> extended(before, offset + bytes.length, null, durable);
                case CONTENTS_BUT_OLD_BLOCKS -> extended(before, offset + bytes.length, oldBlocks, durable);
                case LATEST -> change == lastChange ? torn(before, offset, bytes) : before;
                case LATEST_NAMES, ANY -> mixed(before, durable, offset, bytes);
            };
        }

        private boolean keepsAll(int change) {
            return losses == NAMES || (losses == LATEST && change < lastChange);
        }

        private boolean isMixed() {
            return losses == LATEST_NAMES || losses == ANY;
        }

        private byte[] mixed(byte[] before, int durable, long offset, byte[] bytes) {
            return switch (random.nextInt(6)) {
                case 0, 1 -> before;
                case 2, 3 -> Inode.written(before, offset, bytes);
                case 4 -> torn(before, offset, bytes);
                default -> extended(before, offset + bytes.length, random.nextBoolean() ? oldBlocks : null, durable);
            };
        }

        /** Some sectors are written. */
        private byte[] torn(byte[] before, long offset, byte[] bytes) {
            byte[] after = before;
            for (int at = 0; at < bytes.length; ) {
                int count = (int) Math.min(bytes.length - at, SECTOR - (offset + at) % SECTOR);
                if (random.nextBoolean()) {
                    after = Inode.written(after, offset + at, Arrays.copyOfRange(bytes, at, at + count));
                }
                at += count;
            }
            return after;
        }

        private static byte[] extended(byte[] before, long length, byte[] blocks, int durable) {
            if (length <= before.length) {
                return before;
            }
            byte[] after = Arrays.copyOf(before, Math.toIntExact(length));
            if (blocks != null) {
                int from = Math.max(before.length, durable);
                int count = Math.min(blocks.length, after.length) - from;
                if (count > 0) {
                    System.arraycopy(blocks, from, after, from, count);
                }
            }
            return after;
        }
    }
}
