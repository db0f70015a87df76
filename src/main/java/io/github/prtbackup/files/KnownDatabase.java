package io.github.prtbackup.files;

import java.nio.file.Path;

/**
 * A database that has a history in a backup directory.
 *
 * @param key the number of the history, which no other in the directory has; part of the names of its files, and of locks
 * @param label what stands before that in the names of its timeline's files
 * @param path where the database was
 * @param directory where the backup directory was then, by that path; null if that is not known
 * @param file which file it was; null if that is not known
 */
public record KnownDatabase(int key, String label, Path path, Path directory, FileIdentity file) {

    /** Where the backup directory was then; unless that is known, where it is by default. */
    public Path formerDirectory() {
        return directory == null ? path.resolveSibling("backups") : directory;
    }

    /** Where the database is if it has moved together with the backup directory. */
    public Path placeFrom(Path directoryNow) {
        Path former = formerDirectory().normalize();
        boolean isRelated = former.getRoot() != null && former.getRoot().equals(path.getRoot());
        return isRelated
                ? directoryNow.resolve(former.relativize(path.normalize())).normalize()
                : path;
    }
}
