package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import java.io.IOException;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = "Puts a backup in the place of the database, after a safety backup of the present state.")
final class RestoreCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    @Mixin
    private Confirmation confirmation;

    RestoreCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean changesBackups() {
        return true;
    }

    @Override
    void check() throws Failure {
        super.check();
        confirmation.check(this, "restore");
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        BackupInfo backup = backups.getBackup(id);
        confirmation.ask(terminal(), "Restore " + database() + " from backup " + name(backup) + "?");
        RestoreResult result = copying(backups, () -> backups.restoreFromBackup(id));
        if (json()) {
            ObjectNode json = Json.object();
            BackCommand.put(json, result);
            print(json);
            return Main.DONE;
        }
        terminal().line("Restored " + database() + " from backup " + name(result.restored()) + ".");
        terminal().line(BackCommand.before(result, "."));
        return Main.DONE;
    }
}
