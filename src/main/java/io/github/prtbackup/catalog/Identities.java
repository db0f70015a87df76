package io.github.prtbackup.catalog;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.timeline.DatabaseId;
import io.github.prtbackup.timeline.KnownDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells which of the databases of a backup directory is meant by a path. Thread-safe. */
final class Identities {
    private final Path directory;
    private final MetadataFile file;
    private final Consumer<Step> progress;

    Identities(Path directory, MetadataFile file, Consumer<Step> progress) {
        this.directory = directory;
        this.file = file;
        this.progress = progress;
    }

    /** Changes nothing, and creates no directory. */
    DatabaseId find(Path path) throws IOException {
        Path database = Canonical.of(path);
        if (!Files.isDirectory(directory)) {
            return DatabaseId.ofNew(database);
        }
        DirectoryLock lock = DirectoryLock.ofReal(directory);
        return find(lock, database, lock::fileNames);
    }

    /** As {@link #find(Path)}, where it has just been looked what is in the directory. */
    DatabaseId find(Path path, List<String> fileNames) throws IOException {
        return find(DirectoryLock.ofReal(directory), Canonical.of(path), () -> fileNames);
    }

    private DatabaseId find(DirectoryLock lock, Path database, IOCallable<List<String>> fileNames) throws IOException {
        Metadata metadata = file.read().metadata();
        return new KnownDatabases(lock).find(database, directory, metadata::recorded, fileNames);
    }

    /** As {@link #find}, where that need not be kept in mind because it is already; else empty. Needs no lock. */
    Optional<DatabaseId> asRecorded(Path path) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        return new KnownDatabases(DirectoryLock.ofReal(directory)).asRecorded(Canonical.of(path), directory);
    }

    /** As {@link #find}, and keeps in mind where the database is now. */
    DatabaseId claim(DirectoryLock lock, Path path) throws IOException {
        Metadata metadata = file.read().metadata();
        return new KnownDatabases(lock)
                .claim(Canonical.of(path), directory, metadata::recorded, id -> move(lock, metadata, id));
    }

    private void move(DirectoryLock lock, Metadata metadata, DatabaseId id) throws IOException {
        Metadata moved = metadata.moved(id, directory);
        if (moved != metadata) {
            file.write(lock, moved, id.database(), progress);
        }
    }
}
