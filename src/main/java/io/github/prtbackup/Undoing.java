package io.github.prtbackup;

import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.RestoreStep;
import io.github.prtbackup.diff.Comparer;
import io.github.prtbackup.diff.DamagedStateException;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.restore.History;
import io.github.prtbackup.restore.UndoState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What can be undone and redone at one moment, and with which backup. */
final class Undoing {
    private final Path database;
    private final Comparer comparer;
    private final Map<Long, Entry> backups = new HashMap<>();
    private final UndoState state;
    /** The ids of the backups that were made under the write lock, between transactions. */
    private final TreeSet<Long> between = new TreeSet<>();
    /** The ids of the newest backups behind which nothing has changed. */
    private final Set<Long> unchanged = new HashSet<>();

    private Undoing(Path database, Comparer comparer, List<Entry> backups, List<RestoreStep> restores)
            throws IOException {
        this.database = database;
        this.comparer = comparer;
        backups.forEach(backup -> this.backups.put(backup.id(), backup));
        long restored = restores.stream().mapToLong(RestoreStep::id).max().orElse(0);
        for (Entry backup : backups) {
            if (backup.auto()) {
                // Newest first, up to the first change. A full one may have been made for something else than a
                // transaction.
                if (backup.id() <= restored
                        || !(backup.ofTransaction() || History.isIncremental(backup))
                        || !comparer.isPresent(backup)) {
                    break;
                }
                unchanged.add(backup.id());
            }
        }
        this.state = UndoState.of(
                backups.stream()
                        .filter(Entry::auto)
                        .map(Entry::id)
                        .filter(id -> !unchanged.contains(id))
                        .toList(),
                restores);
        backups.stream().filter(Entry::auto).map(Entry::id).forEach(between::add);
        restores.forEach(step -> between.add(step.id()));
    }

    static Undoing of(Catalog catalog, History history, Path database, Comparer comparer)
            throws IOException, SQLException {
        // The restores first: one that comes in between is not known of, and its safety backup means nothing here.
        List<RestoreStep> restores = catalog.restores(database);
        List<Entry> backups = history.newestFirst();
        List<RestoreStep> happened = new ArrayList<>();
        for (RestoreStep step : restores) {
            boolean hasHappened = step.done() || hasHappened(step, database, backups, comparer);
            if (hasHappened) {
                happened.add(step);
            }
            // Who may only read finds it out again each time.
            if (!step.done() && catalog.mayChange()) {
                settle(catalog, database, step, hasHappened);
            }
        }
        return new Undoing(database, comparer, backups, happened);
    }

    private static void settle(Catalog catalog, Path database, RestoreStep step, boolean hasHappened)
            throws IOException {
        if (hasHappened) {
            catalog.restored(database, step, step.id());
        } else {
            catalog.forget(database, step);
        }
    }

    /**
     * Whether a restore came to its end whose process did not live to say so. The state that followed tells: it is what was
     * restored, or what was there before. If it is neither, somebody else has written since; then it counts as not happened,
     * because an undo that does too little can be repeated.
     */
    private static boolean hasHappened(RestoreStep step, Path database, List<Entry> backups, Comparer comparer)
            throws IOException, SQLException {
        Optional<Version> after = backups.stream()
                .map(Entry::id)
                .filter(id -> id > step.id() || (id == step.id() && !step.hasSafety()))
                .min(Comparator.naturalOrder())
                .map(Version::of)
                .or(() -> Files.exists(database) ? Optional.of(Version.NOW) : Optional.empty());
        boolean isKnown = backups.stream().anyMatch(backup -> backup.id() == step.restored());
        if (after.isEmpty() || !isKnown) {
            return false;
        }
        boolean hasSafety = backups.stream().anyMatch(backup -> backup.id() == step.id());
        try {
            return isSame(comparer, after.get(), Version.of(step.restored()))
                    && !(hasSafety && isSameIfSound(comparer, after.get(), Version.of(step.id())));
        } catch (DamagedStateException e) {
            return false;
        }
    }

    /** What was replaced may have been damaged, and what has followed it is not. */
    private static boolean isSameIfSound(Comparer comparer, Version sound, Version other)
            throws IOException, SQLException {
        try {
            return isSame(comparer, sound, other);
        } catch (DamagedStateException e) {
            return false;
        }
    }

    /** The size of the pages does not count: a restore cannot change it while others have the log open. */
    private static boolean isSame(Comparer comparer, Version one, Version other) throws IOException, SQLException {
        try (DatabaseDiff diff = comparer.compare(one, other)) {
            return diff.schema().isEmpty()
                    && diff.tables().isEmpty()
                    && diff.settings().stream()
                            .allMatch(setting -> setting.name().equals("page_size"));
        }
    }

    List<Entry> undoable() {
        return state.undoable().stream().map(backups::get).toList();
    }

    List<Entry> redoable() {
        return state.redoable().stream()
                .map(backups::get)
                .filter(Objects::nonNull)
                .filter(backup -> !backup.isDamagedFile())
                .toList();
    }

    /** What a redo needs: where it returns to, and what the database is compared with. */
    List<Entry> neededForRedo() {
        return redoable().isEmpty()
                ? List.of()
                : Stream.of(state.redoable().get(0), state.present().orElseThrow())
                        .map(backups::get)
                        .filter(Objects::nonNull)
                        .toList();
    }

    /** The backup that an undo restores. */
    Entry newest() {
        return undoable().stream()
                .findFirst()
                .orElseThrow(() -> new UndoRefusedException("there is nothing to undo in "
                        + database
                        + (backups.values().stream().anyMatch(Entry::auto)
                                ? ": what its automatic backups were made before has all been undone"
                                : ": there is no automatic backup of it")));
    }

    /** The same backup, if an undo can go back to it. */
    Entry require(Entry backup) throws NoSuchFileException {
        if (!backups.containsKey(backup.id())) {
            throw new NoSuchFileException(
                    backup.path().toString(), null, "the file of backup #" + backup.id() + " is gone");
        }
        if (!backup.auto()) {
            throw new UndoRefusedException("backup #" + backup.id()
                    + " was made by hand, not before a transaction that could be undone; restore it instead");
        }
        if (!state.undoable().contains(backup.id()) && !unchanged.contains(backup.id())) {
            throw new UndoRefusedException("what came after backup #" + backup.id() + " has been undone already");
        }
        return backup;
    }

    /**
     * The next backup that cannot have been made while the transaction behind this one was still open: a manual one can.
     *
     * @return empty for the present state
     */
    Optional<Entry> after(Entry backup) {
        Long next = between.higher(backup.id());
        if (next == null) {
            return Optional.empty();
        }
        return Optional.of(Optional.ofNullable(backups.get(next))
                .orElseThrow(() -> new UndoRefusedException("backup #" + next
                        + " is gone, which held what the transaction behind backup #" + backup.id() + " left")));
    }

    /** The newest backup before that operation. */
    Entry newestOf(String operation) {
        return Stream.concat(
                        undoable().stream(),
                        unchanged.stream().sorted(Comparator.reverseOrder()).map(backups::get))
                .filter(backup -> BackupInfo.of(backup)
                        .operation()
                        .filter(operation::equals)
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> new UndoRefusedException(
                        "there is no backup before the operation '" + operation + "' that could be undone"));
    }

    /** The backup that a redo restores. */
    Entry next() throws IOException, SQLException {
        if (state.redoable().isEmpty()) {
            throw new UndoRefusedException("there is nothing to redo in " + database);
        }
        long id = state.redoable().get(0);
        if (!backups.containsKey(id)) {
            throw new UndoRefusedException("backup #" + id + ", which holds what would be redone, is gone");
        }
        requireRestorable(backups.get(id));
        requireUnchanged(id);
        return backups.get(id);
    }

    /** The same backup, if a redo can lead to it. */
    Entry requireRedoable(Entry backup) throws IOException, SQLException {
        if (!state.redoable().contains(backup.id())) {
            throw new UndoRefusedException(
                    "backup #" + backup.id() + " holds nothing that was undone and could be redone now");
        }
        requireRestorable(backup);
        requireUnchanged(backup.id());
        return backup;
    }

    private static void requireRestorable(Entry backup) {
        if (backup.isDamagedFile()) {
            throw new UndoRefusedException("what would be redone is a damaged database, kept as backup #" + backup.id()
                    + "; it can be copied, and not restored: " + backup.path());
        }
    }

    private void requireUnchanged(long id) throws IOException, SQLException {
        long present = state.present().orElseThrow();
        if (!backups.containsKey(present)) {
            throw new UndoRefusedException(
                    "whether " + database + " has been changed since cannot be told, because backup #" + present
                            + " is gone; what would be redone is backup #" + id);
        }
        if (!Files.exists(database) || !isSame(comparer, Version.of(present), Version.NOW)) {
            throw new UndoRefusedException(database + " has been changed without a backup since backup #" + present
                    + " was restored; what would be redone is backup #" + id);
        }
    }
}
