package io.github.prtbackup.store;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Who may read a file. The harmful error is a copy that more people can read than the original, so where the group of
 * the original cannot be given to the copy, the copy's group gets no more than everyone has.
 *
 * <p>Uses the numeric {@code unix} attributes: asking for an owner by name may go to a name service over the network.
 * Does nothing on file systems without them (Windows), where access follows from the directory.
 */
public final class FileMode {
    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final int PERMISSIONS = 0777;
    private static final int OWNER = 0700;

    private FileMode() {}

    /** Attributes for creating a file that nobody but its owner can open. */
    static FileAttribute<?>[] ownerOnly() {
        if (!UNIX) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> mode = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)};
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
        if (!UNIX) {
            return;
        }
        Map<String, Object> wanted;
        try {
            wanted = Files.readAttributes(model, "unix:uid,gid,mode");
        } catch (NoSuchFileException e) {
            return;
        }
        Map<String, Object> present = read(target);
        if (((Integer) present.get("mode") & 0077) != 0) {
            // Created for its owner only, and open to others nevertheless: this file system has no permissions (FAT).
            return;
        }
        boolean groupIsSame = give(target, "unix:gid", present.get("gid"), wanted.get("gid"));
        give(target, "unix:uid", present.get("uid"), wanted.get("uid"));
        int mode = (Integer) wanted.get("mode") & PERMISSIONS;
        Files.setAttribute(target, "unix:mode", groupIsSame ? mode : withGroupAsOthers(mode));
    }

    /**
     * Takes from a file what the model does not allow, if it is ours: who made the model private means what was copied from
     * it, too.
     *
     * @param model a file whose permissions may have changed
     * @param target a copy of it, or a part
     * @throws IOException if their permissions can't be read
     */
    public static void restrict(Path model, Path target) throws IOException {
        if (!UNIX) {
            return;
        }
        try {
            Map<String, Object> allowed = Files.readAttributes(model, "unix:gid,mode");
            Map<String, Object> present = read(target);
            int mode = (Integer) present.get("mode") & PERMISSIONS;
            int most = (Integer) allowed.get("mode") & PERMISSIONS;
            int restricted =
                    mode & (OWNER | (allowed.get("gid").equals(present.get("gid")) ? most : withGroupAsOthers(most)));
            if (restricted != mode && Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                give(target, "unix:mode", mode, restricted);
            }
        } catch (NoSuchFileException e) {
            // Nothing to restrict, or nothing to restrict it to.
        }
    }

    /** Lets whoever may create files in a directory read and write this file in it, if it is ours. */
    static void openToWritersOf(Path directory, Path file) throws IOException {
        if (!UNIX) {
            return;
        }
        Map<String, Object> model = Files.readAttributes(directory, "unix:gid,mode");
        int directoryMode = (Integer) model.get("mode") & PERMISSIONS;
        int writers = directoryMode & 0222;
        boolean groupIsSame = give(file, "unix:gid", read(file).get("gid"), model.get("gid"));
        int mode = 0600 | writers | (writers << 1);
        give(file, "unix:mode", null, groupIsSame ? mode : withGroupAsOthers(mode));
    }

    private static Map<String, Object> read(Path file) throws IOException {
        return Files.readAttributes(file, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    }

    private static int withGroupAsOthers(int mode) {
        int others = mode & 0007;
        return (mode & ~0070) | (mode & 0070 & (others << 3));
    }

    private static boolean give(Path file, String attribute, Object present, Object wanted) {
        if (wanted.equals(present)) {
            return true;
        }
        try {
            Files.setAttribute(file, attribute, wanted);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            // Only root gives files away, and only members give them to a group.
            return false;
        }
    }
}
