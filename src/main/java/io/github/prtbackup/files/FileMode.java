package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read and write a file: who may read and write the database. So each file gets the owner, group and permissions of the
 * database, as SQLite gives them to its log. The harmful error is a file that more people can read than the database, so where
 * its group cannot be given, group and others get no more than both have.
 *
 * <p>All of it is done to the name itself, never to what a link in its place leads to: who may write the directory could put
 * one there while root is at work in it.
 *
 * <p>Uses the numeric {@code unix} attributes: asking for an owner by name may go to a name service over the network.
 * Does nothing on file systems without them (Windows), where access follows from the directory.
 */
public final class FileMode {
    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final int OWNER = 0700;
    private static final int GROUP = 0070;
    private static final int GROUP_WRITES = 0020;

    private FileMode() {}

    /** Attributes for creating a file that nobody but its owner can open. */
    public static FileAttribute<?>[] ownerOnly() {
        return only("rw-------");
    }

    /** The same for a directory. */
    static FileAttribute<?>[] directoryOfOwner() {
        return only("rwx------");
    }

    private static FileAttribute<?>[] only(String permissions) {
        return UNIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Gives a file the owner, group and permissions of another. A missing model changes nothing; an owner or group that
     * this process may not give away is left as it is.
     *
     * @param model the other file
     * @param target a file that only its owner can open
     * @throws IOException if they can't be read or set
     */
    public static void copy(Path model, Path target) throws IOException {
        FileAccess wanted = model(model);
        if (wanted == null) {
            return;
        }
        FileAccess present = FileAccess.of(target, LinkOption.NOFOLLOW_LINKS);
        if (!present.isPrivate()) {
            // Created for its owner only, and open to others nevertheless: this file system has no permissions (FAT).
            return;
        }
        int mode = wanted.forCopy(isInGroup(wanted, present, target));
        giveOwner(wanted, present, target);
        Files.setAttribute(target, FileAccess.MODE, mode, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Brings a file up to date with the permissions of the database, which may have changed, as far as this process may do so:
     * takes from it what the model does not allow, and lets those in whom the model lets in now.
     *
     * @param model a file whose permissions may have changed
     * @param target a copy of it, or a part
     * @throws IOException if their permissions can't be read
     */
    public static void follow(Path model, Path target) throws IOException {
        FileAccess wanted = model(model);
        if (wanted != null) {
            follow(wanted, Set.of(wanted.owner()), target);
        }
    }

    /**
     * As {@link #follow}, for a file that tells of several databases: who may use one of them may use it.
     *
     * @param models the databases; those that are missing say nothing
     * @param target the file
     * @throws IOException if their permissions can't be read
     */
    public static void followAll(Collection<Path> models, Path target) throws IOException {
        FileAccess wanted = null;
        Set<Integer> owners = new HashSet<>();
        for (Path model : models) {
            FileAccess one = model(model);
            if (one != null) {
                wanted = wanted == null ? one : wanted.and(one);
                owners.add(one.owner());
            }
        }
        if (wanted != null) {
            follow(wanted, owners, target);
        }
    }

    /**
     * Whether {@link #followAll} of that one would have something to do.
     *
     * @param model the database
     * @param target the file
     * @return false also if one of them is missing
     * @throws IOException if their permissions can't be read
     */
    public static boolean differs(Path model, Path target) throws IOException {
        FileAccess wanted = model(model);
        FileAccess present = target(target);
        return wanted != null
                && present != null
                && (present.permissions() != wanted.permissions()
                        || present.group() != wanted.group()
                        || isToBeGivenBack(present, wanted));
    }

    /** @param owners those of the databases that the file belongs to */
    private static void follow(FileAccess wanted, Set<Integer> owners, Path target) throws IOException {
        FileAccess present = target(target);
        if (present == null || !present.isRegularFile()) {
            return;
        }
        // Another name of it may be that of a file which is none of ours, and was linked here.
        boolean mayOpen = present.links() == 1;
        boolean isGivenAway = mayOpen
                && (!owners.contains(present.owner()) || isToBeGivenBack(present, wanted))
                && isGiven(target, FileAccess.OWNER, wanted.owner());
        int owner = isGivenAway ? wanted.owner() : present.owner();
        if (owners.stream().allMatch(one -> one == owner || one == FileAccess.ROOT)) {
            followExactly(wanted, present, target, mayOpen);
        } else {
            followForOthers(wanted, present, target, mayOpen);
        }
    }

    private static void followExactly(FileAccess wanted, FileAccess present, Path target, boolean mayOpen) {
        // First what is taken away: a new group must not find what the old one was allowed.
        int least = present.permissions() & (OWNER | wanted.forCopy(wanted.group() == present.group()));
        if (least != present.permissions() && !isGiven(target, FileAccess.MODE, least)) {
            return;
        }
        int mode = mayOpen ? least | wanted.forCopy(isInGroup(wanted, present, target)) : least;
        if (mode != least) {
            boolean unused = isGiven(target, FileAccess.MODE, mode);
        }
    }

    /**
     * The same for a file that stays with another owner than the database has, who gets at it as a member of the group, or as
     * anybody does. What lets him in stays: he could not write his own database any more if he could not write this.
     */
    private static void followForOthers(FileAccess wanted, FileAccess present, Path target, boolean mayOpen) {
        boolean isOfGroup = wanted.group() == present.group();
        boolean mayChangeGroup = (present.permissions() & GROUP & ~wanted.permissions()) == 0;
        if (!isOfGroup && mayOpen && mayChangeGroup) {
            isOfGroup = isGiven(target, FileAccess.GROUP, wanted.group());
        }
        int mode = isOfGroup ? present.permissions() & (OWNER | GROUP | wanted.permissions()) : present.permissions();
        if (mayOpen) {
            mode |= wanted.forCopy(isOfGroup);
        }
        if (mode != present.permissions()) {
            boolean unused = isGiven(target, FileAccess.MODE, mode);
        }
    }

    /**
     * Whether who has just created a directory for the backups of a database may have it there. Who may only read the database
     * may not, where its owner would look for it: beside the database, or in a directory of his. He could not write to it, and
     * so not to the database either.
     *
     * @param model the database
     * @param directory what was created
     * @throws IOException if their permissions can't be read
     */
    static boolean mayHaveCreated(Path model, Path directory) throws IOException {
        FileAccess wanted = model(model);
        if (wanted == null || Files.isWritable(model)) {
            return true;
        }
        int creator = FileAccess.of(directory, LinkOption.NOFOLLOW_LINKS).owner();
        int place = FileAccess.of(directory.getParent()).owner();
        return creator == wanted.owner()
                || creator == place
                || (place != wanted.owner() && !Files.isSameFile(directory.getParent(), model.getParent()));
    }

    /**
     * Lets whoever may use a database use a directory that was just created for its backups.
     *
     * @param model the database; if it is missing, the directory stays as it is
     * @param directory only its owner can use it
     */
    static void openDirectory(Path model, Path directory) throws IOException {
        FileAccess wanted = model(model);
        if (wanted != null) {
            FileAccess present = FileAccess.of(directory, LinkOption.NOFOLLOW_LINKS);
            int mode = wanted.forDirectory(isInGroup(wanted, present, directory));
            giveOwner(wanted, present, directory);
            boolean unused = isGiven(directory, FileAccess.MODE, mode | present.specialBits());
        }
    }

    /**
     * Lets whoever may use a database now use a directory that is there. It is never closed to anybody: other databases may
     * have their backups in it, and its names tell no rows.
     */
    static void widenDirectory(Path model, Path directory) throws IOException {
        FileAccess wanted = model(model);
        FileAccess present = target(directory);
        if (wanted == null || present == null || !present.isDirectory()) {
            return;
        }
        boolean isGivenBack = isToBeGivenBack(present, wanted);
        // Who has a directory for himself may give it to a group. One that a group works in stays with that.
        boolean mayChangeGroup = isGivenBack || (present.permissions() & GROUP_WRITES) == 0;
        boolean sameGroup = wanted.group() == present.group()
                || (mayChangeGroup
                        && wanted.forDirectory(true) != wanted.forDirectory(false)
                        && isInGroup(wanted, present, directory));
        if (isGivenBack) {
            giveOwner(wanted, present, directory);
        }
        int mode = present.permissions() | wanted.forDirectory(sameGroup);
        if (mode != present.permissions()) {
            boolean unused = isGiven(directory, FileAccess.MODE, mode | present.specialBits());
        }
    }

    /**
     * Lets whoever may create files in a directory read and write this file in it, which was just created, and who may read
     * a database read it.
     *
     * @param database one that has its backups there; null if that is not known
     */
    static void openToUsersOf(Path directory, Path database, Path file) throws IOException {
        if (UNIX) {
            FileAccess model = FileAccess.of(directory);
            FileAccess present = FileAccess.of(file, LinkOption.NOFOLLOW_LINKS);
            boolean unusedGroup = isInGroup(model, present, file);
            giveOwner(model, present, file);
            int mode = shared(model, readers(database), FileAccess.of(file, LinkOption.NOFOLLOW_LINKS));
            boolean unused = isGiven(file, FileAccess.MODE, mode);
        }
    }

    /**
     * As {@link #openToUsersOf}, for a file that may be in use. It is closed to nobody.
     *
     * @param opened leads to the file, but not by its name; asked only if there is something to do. To change a name and not
     *     what a link leads to, Java opens the file, and so would drop the locks that this process has on it
     */
    static void widenToUsersOf(Path directory, Path database, Path file, IOCallable<Optional<Path>> opened)
            throws IOException {
        FileAccess model = model(directory);
        FileAccess readers = readers(database);
        FileAccess present = target(file);
        if (model == null || present == null) {
            return;
        }
        boolean isGivenBack = isToBeGivenBack(present, model);
        boolean givesGroup = model.group() != present.group()
                && (isGivenBack || model.forSharedFile(true) != model.forSharedFile(false));
        if (shared(model, readers, present) == present.permissions() && !isGivenBack && !givesGroup) {
            return;
        }
        Path descriptor = opened.call().orElse(null);
        if (descriptor == null) {
            return;
        }
        if (givesGroup) {
            boolean unused = FileAccess.isSet(descriptor, FileAccess.GROUP, model.group());
        }
        if (isGivenBack) {
            boolean unused = FileAccess.isSet(descriptor, FileAccess.OWNER, model.owner());
        }
        boolean unused =
                FileAccess.isSet(descriptor, FileAccess.MODE, shared(model, readers, FileAccess.of(descriptor)));
    }

    /** @param readers a database whose readers read the file; null if there is none */
    private static int shared(FileAccess directory, FileAccess readers, FileAccess file) {
        return file.permissions()
                | directory.forSharedFile(directory.group() == file.group())
                | (readers == null ? 0 : readers.forReaders(file.owner(), file.group()));
    }

    private static FileAccess readers(Path database) throws IOException {
        return database == null ? null : model(database);
    }

    /** Null if it is missing, or if nothing is known here. */
    private static FileAccess model(Path path) throws IOException {
        return read(path);
    }

    /** The same of the name itself. */
    private static FileAccess target(Path path) throws IOException {
        return read(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileAccess read(Path path, LinkOption... options) throws IOException {
        try {
            return UNIX ? FileAccess.of(path, options) : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Whether root has made it for somebody else, as versions before this one did. What several share has an owner else. */
    private static boolean isToBeGivenBack(FileAccess present, FileAccess wanted) {
        return present.owner() == FileAccess.ROOT && wanted.owner() != FileAccess.ROOT;
    }

    private static boolean isInGroup(FileAccess wanted, FileAccess present, Path target) {
        return wanted.group() == present.group() || isGiven(target, FileAccess.GROUP, wanted.group());
    }

    private static void giveOwner(FileAccess wanted, FileAccess present, Path target) {
        if (wanted.owner() != present.owner()) {
            boolean unused = isGiven(target, FileAccess.OWNER, wanted.owner());
        }
    }

    private static boolean isGiven(Path file, String attribute, int wanted) {
        return FileAccess.isSet(file, attribute, wanted, LinkOption.NOFOLLOW_LINKS);
    }
}
