package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "cleanup",
        description = "Deletes all automatic backups but the newest. Manual backups are never touched.")
final class CleanupCommand extends DatabaseCommand {
    @Option(names = "--keep", required = true, paramLabel = "N", description = "How many automatic backups to keep.")
    private int keep;

    @Mixin
    private Confirmation confirmation;

    CleanupCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean changesBackups() {
        return true;
    }

    @Override
    void check() throws Failure {
        if (keep < 0) {
            throw wrongUsage("--keep must be 0 or more, not " + keep);
        }
        super.check();
        confirmation.check(this, "delete backups");
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        List<Long> old = backups.getBackupHistory().stream()
                .filter(BackupInfo::isAuto)
                .skip(keep)
                .map(BackupInfo::backupId)
                .toList();
        if (!old.isEmpty()) {
            tellOfRedo(backups, old);
            confirmation.ask(
                    terminal(),
                    "Delete the oldest " + Text.count(old.size(), "automatic backup", "automatic backups") + " of "
                            + database() + "?");
        }
        List<BackupInfo> deleted = backups.cleanupAutoBackups(keep);
        if (json()) {
            print(Json.object().set("deleted", Json.backups(deleted)));
            return Main.DONE;
        }
        deleted.forEach(backup -> terminal().line("Deleted backup " + name(backup) + "."));
        if (deleted.isEmpty()) {
            terminal().line("Nothing to delete.");
        }
        return Main.DONE;
    }
}
