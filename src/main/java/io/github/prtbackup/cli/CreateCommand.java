package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "create", description = "Makes a backup, which stays until you delete it.")
final class CreateCommand extends DatabaseCommand {
    @Option(names = "--comment", paramLabel = "TEXT", description = "What the backup is for.", defaultValue = "")
    private String comment;

    CreateCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        super.check();
        if (!Files.exists(database())) {
            throw noDatabase();
        }
    }

    @Override
    boolean makesBackups() {
        return true;
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException {
        BackupInfo backup = copying(backups, () -> backups.createBackupWithComment(comment));
        if (json()) {
            print(Json.backup(backup));
        } else {
            terminal()
                    .line("Backup #" + backup.backupId() + ": " + backup.backupPath() + ", "
                            + Text.size(backup.sizeBytes()));
        }
        return Main.DONE;
    }
}
