package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows all that is known of a backup.")
final class ShowCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    ShowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException {
        BackupInfo backup = backups.getBackup(id);
        if (json()) {
            print(Json.backup(backup));
            return Main.DONE;
        }
        field("Backup", "#" + backup.backupId());
        field("Time", Text.time(backup.timestamp()));
        field("Kind", backup.isAuto() ? "automatic" : "manual");
        field("Comment", backup.comment());
        field("Size", Text.size(backup.sizeBytes()) + " (" + Text.count(backup.sizeBytes(), "byte", "bytes") + ")");
        field("File", backup.backupPath().toString());
        field("Database", backup.originalPath().toString());
        field("SHA-256", backup.sha256().isEmpty() ? "unknown" : backup.sha256());
        return Main.DONE;
    }

    private void field(String name, String value) {
        terminal().line((name + " ".repeat(10 - name.length()) + value).stripTrailing());
    }
}
