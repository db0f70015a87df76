package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.store.PendingFile;
import io.github.prtbackup.store.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * What was checked of a backup file, and what is wrong with it. The checks stop at the first that fails.
 *
 * @param checked in words
 * @param problems in words; empty where nothing is wrong
 */
public record Verification(List<String> checked, List<String> problems) {

    /**
     * Checks presence, size, SHA-256, and with SQLite's {@code integrity_check} the content.
     *
     * @param progress may end it
     */
    public static Verification of(Entry entry, CopyProgress progress) throws IOException {
        List<String> checked = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        check(entry, checked, problems, progress);
        return new Verification(List.copyOf(checked), List.copyOf(problems));
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
     * Refuses a backup that is not good.
     *
     * @param entry the backup
     * @param copy its content
     * @param progress may end it
     * @throws DamagedBackupException if it is not what it was
     */
    static void require(Entry entry, Entry copy, CopyProgress progress) throws IOException {
        Verification result = of(copy, progress);
        if (!result.problems().isEmpty()) {
            throw damaged(entry, result.problems());
        }
    }

    private static DamagedBackupException damaged(Entry entry, List<String> problems) {
        return new DamagedBackupException(
                entry.path(), "backup #" + entry.id() + " is damaged: " + String.join("; ", problems));
    }

    private static void check(Entry entry, List<String> checked, List<String> problems, CopyProgress progress)
            throws IOException {
        Path file = entry.path();
        if (!isWhole(entry, checked, problems)) {
            return;
        }
        if (!entry.sha256().isEmpty()) {
            checked.add("SHA-256");
            String now = PendingFile.sha256(file);
            progress.check();
            if (!now.equals(entry.sha256())) {
                problems.add("the SHA-256 is " + now + " instead of " + entry.sha256());
                return;
            }
        }
        IntegrityCheck content = contentOf(file);
        checked.add(content.name());
        progress.check();
        problems.addAll(content.problems());
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

    private static IntegrityCheck contentOf(Path file) throws IOException {
        if (Files.size(file) == 0) {
            return new IntegrityCheck("empty database", List.of());
        }
        try (SQLiteConnection connection = ReadOnlyConnection.openImmutable(file)) {
            return IntegrityCheck.complete(connection);
        } catch (SQLException e) {
            return new IntegrityCheck("integrity_check", List.of("SQLite cannot read it: " + e.getMessage()));
        }
    }
}
