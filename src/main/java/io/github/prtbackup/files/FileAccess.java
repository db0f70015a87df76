package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whose a file is, and who may use it, where the system has the numeric {@code unix} attributes.
 *
 * @param mode its type and permissions, as {@code stat} gives them
 * @param links how many names it has
 */
record FileAccess(int owner, int group, int mode, int links) {
    static final String OWNER = "unix:uid";
    static final String GROUP = "unix:gid";
    static final String MODE = "unix:mode";

    /** Who needs no permissions. */
    static final int ROOT = 0;

    private static final int PERMISSIONS = 0777;
    private static final int SPECIAL = 07000;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int ALL_BUT_OWNER = 0077;
    private static final int ALL_READ = 0044;
    private static final int GROUP_READS = 0040;

    static FileAccess of(Path file, LinkOption... options) throws IOException {
        Map<String, Object> read = Files.readAttributes(file, "unix:uid,gid,mode,nlink", options);
        return new FileAccess(
                (Integer) read.get("uid"), (Integer) read.get("gid"), (Integer) read.get("mode"), (Integer)
                        read.get("nlink"));
    }

    /** Sets one of them; returns false where that is refused: only root gives files away, and only members give them to a group. */
    static boolean isSet(Path file, String attribute, int wanted, LinkOption... options) {
        try {
            Files.setAttribute(file, attribute, wanted, options);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    int permissions() {
        return mode & PERMISSIONS;
    }

    /** As set-group-id, by which what is created in a directory gets its group. */
    int specialBits() {
        return mode & SPECIAL;
    }

    boolean isRegularFile() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    /** Whether it is closed to all but its owner. */
    boolean isPrivate() {
        return (mode & ALL_BUT_OWNER) == 0;
    }

    /** The permissions for a copy, which may have another group. */
    int forCopy(boolean sameGroup) {
        return sameGroup ? permissions() : forAnotherGroup(permissions());
    }

    /** The permissions for a directory of copies: who reads them lists it, who writes them creates files in it. */
    int forDirectory(boolean sameGroup) {
        int copies = forCopy(sameGroup) & ALL_BUT_OWNER;
        int readers = copies & 0044;
        int writers = copies & 0022;
        return 0700 | copies | (readers >> 2) | (writers >> 1);
    }

    /** The permissions for a file in this directory that all its writers share. */
    int forSharedFile(boolean sameGroup) {
        int writers = permissions() & 0022;
        int mode = 0600 | writers | (writers << 1);
        return sameGroup ? mode : forAnotherGroup(mode);
    }

    /**
     * The permissions by which all who read this file, a database, read another one: those of the other group or of everybody
     * too, where they cannot be told apart from those who are meant.
     *
     * @param otherOwner the owner of the other file
     * @param otherGroup its group. The owner of this file counts as a member, if it is that of this file too
     */
    int forReaders(int otherOwner, int otherGroup) {
        int readers = permissions() & ALL_READ;
        if (owner != otherOwner && owner != ROOT) {
            readers |= GROUP_READS;
        }
        return group == otherGroup || readers == 0 ? readers : ALL_READ;
    }

    /** Who may use this one or the other. */
    FileAccess and(FileAccess other) {
        return new FileAccess(owner, group, mode | other.forCopy(group == other.group), links);
    }

    /** Neither its members nor the others may know whether they are in the group that counts, so both get what both have. */
    private static int forAnotherGroup(int permissions) {
        int both = (permissions >> 3) & permissions & 0007;
        return (permissions & ~ALL_BUT_OWNER) | (both << 3) | both;
    }
}
