package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All backups of one database, in whatever form they are stored. Thread-safe. */
public final class History {

    private static final Logger log = LoggerFactory.getLogger(History.class);

    private final Catalog catalog;
    private final Timelines timelines;
    private final Path database;

    /** After which points it has been told that others are lost. */
    private final Set<Long> warned = ConcurrentHashMap.newKeySet();

    /** @param catalog that of the backup directory */
    public History(Catalog catalog, Path database) {
        this.catalog = catalog;
        this.database = database;
        this.timelines = new Timelines(catalog, database);
    }

    /** All that are there, the largest id first. */
    public List<Entry> newestFirst() throws IOException {
        List<Entry> all = new ArrayList<>(catalog.history(database));
        all.addAll(timelines.points(this::warnLost));
        all.sort(Comparator.comparingLong(Entry::id).reversed());
        return List.copyOf(all);
    }

    /** Once for each place: who lists them asks again and again. */
    private void warnLost(long id) {
        if (warned.add(id)) {
            log.warn(
                    "Incremental backups of {} after #{} are lost, as what is stored of them is damaged; 'verify' tells more",
                    database,
                    id);
        }
    }

    /**
     * One backup, also if its file is gone.
     *
     * @throws IllegalArgumentException if the database has no such backup; the message names those there are
     */
    public Entry require(long id) throws IOException {
        Optional<Entry> full = catalog.find(id, database);
        if (full.isPresent()) {
            return full.get();
        }
        Optional<Entry> point = timelines.find(id);
        if (point.isPresent()) {
            return point.get();
        }
        List<Long> ids = newestFirst().stream().map(Entry::id).sorted().toList();
        throw new IllegalArgumentException("There is no backup #" + id + " of " + database + "; "
                + (ids.isEmpty() ? "there are none" : "there are " + ids));
    }

    /**
     * A backup as a file of its own that can be checked, restored and copied.
     *
     * @param progress hears of the pages of an incremental backup
     */
    public Content content(Entry backup, CopyProgress progress) throws IOException {
        if (!isIncremental(backup)) {
            return new Content(backup, Optional.empty());
        }
        PendingFile file = catalog.scratchFile();
        try {
            timelines.materialize(backup.id(), file.path(), progress);
            Entry copy = new Entry(
                    backup.id(),
                    backup.time(),
                    file.path(),
                    backup.comment(),
                    backup.auto(),
                    Files.size(file.path()),
                    backup.original(),
                    "",
                    backup.tables());
            return new Content(copy, Optional.of(file));
        } catch (IOException | RuntimeException | Error e) {
            try (file) {
                throw e;
            }
        }
    }

    /**
     * As {@link #content}, but a file that nobody else has: what is checked is what is used, whatever becomes of the backup
     * meanwhile, by clean-up, by a hand, or by a tool that opens it.
     *
     * @throws NoSuchFileException if the backup's file is gone, or no regular file
     * @throws DamagedBackupException if the backup is not what it was
     */
    public Content verifiedCopy(Entry backup, CopyProgress progress) throws IOException {
        Content content = isIncremental(backup) ? content(backup, progress) : copy(backup);
        try {
            Verification.require(backup, content.entry(), progress);
            return content;
        } catch (IOException | RuntimeException | Error e) {
            try (content) {
                throw e;
            }
        }
    }

    private Content copy(Entry backup) throws IOException {
        Verification.requirePresent(backup);
        PendingFile file = catalog.scratchFile();
        try {
            file.copyFrom(backup.path());
            return new Content(backup.withPath(file.path()), Optional.of(file));
        } catch (IOException | RuntimeException | Error e) {
            try (file) {
                throw e;
            }
        }
    }

    /** Whether a backup is stored as changed pages. */
    public static boolean isIncremental(Entry backup) {
        return Timelines.isPoint(backup);
    }

    /** What is wrong with the pages that an incremental backup rests on; empty if nothing. */
    public List<String> damagedPages(Entry backup, CopyProgress progress) throws IOException {
        return timelines.verify(backup.id(), progress);
    }

    /** Deletes any backup. */
    public void delete(Entry backup) throws IOException {
        if (isIncremental(backup)) {
            timelines.delete(backup.id());
        } else {
            catalog.delete(backup.id());
        }
    }

    /**
     * Deletes the oldest automatic backups.
     *
     * @return what was deleted, oldest first
     */
    public List<Entry> keepNewest(int keep) throws IOException {
        List<Entry> before = newestFirst();
        List<Entry> automatic = before.stream().filter(Entry::auto).toList();
        if (automatic.size() <= keep) {
            return List.of();
        }
        // By its id, because others make backups meanwhile: among so many as are to stay, those would count.
        long first =
                keep == 0 ? automatic.get(0).id() + 1 : automatic.get(keep - 1).id();
        catalog.cleanup(database, first);
        if (automatic.stream().anyMatch(History::isIncremental)) {
            timelines.keepFrom(first);
        }
        Set<Long> left = newestFirst().stream().map(Entry::id).collect(Collectors.toSet());
        return before.stream()
                .filter(entry -> !left.contains(entry.id()))
                .sorted(Comparator.comparingLong(Entry::id))
                .toList();
    }

    /**
     * A file that holds a backup, for as long as this is open.
     *
     * @param entry the backup, with the path of that file
     * @param temporary the file if it was made for the purpose
     */
    public record Content(Entry entry, Optional<PendingFile> temporary) implements AutoCloseable {
        /** What it was needed for is done; a temporary file that stays is removed when this process is dead. */
        @Override
        public void close() {
            try {
                if (temporary.isPresent()) {
                    temporary.get().close();
                }
            } catch (IOException e) {
                log.warn("{} cannot be closed: {}", entry.path(), e.toString());
            }
        }
    }
}
