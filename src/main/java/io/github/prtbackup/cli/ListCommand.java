package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "list", description = "Lists the backups, newest first.")
final class ListCommand extends DatabaseCommand {

    ListCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException {
        List<BackupInfo> history = backups.getBackupHistory();
        if (json()) {
            print(Json.object().set("backups", Json.backups(history)));
        } else if (history.isEmpty()) {
            terminal().line("No backups of " + database() + ".");
        } else {
            BackupTable.of(history, terminal().width()).forEach(terminal()::line);
        }
        return Main.DONE;
    }
}
