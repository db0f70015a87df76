package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.store.PointImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many transactions were committed from one state of a database to another, whoever did it, where SQLite's own counts
 * prove it. With a rollback journal it is the change counter of the header, which is in every copy that was not made by
 * SQLite's backup; with a log, the count that incremental backups keep.
 */
public final class CommitCount {
    /** Nothing proves how many there were. */
    public static final int UNKNOWN = -1;

    private static final int HEADER = 100;

    private final Timelines timelines;

    /** @param timelines those of the database */
    public CommitCount(Timelines timelines) {
        this.timelines = timelines;
    }

    /**
     * Counts.
     *
     * @param later a later backup; empty for the present state
     * @param present a copy of the present state
     * @return {@link #UNKNOWN}, or 0 or more
     */
    public int between(Entry earlier, Optional<Entry> later, Path present) throws IOException {
        Optional<Position> from = position(earlier);
        Optional<Position> to = later.isPresent() ? position(later.get()) : Optional.empty();
        if (from.isPresent() && to.isPresent()) {
            return from.get().commitsUntil(to.get()).orElse(UNKNOWN);
        }
        OptionalInt before = from.isPresent() ? from.get().counter() : counter(earlier.path());
        OptionalInt after = to.isPresent()
                ? to.get().counter()
                : counter(later.map(Entry::path).orElse(present));
        if (before.isEmpty() || after.isEmpty()) {
            return UNKNOWN;
        }
        return Math.max(UNKNOWN, after.getAsInt() - before.getAsInt());
    }

    /** Empty for a full backup. */
    private Optional<Position> position(Entry backup) throws IOException {
        if (timelines.find(backup.id()).isEmpty()) {
            return Optional.empty();
        }
        try (PointImage image = timelines.image(backup.id())) {
            byte[] encoded = new byte[image.point().header().position().remaining()];
            image.point().header().position().duplicate().get(encoded);
            return Optional.of(Position.decode(encoded));
        } catch (IllegalArgumentException e) {
            throw new IOException("backup #" + backup.id() + " does not tell where the database stood", e);
        }
    }

    private static OptionalInt counter(Path copy) throws IOException {
        if (!FullCopy.keepsCounter(Files.size(copy))) {
            return OptionalInt.empty();
        }
        byte[] header;
        try (InputStream in = Files.newInputStream(copy)) {
            header = in.readNBytes(HEADER);
        }
        if (header.length == 0) {
            // The first commit makes it 1.
            return OptionalInt.of(0);
        }
        return header.length < HEADER
                ? OptionalInt.empty()
                : DatabaseHeader.parse(header).filter(found -> !found.wal()).stream()
                        .mapToInt(DatabaseHeader::changeCounter)
                        .findFirst();
    }
}
