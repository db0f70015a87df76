package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestorePreview;
import io.github.prtbackup.RestoreResult;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** A command that restores a backup which it finds itself, after it has shown what that would change. */
abstract class BackCommand extends DatabaseCommand {
    @Mixin
    private Confirmation confirmation;

    @Mixin
    private RowOptions options;

    BackCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean changesBackups() {
        return true;
    }

    @Override
    void check() throws Failure {
        super.check();
        options.check(this);
        confirmation.check(this, verb());
    }

    abstract String verb();

    final Confirmation confirmation() {
        return confirmation;
    }

    final RowOptions options() {
        return options;
    }

    /** Shows what the restore would change, and asks. In JSON the preview is a command of its own. */
    final void preview(PrtBackup backups, BackupInfo backup, String heading, String question)
            throws IOException, SQLException, Failure {
        if (!json()) {
            try (RestorePreview preview = copying(backups, () -> backups.previewRestore(backup.backupId()))) {
                terminal().line(heading);
                new PreviewText(terminal(), options).print(preview);
            }
        }
        confirmation.ask(terminal(), question);
    }

    /**
     * Says what became of the state before.
     *
     * @param more of a safety backup that can be restored
     */
    static String before(RestoreResult result, String more) {
        Optional<BackupInfo> safety = result.safetyBackup();
        if (safety.isEmpty()) {
            return "There was no database before.";
        }
        BackupInfo kept = safety.get();
        return kept.isDamagedFile()
                ? "The damaged file is kept as backup #" + kept.backupId() + ", to be copied and not restored: "
                        + kept.backupPath()
                : "The state before is backup #" + kept.backupId() + more;
    }

    /** Refuses to go on if something has happened while the question waited for its answer. */
    static void requireStill(BackupInfo shown, Optional<BackupInfo> now) throws Failure {
        if (now.filter(shown::equals).isEmpty()) {
            throw new Failure("the database has been changed meanwhile; nothing was done, look again");
        }
    }

    static void put(ObjectNode json, RestoreResult result) {
        json.set("restored", Json.backup(result.restored()));
        json.set("safety_backup", result.safetyBackup().map(Json::backup).orElse(null));
    }
}
