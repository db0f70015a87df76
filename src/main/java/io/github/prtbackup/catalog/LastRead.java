package io.github.prtbackup.catalog;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What was last read of the metadata of a directory, by any connection of this process: to understand it takes long, and takes
 * memory, and it is the same for all. Nothing but a saving: who reads compares the bytes, whatever stands here.
 *
 * <p>Lives as long as somebody has the directory in use. Thread-safe.
 */
final class LastRead {

    /** A registry by directory, so that many connections share one. */
    private static final Map<Path, WeakReference<LastRead>> REGISTRY = new HashMap<>();

    private volatile MetadataFile.Content content;

    private LastRead() {}

    /** That of a directory. */
    static LastRead of(Path directory) {
        synchronized (REGISTRY) {
            WeakReference<LastRead> known = REGISTRY.get(directory);
            LastRead present = known == null ? null : known.get();
            if (present == null) {
                REGISTRY.values().removeIf(old -> old.get() == null);
                present = new LastRead();
                REGISTRY.put(directory, new WeakReference<>(present));
            }
            return present;
        }
    }

    /** Null before the first. */
    MetadataFile.Content content() {
        return content;
    }

    void keep(MetadataFile.Content read) {
        content = read;
    }
}
