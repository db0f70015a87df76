package io.github.prtbackup.cli;

import io.github.prtbackup.RestorePreview;
import io.github.prtbackup.diff.Version;
import java.sql.SQLException;

/** What a restore would do, for people. */
final class PreviewText {
    private final Terminal terminal;
    private final RowOptions options;

    PreviewText(Terminal terminal, RowOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    void print(RestorePreview preview) throws SQLException {
        if (preview.changes().isPresent()) {
            new DiffText(terminal, options)
                    .print(
                            Version.NOW,
                            Version.of(preview.backup().backupId()),
                            preview.changes().get());
            terminal.line("The present state would be kept as a safety backup.");
        } else if (preview.damage().isPresent()) {
            terminal.line(preview.damage().get());
            terminal.line(
                    "It would be replaced, and kept as it is as a safety backup that can be copied and not restored.");
        } else {
            terminal.line("There is no database now; it would be made.");
        }
        if (!preview.later().isEmpty()) {
            terminal.line(
                    Text.count(preview.later().size(), "backup of a later state stays", "backups of later states stay")
                            + ".");
        }
        for (ProcessHandle user : preview.users()) {
            terminal.line("Process " + user.pid() + " has the database open" + commandOf(user) + ".");
        }
    }

    private static String commandOf(ProcessHandle process) {
        return process.info().command().map(command -> " (" + command + ")").orElse("");
    }
}
