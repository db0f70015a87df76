package io.github.prtbackup.timeline;

import io.github.prtbackup.files.FileNames;
import java.nio.file.Path;
import java.util.Set;

/**
 * A database as a backup directory knows it. One that is reached by several paths has one key.
 *
 * @param database its real path, by which it was asked for: where its file is
 * @param home the path that is recorded of it; another where that leads to the same file
 * @param names all paths that may be recorded of it, home among them
 * @param key the number of its history, which no other in the directory has
 * @param label what the names of its timeline's files begin with
 */
public record DatabaseId(Path database, Path home, Set<Path> names, int key, String label) {
    /** Copies the set. */
    public DatabaseId {
        names = Set.copyOf(names);
    }

    /**
     * One of which nothing is known, and that has no other to stay apart from.
     *
     * @param database its real path
     * @return what a new one is known as
     */
    public static DatabaseId ofNew(Path database) {
        return of(database, FileNames.checksum(database.toString()));
    }

    static DatabaseId of(Path database, int key) {
        return new DatabaseId(database, database, Set.of(database), key, labelOf(database));
    }

    static String labelOf(Path database) {
        return FileNames.label(database.getFileName().toString());
    }
}
