package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = "Writes a backup to a plain database file.")
final class ExportCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "ID", description = "The backup's id.")
    private long id;

    @Parameters(index = "2", paramLabel = "FILE", description = "The file to write.")
    private Path file;

    @Option(names = "--force", description = "Replace the file if there is one.")
    private boolean force;

    ExportCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        requireReadable(file);
        BackupInfo backup = backups.getBackup(id);
        Path target = file.toAbsolutePath().normalize();
        checkTarget(backups, target);
        if (Files.exists(target)) {
            // Written beside it and moved over it, so that the old file is there until the new one is complete.
            // Its own name may leave no room for more.
            Path fresh = target.resolveSibling(".prtbackup-"
                    + Integer.toHexString(target.getFileName().toString().hashCode()) + "-"
                    + ProcessHandle.current().pid());
            try {
                export(backups, fresh);
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } else {
            export(backups, target);
        }
        if (json()) {
            ObjectNode result = Json.object();
            result.set("exported", Json.backup(backup));
            print(result.put("file", target.toString()));
        } else {
            terminal().line("Exported backup " + name(backup) + " to " + target + ".");
        }
        return Main.DONE;
    }

    private void export(PrtBackup backups, Path target) throws IOException, SQLException {
        copying(backups, () -> {
            backups.exportBackup(id, target);
            return target;
        });
    }

    private void checkTarget(PrtBackup backups, Path target) throws IOException, Failure {
        Path directory = target.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            throw new Failure((Files.exists(directory) ? "not a directory: " : "no such directory: ") + directory);
        }
        for (String suffix : new String[] {"-journal", "-wal"}) {
            Path companion = target.resolveSibling(target.getFileName() + suffix);
            if (Files.exists(companion, LinkOption.NOFOLLOW_LINKS)) {
                // SQLite would play it into the exported database.
                throw new Failure("will not write " + target + " beside " + companion.getFileName()
                        + ", which belongs to another database");
            }
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw new Failure("not a regular file: " + target);
        }
        if (!force) {
            throw new Failure("there is already a file " + target + "; --force replaces it");
        }
        if (Files.exists(database()) && Files.isSameFile(target, database())) {
            throw new Failure("will not export over the database itself; 'restore' does that safely");
        }
        for (BackupInfo backup : backups.getBackupHistory()) {
            if (Files.exists(backup.backupPath()) && Files.isSameFile(target, backup.backupPath())) {
                throw new Failure("will not export over backup #" + backup.backupId() + ": " + target);
            }
        }
    }
}
