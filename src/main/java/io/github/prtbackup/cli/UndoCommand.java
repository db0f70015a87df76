package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "undo",
        description = {
            "Takes back the last transaction that has not been taken back, after showing what that changes: restores the"
                    + " newest automatic backup. Again, and it goes one further back; 'redo' returns.",
            "With an ID: takes back the transaction that this automatic backup was made before, and all later ones.",
            "With --only ID: takes back that transaction and keeps the later ones, if they have not touched the same rows."
        })
final class UndoCommand extends BackCommand {
    @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "The id of an automatic backup.")
    private Long id;

    @Option(
            names = "--operation",
            paramLabel = "NAME",
            description = "Takes back the last transaction of that operation, and all later ones of whatever operation."
                    + " The name is what 'list' shows behind 'Auto-backup before:'.")
    private String operation;

    @Option(
            names = "--only",
            paramLabel = "ID",
            description = "Takes back the one transaction that this automatic backup was made before.")
    private Long only;

    UndoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        if (Stream.of(id, operation, only).filter(Objects::nonNull).count() > 1) {
            throw wrongUsage("ID, --operation and --only exclude each other");
        }
        super.check();
    }

    @Override
    String verb() {
        return "undo";
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        if (only != null) {
            return new OnlyUndone(terminal(), options(), json()).run(backups, only, this::ask);
        }
        List<BackupInfo> undone = undone(backups);
        BackupInfo target = undone.get(undone.size() - 1);
        preview(backups, target, heading(undone), "Undo " + inWords(undone.size()) + " in " + database() + "?");
        requireStill(undone.get(0), backups.undoable().stream().findFirst());
        RestoreResult result = copying(backups, () -> backups.undo(target.backupId()));
        if (json()) {
            ObjectNode json = Json.object();
            json.set("undone", Json.backups(undone));
            put(json, result);
            print(json);
            return Main.DONE;
        }
        terminal()
                .line("Undid " + inWords(undone.size()) + ": " + database() + " is as in backup " + name(target) + ".");
        terminal().line(before(result, "; 'redo' returns to it."));
        return Main.DONE;
    }

    private void ask(BackupInfo backup) throws IOException, Failure {
        confirmation()
                .ask(
                        terminal(),
                        "Undo the transaction behind backup #" + backup.backupId() + " alone in " + database() + "?");
    }

    /** The backups before the transactions that are to be undone, newest first. */
    private List<BackupInfo> undone(PrtBackup backups) throws IOException, SQLException, Failure {
        List<BackupInfo> undoable = backups.undoable();
        BackupInfo wanted = id == null ? null : backups.getBackup(id);
        for (int i = 0; i < undoable.size(); i++) {
            if (isWanted(undoable.get(i), wanted)) {
                return undoable.subList(0, i + 1);
            }
        }
        if (wanted != null) {
            throw new Failure(
                    wanted.isAuto()
                            ? "what came after backup #" + id + " has been undone already"
                            : "backup #" + id + " is a manual one, not made before a transaction; 'restore' it");
        }
        throw new Failure(
                operation != null
                        ? "there is no backup before the operation '" + operation + "' that could be undone"
                        : "there is nothing to undo in " + database());
    }

    private boolean isWanted(BackupInfo backup, BackupInfo wanted) {
        if (wanted != null) {
            return backup.backupId() == wanted.backupId();
        }
        return operation == null || backup.operation().filter(operation::equals).isPresent();
    }

    private static String heading(List<BackupInfo> undone) {
        BackupInfo target = undone.get(undone.size() - 1);
        return "To undo " + inWords(undone.size()) + " means to go back to backup " + name(target) + ".";
    }

    private static String inWords(int transactions) {
        return transactions == 1 ? "the last transaction" : "the last " + transactions + " transactions";
    }
}
