package io.github.prtbackup.testing;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Looks at the backups of a database from outside. */
public final class Backups {
    private static final int STATUS_OFFSET = 3;

    private Backups() {}

    /** The history, oldest first. */
    public static List<BackupInfo> of(Path database) throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            List<BackupInfo> history = new ArrayList<>(backups.getBackupHistory());
            Collections.reverse(history);
            return history;
        }
    }

    /** The comments, oldest first, without what all automatic ones begin with. */
    public static List<String> operations(Path database) throws Exception {
        return of(database).stream()
                .map(backup -> backup.comment().replace("Auto-backup before: ", ""))
                .toList();
    }

    /** Writes each backup to a file of its own, oldest first. */
    public static List<Path> export(Path database, Path directory) throws Exception {
        List<Path> files = new ArrayList<>();
        try (PrtBackup backups = PrtBackup.open(database)) {
            for (BackupInfo backup : of(database)) {
                Path file = directory.resolve("exported-" + backup.backupId() + ".db");
                backups.exportBackup(backup.backupId(), file);
                files.add(file);
            }
        }
        return files;
    }

    /** How many there are. */
    public static int count(Path database) throws Exception {
        return of(database).size();
    }

    /** The newest. */
    public static BackupInfo newest(Path database) throws Exception {
        List<BackupInfo> all = of(database);
        return all.get(all.size() - 1);
    }

    /**
     * Waits until the bases of the timelines in a directory are durable, which the status of the first record tells
     * (docs/timeline-format.md).
     */
    public static void awaitSettled(Path backups) throws Exception {
        for (String name : files(backups)) {
            if (name.endsWith(".log")) {
                while (Files.readAllBytes(backups.resolve(name))[STATUS_OFFSET] != 0) {
                    Thread.sleep(5);
                }
            }
        }
    }

    /** The names of all files in a directory, none if it does not exist. */
    public static List<String> files(Path directory) throws Exception {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
