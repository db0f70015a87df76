package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of a backup directory that are named after the slot of the process that writes them. Thread-safe. */
final class TemporaryFiles {
    private static final String PREFIX = ".tmp-";
    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "([0-9a-f]{8})-.*", Pattern.DOTALL);

    private final Path directory;
    private final AtomicLong count = new AtomicLong();

    TemporaryFiles(Path directory) {
        this.directory = directory;
    }

    /** Knows which slots are taken. */
    @FunctionalInterface
    interface Slots {
        boolean isAlive(int slot) throws IOException;
    }

    /** Creates an empty one that only its owner can open. */
    Path create(int slot) throws IOException {
        while (true) {
            String name = PREFIX + HexFormat.of().toHexDigits(slot) + "-" + count.incrementAndGet() + ".db";
            try {
                return Files.createFile(directory.resolve(name), FileMode.ownerOnly());
            } catch (FileAlreadyExistsException e) {
                // Left by a dead process that had the same slot; the next number is free sooner or later.
            }
        }
    }

    /** The name of one that is used up at once, and is no proof of anybody's life. */
    static Path ofNobody(Path directory, int slot) {
        return directory.resolve(PREFIX + HexFormat.of().toHexDigits(slot) + "-0.db");
    }

    /** Removes those of the dead, and says which; one that can't be removed stays. */
    List<Path> removeAbandoned(Collection<String> names, Slots slots) throws IOException {
        List<Path> removed = new ArrayList<>();
        for (String name : names) {
            Matcher temporary = name.startsWith(PREFIX) ? NAME.matcher(name) : null;
            if (temporary != null
                    && temporary.matches()
                    && isAbandoned(HexFormat.fromHexDigitsToLong(temporary.group(1)), slots)
                    && isRemoved(directory.resolve(name))) {
                removed.add(directory.resolve(name));
            }
        }
        return removed;
    }

    /** How much they take, which grows while a living process writes one. */
    long bytes() throws IOException {
        long sum = 0;
        for (Path path : all()) {
            sum += path.toFile().length();
        }
        return sum;
    }

    /** A slot is a positive int; eight hex digits can be more, and then the file is none of ours. */
    private static boolean isAbandoned(long slot, Slots slots) throws IOException {
        return slot <= Integer.MAX_VALUE && !slots.isAlive((int) slot);
    }

    private List<Path> all() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
            files.forEach(found::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static boolean isRemoved(Path path) {
        try {
            return !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(path);
        } catch (IOException e) {
            // It takes room and does no harm: no reason to keep anyone from making backups.
            return false;
        }
    }
}
