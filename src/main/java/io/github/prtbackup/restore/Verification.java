package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.EndsOnRequest;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.files.RegularFile;
import io.github.prtbackup.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.sqlite.SQLiteConnection;

/**
 * What was checked of a backup file, and what is wrong with it. The checks stop at the first that fails.
 *
 * @param checked in words
 * @param problems in words; empty where nothing is wrong
 * @param leftOut what could not be checked, and why, in words
 */
public record Verification(List<String> checked, List<String> problems, List<String> leftOut) {

    /** What the application has that can say more of the content than we can. */
    public interface Application {
        /** An application that is not there. */
        Application NONE = file -> Optional.empty();

        /** Checks a database with all functions and collations of the application; empty if that cannot be done now. */
        Optional<IntegrityCheck> check(Path file);
    }

    /**
     * Checks presence, size, SHA-256, and with SQLite's {@code integrity_check} the content, unless that is known to be
     * damaged ({@link Entry#isDamagedFile}).
     *
     * @param application asked where a check by ourselves leaves something out
     * @param progress may end it
     */
    public static Verification of(Entry entry, Application application, CopyProgress progress) throws IOException {
        return entry.isDamagedFile() ? ofBytes(entry, count -> progress.check()) : ofAll(entry, application, progress);
    }

    private static Verification ofAll(Entry entry, Application application, CopyProgress progress) throws IOException {
        Verification bytes = ofBytes(entry, count -> progress.check());
        return bytes.problems().isEmpty() ? bytes.and(ofContent(entry.path(), application, progress)) : bytes;
    }

    /**
     * Checks presence, size and SHA-256, as far as it is known.
     *
     * @param read is told how many bytes were read since it was last told; may end it
     */
    static Verification ofBytes(Entry entry, LongConsumer read) throws IOException {
        List<String> checked = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        if (isWhole(entry, checked, problems) && !entry.sha256().isEmpty()) {
            checked.add("SHA-256");
            String now = Sha256.of(entry.path(), read);
            if (!now.equals(entry.sha256())) {
                problems.add("the SHA-256 is " + now + " instead of " + entry.sha256());
            }
        }
        return new Verification(List.copyOf(checked), List.copyOf(problems), List.of());
    }

    /**
     * Checks the content of a database that nobody writes, with SQLite.
     *
     * @param application as in {@link #of}
     * @param progress may end it, also in the middle of the check
     */
    static Verification ofContent(Path file, Application application, CopyProgress progress) throws IOException {
        IntegrityCheck content = contentOf(file, application, progress);
        progress.check();
        return new Verification(List.of(content.name()), content.problems(), content.leftOut());
    }

    /** This, and what was found after it. */
    Verification and(Verification next) {
        return new Verification(
                joined(checked, next.checked), joined(problems, next.problems), joined(leftOut, next.leftOut));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /**
     * Refuses a backup that can't be read, or not all of it.
     *
     * @throws NoSuchFileException if the file is gone
     * @throws DamagedBackupException if it is no regular file, or has another size
     */
    static void requirePresent(Entry entry) throws IOException {
        if (!RegularFile.isTaken(entry.path())) {
            throw new NoSuchFileException(
                    entry.path().toString(), null, "the file of backup #" + entry.id() + " is gone");
        }
        List<String> problems = new ArrayList<>();
        if (!isWhole(entry, new ArrayList<>(), problems)) {
            throw damaged(entry, problems);
        }
    }

    /**
     * Refuses a full backup of which it can be told at once that it will not be restored. SQLite is asked only where nothing
     * else tells.
     *
     * @param progress may end it
     * @throws NoSuchFileException if the file is gone
     * @throws DamagedBackupException if it is not what it was, or is a damaged database that was kept
     */
    public static void requireRestorable(Entry entry, CopyProgress progress) throws IOException {
        requirePresent(entry);
        Verification found = entry.sha256().isEmpty() || entry.isDamagedFile()
                ? ofAll(entry, Application.NONE, progress)
                : ofBytes(entry, count -> progress.check());
        if (!found.problems().isEmpty()) {
            throw damaged(entry, found.problems());
        }
    }

    /**
     * Refuses a backup that is not good.
     *
     * @param entry the backup
     * @param copy its content
     * @param progress may end it
     * @throws DamagedBackupException if it is not what it was
     */
    static void require(Entry entry, Entry copy, CopyProgress progress) throws IOException {
        Verification result = ofAll(copy, Application.NONE, progress);
        if (!result.problems().isEmpty()) {
            throw damaged(entry, result.problems());
        }
    }

    private static DamagedBackupException damaged(Entry entry, List<String> problems) {
        String what = entry.isDamagedFile()
                ? " is a damaged database, kept as it was when it was replaced; it can be copied, and not restored: "
                : " is damaged: ";
        return new DamagedBackupException(entry.path(), "backup #" + entry.id() + what + String.join("; ", problems));
    }

    private static boolean isWhole(Entry entry, List<String> checked, List<String> problems) throws IOException {
        Path file = entry.path();
        checked.add("file present");
        if (!RegularFile.isTaken(file)) {
            problems.add("the file " + file + " is missing");
            return false;
        }
        if (!RegularFile.exists(file)) {
            problems.add(file + " is no regular file");
            return false;
        }
        checked.add("size");
        if (Files.size(file) != entry.size()) {
            problems.add("the file has " + Files.size(file) + " bytes instead of " + entry.size());
            return false;
        }
        return true;
    }

    private static IntegrityCheck contentOf(Path file, Application application, CopyProgress progress)
            throws IOException {
        if (Files.size(file) == 0) {
            return new IntegrityCheck("empty database", List.of(), List.of());
        }
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(file)) {
            EndsOnRequest.watch(connection, progress);
            IntegrityCheck own = IntegrityCheck.complete(connection);
            return own.problems().isEmpty() && !own.leftOut().isEmpty()
                    ? application.check(file).orElse(own)
                    : own;
        } catch (SQLException e) {
            progress.check();
            return new IntegrityCheck(
                    "integrity_check", List.of("SQLite cannot read it: " + e.getMessage()), List.of());
        }
    }
}
