package io.github.prtbackup.timeline;

import io.github.prtbackup.files.FileIdentity;
import io.github.prtbackup.files.FileIdentity.Standing;
import io.github.prtbackup.files.KnownDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which of the histories in a backup directory is that of a database. The first of these rules that finds one decides:
 *
 * <ol>
 *   <li><b>Same path.</b> Also if another file is there now: what replaces a database under its name goes on with its history.
 *   <li><b>Same place</b>, seen from the backup directory, if that has another path than it had: both were moved or copied
 *       together, or a container sees both where it has mounted them.
 *   <li><b>Same file</b>: the path that the database was known by leads to this very file, as a hard link does and a bind
 *       mount.
 *   <li><b>Moved</b>: no file is at that path any more, and this is the file that was there.
 *   <li><b>Moved along</b>: this directory was elsewhere before and is beside the database now, a database of that name had a
 *       history in it, and there is no such database where it should be.
 * </ol>
 *
 * <p>The last two need a single history that they fit. Otherwise the database gets a history of its own: to show it somebody
 * else's, and to clean up in that, would be the harmful error.
 *
 * @param kind the rule
 * @param known the history; null if it is new
 */
record Claim(Kind kind, KnownDatabase known) {
    /** The rules. */
    enum Kind {
        SAME_PATH,
        SAME_PLACE,
        SAME_FILE,
        MOVED,
        MOVED_ALONG,
        NEW
    }

    /** What the rules ask the file system. */
    interface Disk {
        /** The real one. */
        Disk REAL = new Disk() {
            @Override
            public boolean exists(Path path) {
                return Files.exists(path);
            }

            @Override
            public boolean isSameFile(Path one, Path other) {
                try {
                    return Files.isSameFile(one, other);
                } catch (IOException e) {
                    return false;
                }
            }
        };

        boolean exists(Path path);

        /** False also if one of them does not exist. */
        boolean isSameFile(Path one, Path other);
    }

    /**
     * A database.
     *
     * @param path its real path
     * @param directory the real path of the backup directory
     * @param file which file it is; null if it is missing, or that can't be told
     * @param standing what else is known of it
     */
    record Question(Path path, Path directory, FileIdentity file, Standing standing) {}

    /** Rules that hold on sight, in the order of the histories. */
    static Claim bySight(Question asked, List<KnownDatabase> known, Disk disk) {
        KnownDatabase found = first(known, database -> database.path().equals(asked.path()));
        if (found != null) {
            return new Claim(Kind.SAME_PATH, found);
        }
        found = first(known, database -> isSamePlace(asked, database, disk));
        if (found != null) {
            return new Claim(Kind.SAME_PLACE, found);
        }
        found = first(known, database -> mayBeSameFile(asked, database) && presentPath(asked, database, disk) != null);
        return found == null ? new Claim(Kind.NEW, null) : new Claim(Kind.SAME_FILE, found);
    }

    /** All rules. */
    static Claim of(Question asked, List<KnownDatabase> known, Disk disk) {
        Claim bySight = bySight(asked, known, disk);
        if (bySight.known() != null) {
            return bySight;
        }
        KnownDatabase found = only(
                known,
                database -> asked.file() != null
                        && asked.file().equals(database.file())
                        && isVacant(asked, database, disk));
        if (found != null) {
            return new Claim(Kind.MOVED, found);
        }
        found = only(known, database -> hasMovedAlong(asked, database, disk));
        return found == null ? bySight : new Claim(Kind.MOVED_ALONG, found);
    }

    /**
     * Whether the disk is to be asked, which takes long where there are many. A file with one name has another path only where
     * its directory is mounted twice. It may have taken the place of the one that is known, but hardly where it is new.
     */
    private static boolean mayBeSameFile(Question asked, KnownDatabase known) {
        if (known.file() == null || known.file().equals(asked.file())) {
            return true;
        }
        return switch (asked.standing()) {
            case UNKNOWN -> true;
            case ONE_NAME -> nameOf(known.path()).equalsIgnoreCase(nameOf(asked.path()));
            case NEW -> false;
        };
    }

    private static String nameOf(Path path) {
        return path.getFileName().toString();
    }

    /** The path by which a known database leads to the file that is asked for; null if there is none. */
    static Path presentPath(Question asked, KnownDatabase known, Disk disk) {
        if (disk.isSameFile(known.path(), asked.path())) {
            return known.path();
        }
        Path place = known.placeFrom(asked.directory());
        boolean isOther = hasOtherDirectory(asked, known) && !place.equals(asked.path());
        return isOther && disk.isSameFile(place, asked.path()) ? place : null;
    }

    private static boolean isSamePlace(Question asked, KnownDatabase known, Disk disk) {
        return hasOtherDirectory(asked, known)
                && known.placeFrom(asked.directory()).equals(asked.path())
                // Where it is not known where the directory was, the database may have had another one than by default.
                && (known.directory() != null
                        || !disk.exists(known.path())
                        || disk.exists(known.formerDirectory())
                        || disk.isSameFile(known.path(), asked.path()));
    }

    private static boolean hasMovedAlong(Question asked, KnownDatabase known, Disk disk) {
        return asked.directory().equals(asked.path().resolveSibling("backups"))
                && hasOtherDirectory(asked, known)
                && known.path().getFileName().equals(asked.path().getFileName())
                && !disk.exists(known.placeFrom(asked.directory()))
                // Else the directory was copied, and what is at the path has the other one.
                && (!disk.exists(known.path()) || disk.exists(known.formerDirectory()));
    }

    private static boolean isVacant(Question asked, KnownDatabase known, Disk disk) {
        return !disk.exists(known.path())
                && !(hasOtherDirectory(asked, known) && disk.exists(known.placeFrom(asked.directory())));
    }

    private static boolean hasOtherDirectory(Question asked, KnownDatabase known) {
        return !known.formerDirectory().equals(asked.directory());
    }

    private static KnownDatabase first(List<KnownDatabase> known, Predicate<KnownDatabase> rule) {
        return known.stream().filter(rule).findFirst().orElse(null);
    }

    private static KnownDatabase only(List<KnownDatabase> known, Predicate<KnownDatabase> rule) {
        List<KnownDatabase> found = known.stream().filter(rule).toList();
        return found.size() == 1 ? found.get(0) : null;
    }
}
