package io.github.prtbackup.catalog;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.timeline.DatabaseId;
import io.github.prtbackup.timeline.KnownDatabases;
import io.github.prtbackup.timeline.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets those into the backups of a database who may use the database now, and nobody else, as far as this process may do that.
 * What tells of several databases is for those who may use one of them.
 *
 * <p>Used while the directory is locked. Not thread-safe.
 */
final class Admission {
    /** Parts of the names of what was set aside: metadata, and files with the names of backups. */
    private static final List<String> ASIDE = List.of(".unreadable-", ".damaged");

    private final DirectoryLock lock;
    private final DatabaseId id;
    private final Path database;
    private final Metadata metadata;
    private final List<String> fileNames;
    /** Those that have something in the directory, this one first; null until somebody asks. */
    private Set<Path> databases;

    Admission(DirectoryLock lock, DatabaseId id, Metadata metadata, List<String> fileNames) {
        this.lock = lock;
        this.fileNames = fileNames;
        this.id = id;
        this.database = id.database();
        this.metadata = metadata;
    }

    /** @param isOurs whether the directory is there for us only, so that its permissions are not those that somebody wanted */
    void bringUpToDate(boolean isOurs) throws IOException {
        lock.widen(database, isOurs);
        for (Entry entry : metadata.entriesOf(id, lock.directory())) {
            FileMode.follow(database, entry.path());
        }
        shared(lock.directory().resolve(MetadataFile.NAME));
        shared(lock.directory().resolve(MetadataFile.COPY));
        shared(lock.directory().resolve(KnownDatabases.FILE_NAME));
        Timeline.follow(id, lock.directory(), fileNames);
        for (String name : fileNames) {
            if (FileNames.isExpressible(name) && ASIDE.stream().anyMatch(name::contains)) {
                Path file = lock.directory().resolve(name);
                if (name.startsWith(MetadataFile.NAME)) {
                    shared(file);
                } else if (name.startsWith(id.label() + ".backup_") && isOnlyOneOfItsName()) {
                    FileMode.follow(database, file);
                }
            }
        }
    }

    private void shared(Path file) throws IOException {
        // Asks for the others, which takes longer, only where it may matter.
        if (FileMode.differs(database, file)) {
            FileMode.followAll(databases(), file);
        }
    }

    /** Of two with the same name nobody knows which one a file belongs to that has no record. */
    private boolean isOnlyOneOfItsName() throws IOException {
        return databases().stream()
                .noneMatch(other -> !id.names().contains(other)
                        && !other.equals(database)
                        && other.endsWith(database.getFileName()));
    }

    private Set<Path> databases() throws IOException {
        if (databases == null) {
            databases = new LinkedHashSet<>(Set.of(database));
            databases.addAll(new KnownDatabases(lock).places(lock.directory(), metadata.recorded(), fileNames));
        }
        return databases;
    }
}
