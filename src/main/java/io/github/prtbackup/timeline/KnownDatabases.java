package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileIdentity;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.KnownDatabase;
import io.github.prtbackup.files.KnownFile;
import io.github.prtbackup.timeline.Claim.Disk;
import io.github.prtbackup.timeline.Claim.Kind;
import io.github.prtbackup.timeline.Claim.Question;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The databases that have a history in a backup directory. {@link Claim} has the rules which of them a database is.
 *
 * <p>They stand in a {@link KnownFile}. What that doesn't know, as where an older version has begun a history or the file was
 * deleted, is told by the heads of the timelines, and by the paths that are recorded of full backups.
 *
 * <p>Thread-safe. Opens no database.
 */
public final class KnownDatabases {
    /** The name of the file that they are in. */
    public static final String FILE_NAME = KnownFile.NAME;

    private final DirectoryLock directory;
    private final KnownFile file;

    /**
     * Those of a directory.
     *
     * @param directory its lock
     */
    public KnownDatabases(DirectoryLock directory) {
        this.directory = directory;
        this.file = directory.knownFile();
    }

    /**
     * A path that is recorded of full backups.
     *
     * @param database the path of the database
     * @param directory where the backup directory was then; null if that is not known
     */
    public record Recorded(Path database, Path directory) {
        /**
         * Where the database is, if it is where it was as seen from the backup directory.
         *
         * @param directoryNow the backup directory
         * @return the path that is recorded, if it is not known where the directory was
         */
        public Path placeFrom(Path directoryNow) {
            return directory == null
                    ? database
                    : new KnownDatabase(0, "", database, directory, null).placeFrom(directoryNow);
        }
    }

    /** What is done before a database is recorded with another path. */
    @FunctionalInterface
    public interface Moving {
        /**
         * Records of full backups name other paths, and are to name its home.
         *
         * @param id the database
         * @throws IOException if that can't be written
         */
        void to(DatabaseId id) throws IOException;
    }

    /**
     * Which database that is. Changes nothing.
     *
     * @param path its real path
     * @param directoryPath that of the directory
     * @param recorded asked for only if nothing else tells
     * @param fileNames what is in the directory; asked for only if that must be known
     * @return what it is known as
     * @throws IOException if the directory can't be read
     */
    public DatabaseId find(
            Path path, Path directoryPath, Supplier<List<Recorded>> recorded, IOCallable<List<String>> fileNames)
            throws IOException {
        return find(question(path, directoryPath), databases(file.read()), recorded, fileNames).id;
    }

    /**
     * The databases that have a history in the directory, where they are as seen from it: those that a copy of it was made with
     * are not among them.
     *
     * @param directoryPath that of the directory
     * @param recorded what is recorded of full backups
     * @param fileNames what is in the directory
     * @return their paths; nothing needs to be there
     * @throws IOException if the directory can't be read
     */
    public Set<Path> places(Path directoryPath, Collection<Recorded> recorded, List<String> fileNames)
            throws IOException {
        Set<Path> places = new LinkedHashSet<>();
        List<KnownDatabase> known = databases(file.read());
        for (KnownDatabase database : fromHeads(known == null ? List.of() : known, fileNames)) {
            places.add(new Recorded(database.path(), database.directory()).placeFrom(directoryPath));
        }
        recorded.forEach(backup -> places.add(backup.placeFrom(directoryPath)));
        return places;
    }

    private static Question question(Path path, Path directoryPath) {
        FileIdentity.Seen seen = FileIdentity.see(path);
        return new Question(path, directoryPath, seen.identity(), seen.standing());
    }

    /** Null if nothing is known of what is in the file. */
    private static List<KnownDatabase> databases(KnownFile.Content content) {
        return content == null ? null : content.databases();
    }

    /**
     * As {@link #find}, of a database of which nothing is to be recorded.
     *
     * @param path its real path
     * @param directoryPath that of the directory
     * @return what it is known as; empty if {@link #claim} would write something
     * @throws IOException if the directory can't be read
     */
    public Optional<DatabaseId> asRecorded(Path path, Path directoryPath) throws IOException {
        List<KnownDatabase> known = databases(file.read());
        if (known == null) {
            return Optional.empty();
        }
        Question asked = question(path, directoryPath);
        Claim claim = Claim.bySight(asked, known, Disk.REAL);
        if (claim.known() == null) {
            // It is new, or has moved.
            return Optional.empty();
        }
        Found found = new Found(claim, id(asked, claim), known);
        return known.contains(found.now(asked)) ? Optional.of(found.id) : Optional.empty();
    }

    /**
     * As {@link #find}, and records it. Call it in {@link DirectoryLock#hold}.
     *
     * @param path its real path
     * @param directoryPath that of the directory
     * @param recorded as there
     * @param moving called first where the database has moved
     * @return what it is known as
     * @throws IOException if the directory can't be read or written
     */
    public DatabaseId claim(Path path, Path directoryPath, Supplier<List<Recorded>> recorded, Moving moving)
            throws IOException {
        Question asked = question(path, directoryPath);
        KnownFile.Content present = file.read();
        List<KnownDatabase> known = databases(present);
        Found found = find(asked, known, recorded, directory::fileNames);
        KnownDatabase now = found.now(asked);
        if (known != null && known.contains(now)) {
            return found.id;
        }
        if (found.claim.kind() == Kind.MOVED || found.claim.kind() == Kind.MOVED_ALONG) {
            moving.to(found.id);
        }
        List<KnownDatabase> changed = new ArrayList<>();
        for (KnownDatabase other : found.all) {
            // A path is one database's.
            if (other.key() != now.key() && !other.path().equals(now.path())) {
                changed.add(other);
            }
        }
        // The first write of a new database does not wait for the disk: until it moves, its path is enough.
        if (!(changed.equals(known) && file.append(present, now))) {
            changed.add(now);
            file.write(changed, path, known != null);
        }
        return found.id;
    }

    /** What was found, and among which. */
    private record Found(Claim claim, DatabaseId id, List<KnownDatabase> all) {
        /** What is to stand in the file. */
        KnownDatabase now(Question asked) {
            KnownDatabase known = claim.known();
            boolean isAsItWas = switch (claim.kind()) {
                case SAME_FILE -> true;
                // Nobody has moved it, but that it is seen from elsewhere; or all of it, and may do so again.
                case SAME_PLACE ->
                    known.directory() != null
                            && asked.file() != null
                            && asked.file().equals(known.file());
                default -> false;
            };
            if (isAsItWas) {
                return new KnownDatabase(id.key(), id.label(), known.path(), known.directory(), known.file());
            }
            FileIdentity before = known == null ? null : known.file();
            FileIdentity file = FileIdentity.remembered(asked.path(), before, asked.file());
            return new KnownDatabase(id.key(), id.label(), id.home(), asked.directory(), file);
        }
    }

    private Found find(
            Question asked, List<KnownDatabase> file, Supplier<List<Recorded>> recorded, IOCallable<List<String>> names)
            throws IOException {
        if (file != null) {
            Claim claim = Claim.bySight(asked, file, Disk.REAL);
            if (claim.known() != null) {
                return new Found(claim, id(asked, claim), file);
            }
        }
        List<String> fileNames = names.call();
        List<KnownDatabase> all = fromHeads(file == null ? List.of() : file, fileNames);
        Claim claim = Claim.bySight(asked, all, Disk.REAL);
        if (claim.known() == null) {
            List<KnownDatabase> more = new ArrayList<>(all);
            for (Recorded backup : recorded.get()) {
                if (all.stream().noneMatch(database -> database.path().equals(backup.database()))) {
                    more.add(new KnownDatabase(
                            freeKey(backup.database(), all, fileNames),
                            DatabaseId.labelOf(backup.database()),
                            backup.database(),
                            backup.directory(),
                            null));
                }
            }
            claim = Claim.of(asked, more, Disk.REAL);
        }
        DatabaseId id = claim.known() == null
                ? DatabaseId.of(asked.path(), freeKey(asked.path(), all, fileNames))
                : id(asked, claim);
        return new Found(claim, id, all);
    }

    private static DatabaseId id(Question asked, Claim claim) {
        KnownDatabase known = claim.known();
        Path home = claim.kind() == Kind.SAME_FILE ? Claim.presentPath(asked, known, Disk.REAL) : asked.path();
        Set<Path> names = new LinkedHashSet<>(List.of(home, asked.path()));
        if (claim.kind() != Kind.SAME_PLACE) {
            names.add(known.path());
        }
        if (claim.kind() == Kind.MOVED || claim.kind() == Kind.MOVED_ALONG) {
            // Where it was last, if it had moved with the directory before and nothing was written of that.
            names.add(known.placeFrom(asked.directory()));
        }
        return new DatabaseId(asked.path(), home, names, known.key(), known.label());
    }

    /** With those that have a timeline of which nothing else is known. */
    private List<KnownDatabase> fromHeads(List<KnownDatabase> known, List<String> fileNames) throws IOException {
        Set<Integer> keys = new HashSet<>();
        known.forEach(database -> keys.add(database.key()));
        List<KnownDatabase> more = new ArrayList<>(known);
        for (TimelineFiles files : TimelineFiles.all(directory, fileNames, key -> !keys.contains(key))) {
            more.add(new KnownDatabase(files.key(), files.label(), files.original(), null, null));
        }
        return more;
    }

    /** The checksum of a path, or the next number that no other has: two paths may have the same. */
    private static int freeKey(Path path, List<KnownDatabase> known, List<String> fileNames) {
        Set<Integer> taken = TimelineFiles.keys(fileNames);
        known.forEach(database -> taken.add(database.key()));
        int key = FileNames.checksum(path.toString());
        while (taken.contains(key)) {
            key++;
        }
        return key;
    }
}
