package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.HeldByOthersException;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.files.RangeLock;
import io.github.prtbackup.files.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of the files of one {@link Timeline}, and its locks. Immutable. */
final class TimelineFiles {
    private static final int SEGMENT_DIGITS = 6;
    private static final Pattern SEGMENT = Pattern.compile("\\.([0-9]{6,16})\\.log");
    private static final String INFIX = ".timeline-";
    private static final String HEAD = ".head";
    private static final String DAMAGED = ".damaged-";
    private static final int KEY_DIGITS = 8;

    /** Within that time who makes a base writes something, also if he waits for a lock or for the disk before. */
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final DirectoryLock directory;
    private final Patience patience;
    private final DatabaseId database;
    private final String prefix;

    /**
     * Those of a database.
     *
     * @param patience how long to wait for each of the locks
     */
    TimelineFiles(DirectoryLock directory, Patience patience, DatabaseId database) {
        this.directory = directory;
        this.patience = patience;
        this.database = database;
        this.prefix = prefix(database);
    }

    /** Those that have a head, of the database whose path is in it. */
    static List<TimelineFiles> all(DirectoryLock directory) throws IOException {
        return all(directory, directory.fileNames(), key -> true);
    }

    /** Those of them with some of the keys. Reads no head of the others. */
    static List<TimelineFiles> all(DirectoryLock directory, List<String> fileNames, IntPredicate keys)
            throws IOException {
        List<TimelineFiles> found = new ArrayList<>();
        for (String fileName : fileNames) {
            HeadName name = FileNames.isExpressible(fileName) ? HeadName.parse(fileName) : null;
            String original = name != null && keys.test(name.key())
                    ? Head.originalIn(directory.directory().resolve(fileName))
                    : null;
            if (original != null) {
                Path path = Path.of(original);
                DatabaseId database = new DatabaseId(path, path, Set.of(path), name.key(), name.label());
                found.add(new TimelineFiles(directory, Patience.LONG, database));
            }
        }
        return found;
    }

    /** The numbers that timelines have, also those whose heads can't be read. */
    static Set<Integer> keys(List<String> fileNames) {
        Set<Integer> keys = new HashSet<>();
        for (String fileName : fileNames) {
            HeadName name = HeadName.parse(fileName);
            if (name != null) {
                keys.add(name.key());
            }
        }
        return keys;
    }

    /** What the name of a head says. */
    private record HeadName(String label, int key) {
        /** Null if it is none. Without a regular expression, because all names of a directory are looked at. */
        static HeadName parse(String fileName) {
            int keyAt = fileName.length() - HEAD.length() - KEY_DIGITS;
            int infixAt = keyAt - INFIX.length();
            if (infixAt < 0 || !fileName.endsWith(HEAD) || !fileName.startsWith(INFIX, infixAt)) {
                return null;
            }
            String digits = fileName.substring(keyAt, keyAt + KEY_DIGITS);
            boolean isKey =
                    digits.chars().allMatch(digit -> HexFormat.isHexDigit(digit) && !Character.isUpperCase(digit));
            return isKey ? new HeadName(fileName.substring(0, infixAt), HexFormat.fromHexDigits(digits)) : null;
        }
    }

    /** Renames all files; the head first, because without it the others are nothing. */
    void setAside() throws IOException {
        List<String> names = new ArrayList<>(List.of(headName()));
        for (String name : directory.fileNames()) {
            if (name.startsWith(prefix + ".") && !name.contains(DAMAGED) && !name.equals(headName())) {
                names.add(name);
            }
        }
        for (String name : names) {
            Path file = directory.directory().resolve(name);
            if (RegularFile.isTaken(file)) {
                Files.move(file, freeName(name));
            }
        }
    }

    /** Lets those use the files, also those set aside, who may use the database now, and nobody else. */
    static void follow(DatabaseId database, Path directory, Collection<String> fileNames) throws IOException {
        String prefix = prefix(database) + ".";
        for (String name : fileNames) {
            if (name.startsWith(prefix)) {
                FileMode.follow(database.database(), directory.resolve(name));
            }
        }
    }

    private static String prefix(DatabaseId database) {
        return database.label() + INFIX + HexFormat.of().toHexDigits(database.key());
    }

    private Path freeName(String name) {
        int number = 1;
        while (RegularFile.isTaken(damaged(name, number))) {
            number++;
        }
        return damaged(name, number);
    }

    private Path damaged(String name, int number) {
        // A timeline that was begun before long names were shortened may have one that leaves no room.
        return directory.directory().resolve(FileNames.around("", name, DAMAGED + number));
    }

    /** Whether there is any file of it, but for those set aside. */
    boolean areAny() throws IOException {
        return directory.fileNames().stream()
                .anyMatch(name -> name.startsWith(prefix + ".") && !name.contains(DAMAGED));
    }

    DirectoryLock directory() {
        return directory;
    }

    DatabaseId database() {
        return database;
    }

    /** The database, by the path by which it was asked for. */
    Path original() {
        return database.database();
    }

    /** The path that is recorded of it. */
    Path home() {
        return database.home();
    }

    int key() {
        return database.key();
    }

    String label() {
        return database.label();
    }

    /** Does some work with the lock of the directory. */
    <T> T hold(IOCallable<T> work) throws IOException {
        return directory.hold(patience, work);
    }

    /** Keeps folds away, with others. */
    RangeLock.Lease readLease() throws IOException {
        return foldLock().shared(patience);
    }

    /** Keeps folds and readers away. */
    RangeLock.Lease onlyLease() throws IOException {
        return foldLock().exclusive(patience);
    }

    /** As {@link #onlyLease}; null if anybody reads or folds. */
    RangeLock.Lease tryOnlyLease() throws IOException {
        return foldLock().tryExclusive();
    }

    /** The lock that folds and readers share. Other timelines have others. */
    private RangeLock foldLock() {
        return directory.range(Integer.toUnsignedLong(key()));
    }

    /**
     * The lock of who makes the first base, which takes as long as that is large. So it is waited for as long as he gets on,
     * and not where he seems to be stopped.
     *
     * @return null if he does
     */
    RangeLock.Lease startLease() throws IOException {
        // Its bytes lie behind those of the fold lock.
        RangeLock lock = directory.range((1L << Integer.SIZE) + Integer.toUnsignedLong(key()));
        while (true) {
            long written = directory.temporaryBytes();
            try {
                return lock.exclusive(() -> Math.max(patience.nanos(), START_NANOS));
            } catch (HeldByOthersException e) {
                if (!lock.isLeased() && directory.temporaryBytes() == written) {
                    return null;
                }
            }
        }
    }

    String headName() {
        return prefix + HEAD;
    }

    String baseName() {
        return prefix + ".base";
    }

    String checksumsName() {
        return prefix + ".base.crc";
    }

    Path head() {
        return directory.directory().resolve(headName());
    }

    Path base() {
        return directory.directory().resolve(baseName());
    }

    Path checksums() {
        return directory.directory().resolve(checksumsName());
    }

    Path segment(long number) {
        // Not String.format, whose first call costs a process that is soon over 20 ms.
        String digits = Long.toString(number);
        String zeros = "0".repeat(Math.max(0, SEGMENT_DIGITS - digits.length()));
        return directory.directory().resolve(prefix + "." + zeros + digits + ".log");
    }

    /** The numbers of the segments that are there after one and up to another, ascending. */
    List<Long> segmentsBetween(long before, long last) throws IOException {
        if (before >= last) {
            return List.of();
        }
        List<Long> numbers = new ArrayList<>();
        for (String name : directory.fileNames()) {
            Matcher matcher = SEGMENT.matcher(name.startsWith(prefix) ? name.substring(prefix.length()) : "");
            if (matcher.matches()) {
                long number = Long.parseLong(matcher.group(1));
                if (number > before && number <= last) {
                    numbers.add(number);
                }
            }
        }
        Collections.sort(numbers);
        return numbers;
    }
}
