package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a file is, whatever it is called. It survives a renaming, and a restart of the machine, which may give the device
 * another number: so that is not part of it. An inode alone is given to another file as soon as this one is deleted, that
 * one is younger.
 *
 * @param inode its number in the file system
 * @param bornNanos when it was created, in nanoseconds since 1970; where Java or the file system can't tell, when it was last
 *     written, so that it is never taken for a file that it is not
 */
public record FileIdentity(long inode, long bornNanos) {

    /** What a file tells of the other names that it may have. */
    public enum Standing {
        /** It may have any. */
        UNKNOWN,
        /** It has no other in its file system. */
        ONE_NAME,
        /** It has no other there, and no content either: it may have just been created. */
        NEW
    }

    /**
     * What is seen of the file at a path, at once.
     *
     * @param identity null if there is no file, or which one it is can't be told (Windows)
     * @param standing what it tells of its other names
     */
    public record Seen(FileIdentity identity, Standing standing) {
        private static final Seen NOTHING = new Seen(null, Standing.UNKNOWN);
    }

    /** Looks at the file at a path. Opens no file. */
    public static Seen see(Path path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:ino,creationTime,size,nlink");
            long born = ((FileTime) attributes.get("creationTime")).to(TimeUnit.NANOSECONDS);
            FileIdentity identity = new FileIdentity(number(attributes, "ino"), born);
            if (number(attributes, "nlink") != 1) {
                return new Seen(identity, Standing.UNKNOWN);
            }
            return new Seen(identity, number(attributes, "size") == 0 ? Standing.NEW : Standing.ONE_NAME);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Seen.NOTHING;
        }
    }

    private static long number(Map<String, Object> attributes, String name) {
        return ((Number) attributes.get(name)).longValue();
    }

    /**
     * What is to be remembered of the file at a path.
     *
     * @param before what was remembered; null if nothing
     * @param now what it is; null if there is none
     */
    public static FileIdentity remembered(Path path, FileIdentity before, FileIdentity now) {
        boolean mayBeSame = before != null && (now == null || (now.inode == before.inode && !tellsBirth(path)));
        return mayBeSame ? before : now;
    }

    private static boolean tellsBirth(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return !attributes.creationTime().equals(attributes.lastModifiedTime());
        } catch (IOException e) {
            return false;
        }
    }
}
