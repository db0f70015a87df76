package io.github.prtbackup.restore;

import io.github.prtbackup.catalog.RestoreStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which transactions can be taken back, and which restores. It follows from the automatic backups and the restores, in the
 * order of their ids, as in an editor:
 *
 * <ul>
 *   <li>an automatic backup is a new change, the next to be taken back, and ends what could be redone;
 *   <li>a restore leads to where the backup was made: what could be taken back then can be taken back now. Its safety backup
 *       leads back, unless it has itself led back to one.
 * </ul>
 *
 * @param undoable the ids of automatic backups, those first that are to be restored first
 * @param redoable the ids of safety backups, those first that are to be restored first
 * @param present the backup that was restored last, if no transaction has been backed up since
 */
public record UndoState(List<Long> undoable, List<Long> redoable, OptionalLong present) {

    /** The changes that could be taken back at some moment, the newest first. Shared by all moments that have them. */
    private record Changes(long newest, Changes older) {}

    /**
     * Finds out.
     *
     * @param automatic the ids of the automatic backups
     * @param restores those that have happened
     */
    public static UndoState of(Collection<Long> automatic, List<RestoreStep> restores) {
        TreeMap<Long, Changes> moments = new TreeMap<>();
        Deque<Long> redoable = new ArrayDeque<>();
        OptionalLong present = OptionalLong.empty();
        Changes changes = null;
        Deque<RestoreStep> steps = new ArrayDeque<>(restores.stream()
                .sorted(Comparator.comparingLong(RestoreStep::id))
                .toList());
        for (long id : automatic.stream().sorted().toList()) {
            while (!steps.isEmpty() && steps.peek().id() <= id) {
                present = OptionalLong.of(steps.peek().restored());
                changes = restore(steps.poll(), moments, redoable);
            }
            changes = new Changes(id, changes);
            moments.put(id, changes);
            redoable.clear();
            present = OptionalLong.empty();
        }
        while (!steps.isEmpty()) {
            present = OptionalLong.of(steps.peek().restored());
            changes = restore(steps.poll(), moments, redoable);
        }
        return new UndoState(list(changes), List.copyOf(redoable), present);
    }

    private static Changes restore(RestoreStep step, TreeMap<Long, Changes> moments, Deque<Long> redoable) {
        Map.Entry<Long, Changes> before = moments.lowerEntry(step.restored());
        Changes changes = before == null ? null : before.getValue();
        // Without a safety backup, the next automatic one has the same id, and comes after it.
        moments.put(step.hasSafety() ? step.id() : step.id() - 1, changes);
        if (redoable.contains(step.restored())) {
            long skipped;
            do {
                skipped = redoable.pop();
            } while (skipped != step.restored());
        } else if (step.hasSafety()) {
            redoable.push(step.id());
        }
        return changes;
    }

    private static List<Long> list(Changes changes) {
        List<Long> ids = new ArrayList<>();
        for (Changes next = changes; next != null; next = next.older()) {
            ids.add(next.newest());
        }
        return List.copyOf(ids);
    }
}
