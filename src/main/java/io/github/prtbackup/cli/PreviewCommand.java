package io.github.prtbackup.cli;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestorePreview;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "preview", description = "Shows what a restore would change, without doing it.")
final class PreviewCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    @Mixin
    private RowOptions options;

    PreviewCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        super.check();
        options.check(this);
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException {
        try (RestorePreview preview = copying(backups, () -> backups.previewRestore(id))) {
            if (json()) {
                new DiffJson(terminal(), options).print(preview);
            } else {
                print(preview);
            }
        }
        return Main.DONE;
    }

    private void print(RestorePreview preview) throws SQLException {
        terminal().line("Restoring backup " + name(preview.backup()) + " would change:");
        if (preview.changes().isPresent()) {
            new DiffText(terminal(), options)
                    .print(Version.NOW, Version.of(id), preview.changes().get());
            terminal().line("The present state would be kept as a safety backup.");
        } else if (preview.damage().isPresent()) {
            terminal().line(preview.damage().get());
            terminal().line("It would be replaced, and kept as it is as a safety backup.");
        } else {
            terminal().line("There is no database now; it would be made.");
        }
        if (!preview.later().isEmpty()) {
            terminal()
                    .line(Text.count(
                                    preview.later().size(),
                                    "backup of a later state stays",
                                    "backups of later states stay")
                            + ".");
        }
        for (ProcessHandle user : preview.users()) {
            terminal().line("Process " + user.pid() + " has the database open" + commandOf(user) + ".");
        }
    }

    private static String commandOf(ProcessHandle process) {
        return process.info().command().map(command -> " (" + command + ")").orElse("");
    }
}
