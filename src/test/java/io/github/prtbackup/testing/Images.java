package io.github.prtbackup.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whole databases, as bytes. */
public final class Images {

    private Images() {}

    /**
     * The states whose backups stay, of those that transactions have met one after the other: one that the next has found
     * unchanged has given way.
     */
    public static List<byte[]> staying(List<byte[]> met) {
        List<byte[]> staying = new ArrayList<>();
        for (int i = 0; i < met.size(); i++) {
            boolean isNewest = i == met.size() - 1;
            if (isNewest || !Arrays.equals(withoutCounters(met.get(i)), withoutCounters(met.get(i + 1)))) {
                staying.add(met.get(i));
            }
        }
        return staying;
    }

    /** Each commit counts in these bytes, also one that changes nothing. https://www.sqlite.org/fileformat.html#the_database_header */
    private static byte[] withoutCounters(byte[] image) {
        byte[] copy = image.clone();
        if (copy.length > 96) {
            Arrays.fill(copy, 24, 28, (byte) 0);
            Arrays.fill(copy, 92, 96, (byte) 0);
        }
        return copy;
    }
}
