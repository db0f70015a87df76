package io.github.prtbackup.diff;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.LiveReader;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.diff.TableSchema.Column;
import io.github.prtbackup.restore.History;
import io.github.prtbackup.timeline.DamagedTimelineException;
import io.github.prtbackup.timeline.Point;
import io.github.prtbackup.timeline.PointWalk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.sqlite.SQLiteConnection;

/**
 * What became of one row, read as it is asked for: from the oldest backup to the present state, in the order of the backups'
 * ids. A full backup is asked for the row itself; of incremental ones only the pages are read in which the row is found, and
 * only where they changed. What is damaged is left out, and told of: the others have the row's story nevertheless. While it is
 * open, no incremental backup is folded. Not thread-safe.
 */
public final class RowLog implements AutoCloseable {
    private final Catalog catalog;
    private final History history;
    private final Path database;
    private final int busyMillis;
    private final CopyProgress progress;
    private final RowFinder finder;

    /** Oldest first; the present one is the last, and has no entry. */
    private final Deque<Optional<Entry>> states = new ArrayDeque<>();

    private final int total;
    /** Null where there are no points, or nothing can be told of them. */
    private final PointWalk walk;

    private final RowInPoints inPoints;

    /** Whether the walk has come to where the log is damaged: behind that, each point is put together by itself. */
    private boolean isWalkBroken;

    private final List<LeftOut> leftOut = new ArrayList<>();

    private Optional<Version> before = Optional.empty();
    private Optional<Row> row = Optional.empty();

    /** Whether the last state was a point that {@link #inPoints} has passed, so that the next can be told from it. */
    private boolean isFollowed;

    /** The point that the walk has come to; null before the first. */
    private Point reached;

    /** Whether a page of the row has changed since the last query. */
    private boolean mayDiffer = true;

    private final TreeSet<String> tables = new TreeSet<>();
    private List<String> key = List.of();
    private boolean isTable;
    private boolean fits;

    /**
     * A state that could not be read.
     *
     * @param state a backup, or the present one
     * @param why in words
     */
    public record LeftOut(Version state, String why) {}

    private RowLog(
            Catalog catalog,
            History history,
            Path database,
            int busyMillis,
            CopyProgress progress,
            RowFinder finder,
            PointWalk walk)
            throws IOException {
        this.catalog = catalog;
        this.history = history;
        this.database = database;
        this.busyMillis = busyMillis;
        this.progress = progress;
        this.finder = finder;
        this.walk = walk;
        this.inPoints = walk == null ? null : new RowInPoints(catalog, walk);
        history.newestFirst().stream()
                .sorted(Comparator.comparingLong(Entry::id))
                .map(Optional::of)
                .forEach(states::add);
        if (Files.exists(database)) {
            states.add(Optional.empty());
        }
        this.total = states.size();
    }

    /**
     * Opens the log of a row.
     *
     * @param catalog that of the backup directory
     * @param busyMillis how long to wait for others that write the database, in milliseconds
     * @param progress hears how many backups of all have been looked at
     * @param table its name, upper and lower case being the same where no other has it to the letter
     * @return to be closed
     * @throws IOException if the backup directory cannot be read
     */
    public static RowLog open(
            Catalog catalog,
            History history,
            Path database,
            int busyMillis,
            CopyProgress progress,
            String table,
            RowKey key)
            throws IOException {
        PointWalk walk = walk(catalog, database);
        try {
            return new RowLog(catalog, history, database, busyMillis, progress, new RowFinder(table, key), walk);
        } catch (IOException | RuntimeException | Error e) {
            try (walk) {
                throw e;
            }
        }
    }

    private static PointWalk walk(Catalog catalog, Path database) throws IOException {
        try {
            return new Timelines(catalog, database).walk().orElse(null);
        } catch (DamagedTimelineException e) {
            // Of each point it is told where it is come to.
            return null;
        }
    }

    /**
     * The next change of the row. Where a state is left out, it is the change since the last one that was read.
     *
     * @return null behind the last
     * @throws IllegalArgumentException if no state has such a table, the key has too many values or too few, or several rows
     *     have it
     * @throws IOException if the backups cannot be read
     * @throws SQLException if SQLite cannot read the present state, and that is not damaged
     */
    public RowVersion next() throws IOException, SQLException {
        while (!states.isEmpty()) {
            Optional<Entry> state = states.poll();
            progress.copiedAndCheck(total - states.size(), total);
            Optional<RowVersion> change = change(state);
            if (change.isPresent()) {
                return change.get();
            }
        }
        requireUse();
        return null;
    }

    /**
     * What could not be read of all that has been asked for so far.
     *
     * @return in the order of the states
     */
    public List<LeftOut> leftOut() {
        return List.copyOf(leftOut);
    }

    private void requireUse() {
        if (total > 0 && !isTable) {
            throw new IllegalArgumentException("there is no such table in any backup of " + database
                    + (leftOut.isEmpty() ? "" : " that can be read") + "; there are "
                    + (tables.isEmpty() ? "none" : tables));
        }
        if (total > 0 && !fits) {
            throw new IllegalArgumentException("the key of the table is " + String.join(", ", key));
        }
    }

    private Optional<RowVersion> change(Optional<Entry> state) throws IOException, SQLException {
        if (state.isEmpty()) {
            return changeNow();
        }
        Entry entry = state.get();
        return History.isIncremental(entry)
                ? changeAtPoint(Version.of(entry.id()), entry)
                : changeInFile(Version.of(entry.id()), entry.path());
    }

    private Optional<RowVersion> changeNow() throws IOException, SQLException {
        isFollowed = false;
        try {
            // Read where it is: to copy a database for one row would take long.
            SQLiteConnection live = LiveReader.open(database, busyMillis, catalog::scratchFile);
            live.setAutoCommit(false);
            return change(Version.NOW, State.of(live, true));
        } catch (SQLException e) {
            return leaveOutDamaged(Version.NOW, e);
        }
    }

    private Optional<RowVersion> changeInFile(Version version, Path file) {
        isFollowed = false;
        if (!Files.exists(file)) {
            // Cleaned up since this was opened.
            return Optional.empty();
        }
        try {
            return change(version, State.open(file));
        } catch (SQLException | IOException e) {
            return leaveOut(version, e);
        }
    }

    private Optional<RowVersion> changeAtPoint(Version state, Entry entry) throws IOException, SQLException {
        if (walk != null && !isWalkBroken) {
            try {
                Optional<Point> point = walkTo(entry.id());
                return point.isEmpty()
                        // Made since this was opened.
                        ? Optional.empty()
                        : changeAtPoint(state, entry, point.get());
            } catch (DamagedTimelineException e) {
                // What follows may rest on pages that it has not seen.
                isWalkBroken = true;
            }
        }
        return changeInCopy(state, entry);
    }

    private Optional<RowVersion> changeAtPoint(Version state, Entry entry, Point point)
            throws IOException, SQLException {
        if (!mayDiffer && isFollowed) {
            before = Optional.of(state);
            return Optional.empty();
        }
        mayDiffer = false;
        isFollowed = true;
        if (point.pages() > 0) {
            try {
                return change(state, inPoints.open(point, finder));
            } catch (SQLException e) {
                // SQLite asked for a page that was left out, or the backup is damaged: the other way tells.
                if (!IntegrityCheck.isDamage(e)) {
                    throw e;
                }
            } catch (IOException e) {
                // As above, where a tree is not as it should be.
                inPoints.startAnew();
            }
        }
        return changeInCopy(state, entry);
    }

    private Optional<RowVersion> changeInCopy(Version version, Entry entry) throws IOException, SQLException {
        try (History.Content content = history.content(entry, CopyProgress.NONE)) {
            return change(version, State.open(content.entry().path()));
        } catch (SQLException e) {
            return leaveOutDamaged(version, e);
        } catch (DamagedTimelineException e) {
            return leaveOut(version, e);
        }
    }

    private Optional<RowVersion> leaveOutDamaged(Version version, SQLException damage) throws SQLException {
        if (!IntegrityCheck.isDamage(damage)) {
            throw damage;
        }
        return leaveOut(version, damage);
    }

    /** The next state is compared with the last that could be read. */
    private Optional<RowVersion> leaveOut(Version version, Exception why) {
        isFollowed = false;
        mayDiffer = true;
        leftOut.add(new LeftOut(version, why.getMessage()));
        return Optional.empty();
    }

    private Optional<Point> walkTo(long id) throws IOException {
        while (reached == null || reached.id() < id) {
            Optional<Point> next = walk.next();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            reached = next.get();
            try {
                mayDiffer |= inPoints.arrive(reached);
            } catch (DamagedTimelineException e) {
                // The first page of this point, and maybe not of the one that is wanted.
                inPoints.startAnew();
                mayDiffer = true;
            }
        }
        return Optional.ofNullable(reached).filter(point -> point.id() == id);
    }

    /** Compares with the state before, and closes the one that is given. */
    private Optional<RowVersion> change(Version version, State opened) throws SQLException {
        try (State state = opened) {
            tables.addAll(state.schema().tables().keySet());
            Optional<TableSchema> table = finder.table(state.schema());
            if (table.isPresent()) {
                isTable = true;
                key = RowFinder.keyOf(table.get());
                fits |= finder.fits(table.get());
            }
            Optional<Row> found = table.isPresent() ? finder.find(table.get(), state) : Optional.empty();
            Optional<RowChange> change = compare(row, found, table, state);
            Optional<Version> last = before;
            before = Optional.of(version);
            row = found;
            return change.map(happened -> new RowVersion(last, version, happened));
        }
    }

    private static Optional<RowChange> compare(
            Optional<Row> earlier, Optional<Row> later, Optional<TableSchema> table, State state) throws SQLException {
        if (later.isEmpty()) {
            return earlier.map(RowChange::deleted);
        }
        if (earlier.isEmpty()) {
            return later.map(RowChange::inserted);
        }
        List<String> changed = new ArrayList<>();
        for (Column column : table.orElseThrow().columns()) {
            Value now = later.get().value(column.name());
            Value then;
            if (earlier.get().columns().contains(column.name())) {
                then = earlier.get().value(column.name());
            } else {
                // A new column, which rows that were there have got by default.
                then = column.defaultSql() == null ? Value.NULL : DefaultValue.of(column, state);
            }
            if (!then.equals(now)) {
                changed.add(column.name());
            }
        }
        return changed.isEmpty()
                ? Optional.empty()
                : Optional.of(RowChange.updated(earlier.get(), later.get(), List.copyOf(changed)));
    }

    /** Ends the reading. */
    @Override
    public void close() throws IOException {
        try (walk;
                inPoints) {
            // Null where there are no points.
        }
    }
}
