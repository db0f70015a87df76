package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The {@link DirectoryLock}s of this JVM: one for a directory, by whatever path it is reached. A bind mount is another path, and
 * no link; device and inode tell that it is the same. Thread-safe.
 */
final class LockRegistry {
    private final ConcurrentHashMap<Path, DirectoryLock> byPath = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Object, DirectoryLock> byIdentity = new ConcurrentHashMap<>();

    /** @param real the path of a directory that is there, without links */
    DirectoryLock of(Path real) throws IOException {
        // Asked first, because adding to the map may wait for a thread that looks for another.
        DirectoryLock known = byPath.get(real);
        if (known != null && isOf(known, real)) {
            return known;
        }
        DirectoryLock found = found(real);
        if (known != null) {
            byPath.put(real, found);
            return found;
        }
        DirectoryLock other = byPath.putIfAbsent(real, found);
        return other == null ? found : other;
    }

    private DirectoryLock found(Path real) throws IOException {
        Object identity = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
        if (identity == null) {
            return new DirectoryLock(real);
        }
        DirectoryLock same = byIdentity.computeIfAbsent(identity, absent -> new DirectoryLock(real));
        if (!isOf(same, real)) {
            // That directory is gone, and its inode was given to this one.
            same = new DirectoryLock(real);
            byIdentity.put(identity, same);
        }
        return same;
    }

    private static boolean isOf(DirectoryLock lock, Path real) {
        try {
            return lock.directory().equals(real) || Files.isSameFile(lock.directory(), real);
        } catch (IOException e) {
            return false;
        }
    }
}
