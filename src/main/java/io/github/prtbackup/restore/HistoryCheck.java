package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.timeline.DamagedTimelineException;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.TimelineCheck;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks all backups of a database at once. All that is stored is read once and compared with its checksums, which tells of
 * every backup whether it is what it was when it was made. What SQLite says of that is asked of the newest backup that is, as
 * it takes longest; of the others where it is wished, or where a full copy has no checksum. Not thread-safe.
 */
public final class HistoryCheck {
    private static final List<String> POINT = List.of("chain of changes", "CRC32C of all pages");

    private final Catalog catalog;
    private final Timelines timelines;
    private final History history;
    private final Path database;
    private final Verification.Application application;
    private final Watch watch;

    /** What is known so far, the newest first. */
    private final Map<Long, Result> results = new TreeMap<>(Comparator.reverseOrder());

    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long read;
    private long total;
    /** The newest backup, put together while it was read; null if it is a file already. */
    private PendingFile newest;

    /** Its id; -1 if there is no such file, or it could not be written. */
    private long newestId = -1;

    /** Hears how far it is. Its methods may throw {@link java.util.concurrent.CancellationException} to end it. */
    public interface Watch {
        /** So many bytes of what is stored have been read. */
        void reading(long done, long total);

        /** SQLite is checking a backup, or it is put together for that. Told again and again; so many have been checked. */
        void checking(Entry backup, int done, int total);
    }

    /** What was checked of a backup, and what is wrong with it. */
    public record Result(Entry backup, Verification found) {}

    /**
     * What was found.
     *
     * @param results of each backup, the newest first
     * @param problems what is wrong with the history and not with a backup that is there, such as backups that are lost
     * @param notes what is worth knowing and not wrong
     */
    public record Report(List<Result> results, List<String> problems, List<String> notes) {}

    /** @param application asked where a check by ourselves leaves something out */
    public HistoryCheck(
            Catalog catalog, History history, Path database, Verification.Application application, Watch watch) {
        this.catalog = catalog;
        this.timelines = new Timelines(catalog, database);
        this.history = history;
        this.database = database;
        this.application = application;
        this.watch = watch;
    }

    /**
     * Checks all. Only once.
     *
     * @param deep whether SQLite checks each backup
     */
    public Report run(boolean deep) throws IOException {
        try {
            // Those whose files are gone as well.
            List<Entry> full = catalog.recorded(database);
            try (TimelineCheck points = openTimeline()) {
                total = full.stream()
                                .mapToLong(entry -> Math.max(0, entry.size()))
                                .sum()
                        + (points == null ? 0 : points.bytes());
                if (points != null) {
                    readPoints(points, full);
                }
                readFull(full);
            }
            askSqlite(deep);
        } finally {
            if (newest != null) {
                newest.close();
            }
        }
        return new Report(List.copyOf(results.values()), List.copyOf(problems), List.copyOf(notes));
    }

    /** Null if there is none, or nothing can be told of it. */
    private TimelineCheck openTimeline() throws IOException {
        try {
            return timelines.check().orElse(null);
        } catch (DamagedTimelineException e) {
            problems.add("the incremental backups cannot be read: " + e.getMessage());
            return null;
        }
    }

    private void read(long bytes) {
        read += bytes;
        watch.reading(Math.min(read, total), total);
    }

    private void readPoints(TimelineCheck check, List<Entry> full) throws IOException {
        List<Point> points = check.points();
        long newestFull = full.stream().mapToLong(Entry::id).max().orElse(-1);
        if (points.isEmpty() || points.get(points.size() - 1).id() < newestFull) {
            check.run(this::read);
        } else {
            readAndCopyNewest(check, points.get(points.size() - 1).id());
        }
        // Those that have given way to the next are no backups any more. None is listed where the base is missing.
        Set<Long> listed = timelines.points().stream().map(Entry::id).collect(Collectors.toSet());
        for (Point point : points) {
            if (listed.isEmpty() || listed.contains(point.id())) {
                Entry entry = timelines.entry(check.base(), point);
                Verification found = new Verification(POINT, check.problems(point.id()), List.of());
                results.put(point.id(), new Result(entry, found));
            }
        }
        problems.addAll(check.lost());
        notes.addAll(check.notes());
    }

    private void readAndCopyNewest(TimelineCheck check, long id) throws IOException {
        try {
            newest = catalog.newFile();
        } catch (IOException e) {
            // Where that matters it is tried again, and told.
            check.run(this::read);
            return;
        }
        if (check.run(this::read, id, newest.path()).isEmpty()) {
            newestId = id;
        }
    }

    private void readFull(List<Entry> full) throws IOException {
        for (Entry entry : full) {
            Verification found;
            try {
                found = Verification.ofBytes(entry, this::read);
            } catch (IOException e) {
                found = new Verification(List.of(), List.of("it cannot be read: " + e.getMessage()), List.of());
            }
            if (found.problems().isEmpty() || isThere(entry)) {
                results.put(entry.id(), new Result(entry, found));
            }
        }
    }

    /** Others clean up meanwhile. */
    private boolean isThere(Entry entry) throws IOException {
        return catalog.find(entry.id(), database).isPresent();
    }

    private void askSqlite(boolean deep) throws IOException {
        List<Result> asked = new ArrayList<>();
        for (Result result : results.values()) {
            boolean isNewest = asked.isEmpty();
            boolean hasSum = History.isIncremental(result.backup())
                    || !result.backup().sha256().isEmpty();
            boolean isSound =
                    result.found().problems().isEmpty() && !result.backup().isDamagedFile();
            if (isSound && (deep || isNewest || !hasSum)) {
                asked.add(result);
            }
        }
        for (int i = 0; i < asked.size(); i++) {
            int done = i;
            Entry backup = asked.get(i).backup();
            askSqlite(asked.get(i), new CopyProgress() {
                @Override
                public void copied(long pages, long all) {
                    // Told by the other method, which may end it.
                }

                @Override
                public void check() {
                    watch.checking(backup, done, asked.size());
                }
            });
        }
    }

    private void askSqlite(Result result, CopyProgress progress) throws IOException {
        Entry backup = result.backup();
        progress.check();
        try {
            Verification content = backup.id() == newestId
                    ? Verification.ofContent(newest.path(), application, progress)
                    : ofContent(backup, progress);
            results.put(backup.id(), new Result(backup, result.found().and(content)));
        } catch (DamagedTimelineException e) {
            Verification damaged = new Verification(List.of(), List.of(e.getMessage()), List.of());
            results.put(backup.id(), new Result(backup, result.found().and(damaged)));
        } catch (NoSuchFileException e) {
            results.remove(backup.id());
        } catch (IOException e) {
            problems.add("integrity_check of #" + backup.id() + " could not be made: " + e.getMessage());
        }
    }

    private Verification ofContent(Entry backup, CopyProgress progress) throws IOException {
        try (History.Content content = history.content(backup, progress)) {
            return Verification.ofContent(content.entry().path(), application, progress);
        } catch (IllegalArgumentException e) {
            // It was folded or deleted meanwhile.
            throw new NoSuchFileException(backup.path().toString(), null, e.getMessage());
        }
    }
}
