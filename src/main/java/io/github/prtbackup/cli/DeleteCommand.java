package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "delete", description = "Deletes one backup, automatic or manual.")
final class DeleteCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    @Mixin
    private Confirmation confirmation;

    DeleteCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean changesBackups() {
        return true;
    }

    @Override
    void check() throws Failure {
        super.check();
        confirmation.check(this, "delete a backup");
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        tellOfRedo(backups, List.of(id));
        confirmation.ask(terminal(), "Delete backup " + name(backups.getBackup(id)) + "?");
        BackupInfo deleted = backups.deleteBackup(id);
        if (json()) {
            print(Json.object().set("deleted", Json.backups(List.of(deleted))));
        } else {
            terminal().line("Deleted backup " + name(deleted) + ".");
        }
        return Main.DONE;
    }
}
