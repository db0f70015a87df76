package io.github.prtbackup.backup.pages;

import io.github.prtbackup.backup.ReadOnlyConnection;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sqlite.SQLiteConnection;

/** A copy of a database that is kept up to date by what the sources report, as the points will be. */
final class Image {

    private byte[] bytes = new byte[0];
    private Position position;
    private PageHashes hashes;

    /** How often all pages had to be compared, but for the first time. */
    int lost;

    /** Why, how often. */
    final Map<String, Integer> why = new TreeMap<>();

    /** How many pages were reported where it was complete. */
    long reported;

    /** Brings the image up to date. */
    void update(CurrentPages now, List<FileTransaction> known) throws Exception {
        Changed changed = position == null ? new Changed.Lost("first") : now.since(position, known);
        int pageSize = now.pageSize();
        boolean sameGeometry = hashes != null && hashes.pageSize() == pageSize;
        bytes = Arrays.copyOf(sameGeometry ? bytes : new byte[0], Math.multiplyExact(now.pages(), pageSize));
        if (changed instanceof Changed.Complete complete) {
            hashes.resize(now.pages());
            byte[] page = new byte[pageSize + 7];
            complete.pages().forEach(number -> {
                now.read(number, 1, page, 7);
                System.arraycopy(page, 7, bytes, (number - 1) * pageSize, pageSize);
                hashes.put(number, page, 7);
            });
            reported += complete.pages().size();
        } else if (changed instanceof Changed.Lost reason) {
            if (position != null) {
                lost++;
                why.merge(reason.why().replaceAll("[0-9]+", "#"), 1, Integer::sum);
            }
            if (!sameGeometry) {
                hashes = new PageHashes(pageSize);
            }
            PageComparison.run(
                    now,
                    hashes,
                    (number, content, offset) ->
                            System.arraycopy(content, offset, bytes, (number - 1) * pageSize, pageSize));
        }
        // Through its bytes, as it would come from another process.
        position = Position.decode(now.position().encode());
    }

    /** Compares with what SQLite itself reads, on a connection that has nothing cached. */
    void requireTrue(Path database, String what) throws Exception {
        byte[] expected;
        try (SQLiteConnection reader = ReadOnlyConnection.open(database)) {
            expected = reader.serialize("main");
        }
        requireTrue(expected, what);
    }

    void requireTrue(byte[] expected, String what) {
        if (Arrays.equals(bytes, expected)) {
            return;
        }
        int at = Arrays.mismatch(bytes, expected);
        throw new AssertionError(what + ": " + bytes.length + " bytes, not " + expected.length + ", and page "
                + (at / hashes.pageSize() + 1) + " differs at " + at % hashes.pageSize() + "; position " + position);
    }
}
