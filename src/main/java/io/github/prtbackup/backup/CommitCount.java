package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.timeline.Point;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        if (later.isPresent() && Timelines.isPoint(earlier) && Timelines.isPoint(later.get())) {
            List<Position> way = way(earlier.id(), later.get().id());
            if (!way.isEmpty()) {
                return Position.commits(way).orElse(UNKNOWN);
            }
        }
        OptionalInt before = counter(earlier);
        OptionalInt after = later.isPresent() ? counter(later.get()) : counter(present);
        if (before.isEmpty() || after.isEmpty()) {
            return UNKNOWN;
        }
        return Math.max(UNKNOWN, after.getAsInt() - before.getAsInt());
    }

    /** Where the database stood from one incremental backup to another; empty if any of it may be lost. */
    private List<Position> way(long from, long to) throws IOException {
        List<Position> way = new ArrayList<>();
        for (Point point : timelines.way(from, to)) {
            try {
                way.add(ChangedPages.position(point));
            } catch (IllegalArgumentException e) {
                throw new IOException("backup #" + point.id() + " does not tell where the database stood", e);
            }
        }
        return way;
    }

    private OptionalInt counter(Entry backup) throws IOException {
        if (!Timelines.isPoint(backup)) {
            return counter(backup.path());
        }
        List<Position> position = way(backup.id(), backup.id());
        return position.isEmpty() ? OptionalInt.empty() : position.get(0).counter();
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
