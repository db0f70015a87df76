package io.github.prtbackup.diff;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.FullCopy;
import io.github.prtbackup.backup.FullCopy.Damage;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.LiveReader;
import io.github.prtbackup.backup.PresentState;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.RegularFile;
import io.github.prtbackup.files.SameContent;
import io.github.prtbackup.restore.History;
import io.github.prtbackup.timeline.PointImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** Brings two states of a database to where they can be compared, with as few pages as are enough. */
public final class Comparer {
    private static final Logger log = LoggerFactory.getLogger(Comparer.class);

    /** A larger database is not copied just to see whether it has changed. */
    private static final long MOST_BYTES = 16L << 20;

    private final Catalog catalog;
    private final History history;
    private final Timelines timelines;
    private final Path database;
    private final int busyMillis;
    private final CopyProgress progress;

    /**
     * @param catalog that of the backup directory
     * @param busyMillis how long to wait for others that write the database, in milliseconds
     * @param progress hears of the pages that are copied
     */
    public Comparer(Catalog catalog, History history, Path database, int busyMillis, CopyProgress progress) {
        this.catalog = catalog;
        this.history = history;
        this.timelines = new Timelines(catalog, database);
        this.database = database;
        this.busyMillis = busyMillis;
        this.progress = progress;
    }

    /**
     * Compares two states.
     *
     * @return to be closed
     * @throws IllegalArgumentException if there is no such backup
     * @throws NoSuchFileException if a backup's file is gone
     * @throws IOException if a backup cannot be read
     * @throws DamagedStateException if a state is no database that SQLite can read
     * @throws SQLException if SQLite cannot read it for another reason
     */
    public DatabaseDiff compare(Version from, Version to) throws IOException, SQLException {
        Optional<Entry> before = entry(from);
        Optional<Entry> after = entry(to);
        List<Entry> backups = Stream.of(before, after).flatMap(Optional::stream).toList();
        if (!backups.isEmpty() && backups.stream().allMatch(History::isIncremental)) {
            Optional<DatabaseDiff> quick = compareParts(before, after);
            if (quick.isPresent()) {
                return quick.get();
            }
        }
        return compareFiles(from, before, to, after);
    }

    /**
     * Whether the database is what a backup holds, to the byte but for what SQLite counts: the transaction behind its newest
     * backup has then changed nothing.
     *
     * @return false also if that would take long to find out, or the database cannot be read
     * @throws IOException if the backup cannot be read
     */
    public boolean isPresent(Entry backup) throws IOException {
        try {
            return History.isIncremental(backup) ? isPresentPoint(backup.id()) : isPresentFile(backup);
        } catch (SQLException e) {
            log.debug("{} cannot be compared with backup #{}", database, backup.id(), e);
            return false;
        }
    }

    private boolean isPresentPoint(long id) throws IOException {
        try (OpenFiles files = new OpenFiles()) {
            Optional<PresentState> present = Files.exists(database)
                    ? PresentState.of(catalog, database, files.add(catalog.scratchFile()))
                    : Optional.empty();
            if (present.isEmpty()) {
                return false;
            }
            try (PresentState now = present.get();
                    PointImage image = timelines.image(id)) {
                Optional<BitSet> different = now.newest().pagesChangedSince(image);
                if (different.isEmpty()
                        || now.pages() != image.point().pages()
                        || now.newest().point().pageSize() != image.point().pageSize()) {
                    return false;
                }
                different.get().or(now.changed());
                boolean same = true;
                for (int page = different.get().nextSetBit(1);
                        same && page > 0 && page <= now.pages();
                        page = different.get().nextSetBit(page + 1)) {
                    same = SameContent.ofPages(page, image.page(page), now.page(page));
                }
                return same;
            }
        }
    }

    private boolean isPresentFile(Entry backup) throws IOException, SQLException {
        if (!Files.exists(database) || Files.size(database) > MOST_BYTES || !Files.exists(backup.path())) {
            return false;
        }
        try (PendingFile copy = catalog.scratchFile();
                SQLiteConnection reader = ReadOnlyConnection.open(database)) {
            reader.setBusyTimeout(busyMillis);
            FullCopy.ofSnapshot(reader, FullCopy.Damage.COPIED, copy, progress);
            return SameContent.of(backup.path(), copy.path());
        }
    }

    private Optional<Entry> entry(Version version) throws IOException {
        return version.backup().isPresent()
                ? Optional.of(history.require(version.backup().getAsLong()))
                : Optional.empty();
    }

    /** Compares with only those pages that have to be read; empty if that is not proved to be enough. */
    private Optional<DatabaseDiff> compareParts(Optional<Entry> before, Optional<Entry> after)
            throws IOException, SQLException {
        OpenFiles files = new OpenFiles();
        try {
            Optional<DatabaseDiff> diff = before.isPresent() && after.isPresent()
                    ? comparePoints(before.get().id(), after.get().id(), files)
                    : compareWithPresent(before.or(() -> after).get().id(), before.isEmpty(), files);
            if (diff.isPresent()) {
                return diff;
            }
        } catch (SQLException e) {
            // SQLite asked for a page that the plan left out, or the backup is damaged: the other way tells.
            if (!IntegrityCheck.isDamage(e)) {
                files.closeAfter(e);
                throw e;
            }
        } catch (IOException e) {
            // Not as a tree should be, and maybe SQLite can make sense of it: the other way tells, as above.
            log.debug("All of {} is compared: {}", database, e.toString());
        } catch (RuntimeException | Error e) {
            files.closeAfter(e);
            throw e;
        }
        files.close();
        return Optional.empty();
    }

    private Optional<DatabaseDiff> comparePoints(long before, long after, OpenFiles files)
            throws IOException, SQLException {
        try (PointImage imageBefore = timelines.image(before);
                PointImage imageAfter = timelines.image(after)) {
            Optional<BitSet> different = before < after
                    ? imageAfter.pagesChangedSince(imageBefore)
                    : imageBefore.pagesChangedSince(imageAfter);
            return different.isEmpty()
                    ? Optional.empty()
                    : compareParts(new ImagePages(imageBefore), new ImagePages(imageAfter), different.get(), files);
        }
    }

    private Optional<DatabaseDiff> compareWithPresent(long point, boolean presentFirst, OpenFiles files)
            throws IOException, SQLException {
        if (!Files.exists(database)) {
            return Optional.empty();
        }
        Optional<PresentState> present = PresentState.of(catalog, database, files.add(catalog.scratchFile()));
        if (present.isEmpty()) {
            return Optional.empty();
        }
        try (PresentState now = present.get();
                PointImage image = timelines.image(point)) {
            Optional<BitSet> different = now.newest().pagesChangedSince(image);
            if (different.isEmpty()) {
                return Optional.empty();
            }
            different.get().or(now.changed());
            Pages backup = new ImagePages(image);
            Pages pages = new PresentPages(now);
            return presentFirst
                    ? compareParts(pages, backup, different.get(), files)
                    : compareParts(backup, pages, different.get(), files);
        }
    }

    /** Copies what is needed of two states. */
    private Optional<DatabaseDiff> compareParts(Pages before, Pages after, BitSet different, OpenFiles files)
            throws IOException, SQLException {
        if (before.count() == 0 || after.count() == 0) {
            return Optional.empty();
        }
        SparseCopy copyBefore = new SparseCopy(before, files.add(catalog.scratchFile()));
        SparseCopy copyAfter = new SparseCopy(after, files.add(catalog.scratchFile()));
        Optional<PagePlan> plan = PagePlan.of(before, copyBefore.schema(), after, copyAfter.schema(), different);
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        copyBefore.write(plan.get().neededBefore());
        copyAfter.write(plan.get().neededAfter());
        return Optional.of(open(copyBefore.file(), copyAfter.file(), plan, files, progress));
    }

    private DatabaseDiff compareFiles(Version from, Optional<Entry> before, Version to, Optional<Entry> after)
            throws IOException, SQLException {
        OpenFiles files = new OpenFiles();
        try {
            Path fileBefore = file(before, files);
            Path fileAfter = file(after, files);
            try {
                return open(fileBefore, fileAfter, plan(fileBefore, fileAfter), files, progress);
            } catch (SQLException e) {
                if (IntegrityCheck.isDamage(e)) {
                    requireSound(from, fileBefore, e);
                    requireSound(to, fileAfter, e);
                }
                throw e;
            }
        } catch (IOException | SQLException | RuntimeException | Error e) {
            files.closeAfter(e);
            throw e;
        }
    }

    /** Says which of the two it is that SQLite cannot read. */
    private static void requireSound(Version version, Path file, SQLException cause) throws SQLException {
        try (SQLiteConnection reader = ReadOnlyConnection.openImmutable(file)) {
            List<String> problems = IntegrityCheck.complete(reader).problems();
            if (!problems.isEmpty()) {
                throw new DamagedStateException(version, problems.get(0), cause);
            }
        }
    }

    /** The present state is copied, because who reads it for long would keep others from writing. */
    private Path file(Optional<Entry> backup, OpenFiles files) throws IOException, SQLException {
        if (backup.isEmpty()) {
            PendingFile copy = files.add(catalog.scratchFile());
            if (!Files.exists(database)) {
                throw new NoSuchFileException(database.toString(), null, "there is no such database");
            }
            try (SQLiteConnection reader = LiveReader.open(database, busyMillis, catalog::scratchFile)) {
                // What is damaged is found where it is compared; to look for more would take longer than all the rest.
                FullCopy.ofSnapshot(reader, Damage.COPIED, copy, progress);
            } catch (SQLException e) {
                if (IntegrityCheck.isDamage(e)) {
                    throw new DamagedStateException(Version.NOW, e.getMessage(), e);
                }
                throw e;
            }
            return copy.path();
        }
        if (!RegularFile.exists(backup.get().path())) {
            throw new NoSuchFileException(
                    backup.get().path().toString(),
                    null,
                    "the file of backup #" + backup.get().id() + " is gone");
        }
        History.Content content = history.content(backup.get(), progress);
        content.temporary().ifPresent(files::add);
        return content.entry().path();
    }

    /** A comparison of all bytes is much faster than one of all rows. */
    private static Optional<PagePlan> plan(Path before, Path after) throws IOException, SQLException {
        try (FilePages pagesBefore = FilePages.open(before);
                FilePages pagesAfter = FilePages.open(after);
                State stateBefore = State.open(before);
                State stateAfter = State.open(after)) {
            if (pagesBefore.size() != pagesAfter.size() || pagesBefore.count() == 0 || pagesAfter.count() == 0) {
                return Optional.empty();
            }
            return PagePlan.of(
                    pagesBefore,
                    stateBefore.schema(),
                    pagesAfter,
                    stateAfter.schema(),
                    pagesBefore.differencesTo(pagesAfter));
        } catch (IOException e) {
            // Not as a tree should be: SQLite says whether it can make sense of it.
            return Optional.empty();
        }
    }

    /**
     * Compares two files that nobody writes.
     *
     * @param wholly whether all rows are read, also those whose pages are the same
     */
    static DatabaseDiff compareFiles(Path before, Path after, boolean wholly) throws IOException, SQLException {
        return open(before, after, wholly ? Optional.empty() : plan(before, after), new OpenFiles(), CopyProgress.NONE);
    }

    private static DatabaseDiff open(
            Path before, Path after, Optional<PagePlan> plan, OpenFiles files, CopyProgress progress)
            throws SQLException, IOException {
        State from = State.open(before);
        try {
            State to = State.open(after);
            try {
                return DatabaseDiff.of(from, to, plan, files, progress);
            } catch (SQLException | RuntimeException | Error e) {
                try (to) {
                    throw e;
                }
            }
        } catch (SQLException | RuntimeException | Error e) {
            try (from) {
                throw e;
            }
        }
    }
}
