package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import java.io.IOException;
import java.sql.SQLException;
import picocli.CommandLine.Command;

@Command(
        name = "redo",
        description = {
            "Takes back the last 'undo' or 'restore', after showing what that changes. Not possible any more when a"
                    + " transaction has been written since.",
        })
final class RedoCommand extends BackCommand {

    RedoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String verb() {
        return "redo";
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        // Before it is shown and asked for: what would be refused is no question.
        BackupInfo next = backups.nextRedo();
        preview(
                backups,
                next,
                "To redo means to return to backup " + name(next) + ".",
                "Return " + database() + " to backup #" + next.backupId() + "?");
        requireStill(next, backups.redoable().stream().findFirst());
        RestoreResult result = copying(backups, () -> backups.redo(next.backupId()));
        if (json()) {
            ObjectNode json = Json.object();
            put(json, result);
            print(json);
            return Main.DONE;
        }
        terminal().line("Returned " + database() + " to backup " + name(result.restored()) + ".");
        terminal().line("'undo' goes back again.");
        return Main.DONE;
    }
}
