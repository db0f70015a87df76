package io.github.prtbackup.backup;

import io.github.prtbackup.catalog.Catalog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The backup directories that a connection writes to, or may write to: keeps their lock files open. Not thread-safe: used under
 * the connection's monitor.
 */
final class DirectoryUses {

    private final Map<Path, Closeable> uses = new HashMap<>();

    /** The connection writes to the directory of a catalogue, or may do so. */
    void add(Catalog catalog) throws IOException {
        if (!uses.containsKey(catalog.directory())) {
            uses.put(catalog.directory(), catalog.lock().use());
        }
    }

    /**
     * Lets them be closed.
     *
     * @param kept a directory that the connection goes on with; null if there is none
     */
    void closeAllBut(Path kept) throws IOException {
        List<Closeable> ending = new ArrayList<>();
        for (Path directory : List.copyOf(uses.keySet())) {
            if (!directory.equals(kept)) {
                ending.add(uses.remove(directory));
            }
        }
        Each.of(ending, Closeable::close);
    }
}
