package io.github.prtbackup.benchmarks;

import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Leaves out what the installed driver cannot do, and says so, so that no number stands under a wrong name. */
final class Availability {

    private static final int TRANSACTIONS = 3;

    private Availability() {}

    static List<Protection> reduce(List<Protection> wanted) {
        return wanted.stream().filter(Availability::isAvailable).toList();
    }

    private static boolean isAvailable(Protection protection) {
        Optional<String> missing = protection == Protection.INCREMENTAL ? whyNotIncremental() : Optional.empty();
        missing.ifPresent(reason -> System.out.println("Left out: " + protection + ", because " + reason));
        return missing.isEmpty();
    }

    private static Optional<String> whyNotIncremental() {
        try (Updates updates = Updates.open(Protection.INCREMENTAL, "64KB", Journal.WAL_NORMAL)) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                updates.run();
            }
            try (PrtBackup backups = PrtBackup.open(updates.database().file())) {
                Path newest = backups.getBackupHistory().get(0).backupPath();
                return newest.toString().endsWith("_auto.db")
                        ? Optional.of("the installed driver stores complete copies for backup.strategy=incremental")
                        : Optional.empty();
            }
        } catch (IOException | SQLException e) {
            return Optional.of("the installed driver does not open it: " + e.getMessage());
        }
    }
}
