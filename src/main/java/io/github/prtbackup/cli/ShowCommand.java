package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows all that is known of a backup.")
final class ShowCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    @Option(names = "--changes", description = "Say as well which tables and how many rows changed until the next.")
    private boolean changes;

    ShowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException {
        BackupInfo backup = backups.getBackup(id);
        Optional<Changes> after =
                changes ? copying(backups, () -> Changes.after(backups, id, terminal())) : Optional.empty();
        if (json()) {
            ObjectNode json = Json.backup(backup);
            if (changes) {
                json.set("changes", after.map(Changes::toJson).orElse(null));
            }
            print(json);
            return Main.DONE;
        }
        field("Backup", "#" + backup.backupId());
        field("Time", Text.time(backup.timestamp()));
        field("Kind", backup.isAuto() ? "automatic" : "manual");
        field("Comment", backup.comment());
        backup.operation().ifPresent(operation -> field("Operation", operation));
        if (!backup.tables().isEmpty()) {
            field("Tables", String.join(", ", backup.tables()) + " (named by its first write)");
        }
        if (changes) {
            field("Changed", after.map(ShowCommand::inWords).orElse(Changes.UNKNOWN));
        }
        field("Size", Text.size(backup.sizeBytes()) + " (" + Text.count(backup.sizeBytes(), "byte", "bytes") + ")");
        field("File", backup.backupPath().toString());
        field("Database", backup.originalPath().toString());
        field("SHA-256", backup.sha256().isEmpty() ? "unknown" : backup.sha256());
        return Main.DONE;
    }

    private static String inWords(Changes changes) {
        return changes.inWords() + (changes.tables().isEmpty() ? "" : " in " + String.join(", ", changes.tables()));
    }

    private void field(String name, String value) {
        terminal().line((name + " ".repeat(10 - name.length()) + value).stripTrailing());
    }
}
