package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.FilePosition;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.catalog.RestoreStep;
import io.github.prtbackup.timeline.Between;
import io.github.prtbackup.timeline.Between.Known;
import io.github.prtbackup.timeline.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the catalog of a database, and the positions of its points, tell of the transactions behind them. Thread-safe. */
final class Changes {

    private static final Logger log = LoggerFactory.getLogger(Changes.class);

    private final Catalog catalog;
    private final Path database;

    Changes(Catalog catalog, Path database) {
        this.catalog = catalog;
        this.database = database;
    }

    /** As it is now. */
    Between between() {
        NavigableSet<Long> others = new TreeSet<>();
        try {
            // What was changed, and then taken back by a restore, is a change; and so is what a full backup has seen.
            catalog.restores(database).stream().map(RestoreStep::id).forEach(others::add);
            catalog.history(database).stream()
                    .filter(Entry::auto)
                    .map(Entry::id)
                    .forEach(others::add);
        } catch (IOException e) {
            log.warn("Whether {} was restored can't be told: {}", database, e.toString());
            return Between.CHANGES;
        }
        return (older, newer) -> known(older, newer, others);
    }

    private static Known known(Point older, Point newer, NavigableSet<Long> others) {
        if (!older.header().auto()
                || !others.subSet(older.id(), false, newer.id(), true).isEmpty()) {
            return Known.CHANGE;
        }
        try {
            boolean isSameState = ChangedPages.position(older) instanceof FilePosition then
                    && ChangedPages.position(newer) instanceof FilePosition now
                    && then.isSameStateAs(now);
            return isSameState ? Known.NO_COMMIT : Known.NOTHING;
        } catch (IllegalArgumentException e) {
            return Known.CHANGE;
        }
    }
}
