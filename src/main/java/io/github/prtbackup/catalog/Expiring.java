package io.github.prtbackup.catalog;

import io.github.prtbackup.timeline.DatabaseId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The backups that are about to expire. When a transaction begins, nobody knows yet whether it will change something. If it
 * does not, its backup counts for no limit, and the oldest has to stay; so that one is only marked then.
 *
 * <p>Stateless.
 */
final class Expiring {
    private Expiring() {}

    /**
     * Metadata in which the expiring backups whose files are there have their place among the others again: what readers see,
     * and what the next backup starts from.
     *
     * @param database the database whose backups they are; null for all
     * @return the same object if there are none
     */
    static Metadata returned(Metadata metadata, DatabaseId database, Path directory) throws IOException {
        List<Row> expiring = metadata.expiring(directory);
        if (expiring.isEmpty()) {
            return metadata;
        }
        Set<Long> ids = new HashSet<>();
        Set<String> files = new HashSet<>();
        metadata.entries().forEach(entry -> {
            ids.add(entry.id());
            files.add(entry.fileName());
        });
        List<Row> others = new ArrayList<>();
        Metadata returned = metadata;
        for (Row row : expiring) {
            if (database != null && !RowFormat.belongsTo(row, database, directory)) {
                others.add(row);
            } else if (Catalog.present(row.entry()).isPresent()
                    && ids.add(row.entry().id())
                    && files.add(row.entry().fileName())) {
                returned = returned.with(row);
            }
        }
        return returned.withExpiring(others);
    }
}
