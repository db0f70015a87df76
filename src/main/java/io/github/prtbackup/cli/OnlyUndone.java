package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoOnlyPreview;
import io.github.prtbackup.UndoOnlyPreview.Commits;
import io.github.prtbackup.UndoOnlyResult;
import io.github.prtbackup.diff.Conflict;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** {@code undo --only}: shows what it would change, or what is in the way. */
final class OnlyUndone {
    private final Terminal terminal;
    private final RowOptions options;
    private final boolean json;

    OnlyUndone(Terminal terminal, RowOptions options, boolean json) {
        this.terminal = terminal;
        this.options = options;
        this.json = json;
    }

    /** The question whether it is to be done. */
    interface Question {
        void ask(BackupInfo backup) throws IOException, Failure;
    }

    int run(PrtBackup backups, long id, Question question) throws IOException, SQLException, Failure {
        Commits commits;
        try (UndoOnlyPreview preview = backups.previewUndoOnly(id)) {
            commits = preview.commits();
            if (!json) {
                show(preview);
            }
            requirePossible(preview);
            question.ask(preview.backup());
        }
        UndoOnlyResult result = backups.undoOnly(id);
        if (json) {
            ObjectNode document = Json.object();
            document.set("undone", Json.backups(List.of(result.undone())));
            document.set("backup_before", Json.backup(result.backupBefore()));
            document.put("alone", commits == Commits.ONE ? Boolean.TRUE : null);
            terminal.json(Json.print(document));
            return Main.DONE;
        }
        terminal.line("Undid the one transaction behind backup " + DatabaseCommand.name(result.undone()) + ".");
        terminal.line("The state before is backup #" + result.backupBefore().backupId() + "; 'undo' returns to it.");
        return Main.DONE;
    }

    private void show(UndoOnlyPreview preview) throws SQLException {
        long id = preview.backup().backupId();
        terminal.line("To undo the one transaction behind backup " + DatabaseCommand.name(preview.backup())
                + " means to change back what it changed.");
        new DiffText(terminal, options).print("from its end", Version.of(id).toString(), preview.changes());
        if (preview.changes().tables().stream().anyMatch(table -> table.name().startsWith("sqlite_stat"))) {
            terminal.line("The statistics of ANALYZE (sqlite_stat…) stay as they are.");
        }
        if (preview.commits() == Commits.UNKNOWN) {
            terminal.line("Whether somebody else wrote without a backup before the next one was made is not known;"
                    + " his changes would be among these.");
        }
    }

    private void requirePossible(UndoOnlyPreview preview) throws Failure {
        long id = preview.backup().backupId();
        List<Conflict> conflicts = preview.conflicts();
        if (!conflicts.isEmpty()) {
            printConflicts(conflicts);
            throw new Failure("the transaction behind backup #" + id + " cannot be undone alone: "
                    + Text.count(conflicts.size(), "conflict", "conflicts") + " with what is there now");
        }
        if (preview.commits() == Commits.SEVERAL) {
            throw new Failure("more than one transaction was committed between backup #" + id
                    + " and the next, so what the one changed is not known");
        }
    }

    private void printConflicts(List<Conflict> conflicts) {
        if (json) {
            ArrayNode array = Json.object().putArray("conflicts");
            for (Conflict conflict : conflicts) {
                ObjectNode node = array.addObject();
                node.put("table", conflict.table());
                node.put("reason", conflict.reason());
                node.put("expected", conflict.expected().map(DiffText::all).orElse(null));
                node.put("present", conflict.present().map(DiffText::all).orElse(null));
            }
            ObjectNode document = Json.object();
            document.set("conflicts", array);
            terminal.json(Json.print(document));
            return;
        }
        terminal.line("In conflict:");
        int shown = (int) options.shown(conflicts.size());
        for (Conflict conflict : conflicts.subList(0, shown)) {
            terminal.line("  " + conflict.table() + ": " + conflict.reason()
                    + conflict.expected()
                            .map(row -> "; expected " + DiffText.all(row))
                            .orElse("")
                    + conflict.present()
                            .map(row -> "; present " + DiffText.all(row))
                            .orElse(""));
        }
        if (shown < conflicts.size()) {
            terminal.line("  … and " + (conflicts.size() - shown) + " more; --limit 0 shows all");
        }
    }
}
