package io.github.prtbackup.cli;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestorePreview;
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
                terminal().line("Restoring backup " + name(preview.backup()) + " would change:");
                new PreviewText(terminal(), options).print(preview);
            }
        }
        return Main.DONE;
    }
}
