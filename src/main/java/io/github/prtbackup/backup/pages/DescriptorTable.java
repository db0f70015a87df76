package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What this process has open, whoever opened it, as Linux tells. Nothing here opens any of the files. */
final class DescriptorTable {

    private static final Path TABLE = Path.of("/proc/self/fd");

    /** How many descriptors lead to a file, and one of them. */
    private record Found(int descriptors, Path one) {

        private Found and(Found other) {
            return new Found(descriptors + other.descriptors, one);
        }
    }

    private final int size;
    private final Map<Object, Found> found;

    private DescriptorTable(int size, Map<Object, Found> found) {
        this.size = size;
        this.found = found;
    }

    /** How many descriptors the process has. */
    int size() {
        return size;
    }

    /** How many lead to a file that was looked for. */
    int descriptors(Object identity) {
        Found of = found.get(identity);
        return of == null ? 0 : of.descriptors();
    }

    /** Whether a file that was found has no name any more, so that nobody can open it. */
    boolean isDeleted(Object identity) {
        try {
            return (Integer) Files.getAttribute(found.get(identity).one(), "unix:nlink") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** How many descriptors the process has now; 0 if the system does not tell. */
    static int count() {
        String[] descriptors = TABLE.toFile().list();
        return descriptors == null ? 0 : descriptors.length;
    }

    /**
     * Looks for some files. A descriptor that is opened meanwhile may be missed.
     *
     * @param identities device and inode, as {@link BasicFileAttributes#fileKey} gives them
     * @return empty if the system does not tell
     */
    static Optional<DescriptorTable> look(Set<Object> identities) {
        String[] descriptors = TABLE.toFile().list();
        if (descriptors == null) {
            return Optional.empty();
        }
        Map<Object, Found> found = new HashMap<>();
        for (String descriptor : descriptors) {
            Path path = TABLE.resolve(descriptor);
            try {
                Object identity =
                        Files.readAttributes(path, BasicFileAttributes.class).fileKey();
                if (identity != null && identities.contains(identity)) {
                    found.merge(identity, new Found(1, path), Found::and);
                }
            } catch (NoSuchFileException e) {
                // Closed since, as the one by which the table was read.
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.of(new DescriptorTable(descriptors.length, found));
    }
}
