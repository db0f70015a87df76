package io.github.prtbackup.catalog;

import io.github.prtbackup.files.SameContent;
import io.github.prtbackup.timeline.DatabaseId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the older automatic backups of a database when there is a new one. The harmful error is to take a
 * transaction that has changed something for one that has not.
 *
 * @param metadata without those that are gone, and with the new one
 * @param gone to be deleted, oldest first
 * @param expiring to be deleted once the transaction behind the new one has changed something
 */
record Retention(Metadata metadata, List<Entry> gone, Optional<Entry> expiring) {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    /** Whether nothing that the metadata does not know of has happened since a backup was made. */
    @FunctionalInterface
    interface Newest {
        boolean is(Entry backup) throws IOException;
    }

    /**
     * Decides.
     *
     * @param added the new backup, which is recorded already
     * @param file its file, under whatever name
     * @param keep how many stay, the new one included
     * @param newest null unless the new one is made under the write lock of the transaction that it is for
     */
    static Retention after(
            Entry added, Path file, Metadata metadata, int keep, DatabaseId database, Path directory, Newest newest)
            throws IOException {
        if (!added.auto()) {
            return new Retention(metadata, List.of(), Optional.empty());
        }
        List<Entry> older = new ArrayList<>(metadata.entriesOf(database, directory).stream()
                .filter(entry -> entry.auto() && entry.id() != added.id())
                .sorted(Comparator.comparingLong(Entry::id).reversed())
                .toList());
        List<Entry> gone = new ArrayList<>();
        if (newest != null
                && !older.isEmpty()
                && givesWay(older.get(0), added, file, metadata.restoresOf(database, directory), newest)) {
            gone.add(older.remove(0));
        }
        List<Entry> beyond = older.subList(Math.min(Math.max(keep, 1) - 1, older.size()), older.size());
        Optional<Entry> expiring =
                newest == null ? Optional.empty() : beyond.stream().findFirst();
        gone.addAll(beyond.subList(expiring.isPresent() ? 1 : 0, beyond.size()));
        gone.sort(Comparator.comparingLong(Entry::id));
        Metadata rest = metadata.without(gone);
        if (expiring.isPresent()) {
            List<Row> rows = new ArrayList<>(rest.expiring(directory));
            rest.rows().stream()
                    .filter(row ->
                            row.isUsable() && row.entry().id() == expiring.get().id())
                    .forEach(rows::add);
            rest = rest.without(List.of(expiring.get())).withExpiring(rows);
        }
        return new Retention(rest, List.copyOf(gone), expiring);
    }

    /** Whether the transaction behind the newest backup up to now has changed nothing. */
    private static boolean givesWay(Entry last, Entry added, Path file, List<RestoreStep> restores, Newest newest) {
        // What a restore has put in the place of the database it took away from somewhere: there was a change.
        boolean restored = restores.stream().anyMatch(step -> step.id() >= last.id());
        if (!last.ofTransaction() || restored || last.size() != added.size()) {
            return false;
        }
        try {
            return newest.is(last) && SameContent.of(last.path(), file);
        } catch (IOException e) {
            log.debug("Backup #{} cannot be compared with the next one", last.id(), e);
            return false;
        }
    }
}
