package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.catalog.Entry;
import io.github.prtbackup.files.Durable;
import io.github.prtbackup.files.FileMode;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.Located;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Writes a backup to where the user wants it: complete and durable under its name, or not at all. */
public final class Export {

    private Export() {}

    /**
     * Copies a backup. What is checked is the copy, whatever becomes of the backup meanwhile.
     *
     * @param backup whose permissions the copy gets
     * @param content its content, maybe in a file made for the purpose
     * @param target the new file
     * @param progress may end it
     * @throws FileAlreadyExistsException if the target exists
     * @throws java.nio.file.NoSuchFileException if the backup's file is gone
     * @throws DamagedBackupException if the backup is not what it was
     */
    public static void copy(Entry backup, Entry content, Path target, CopyProgress progress) throws IOException {
        Verification.requirePresent(content);
        Path absolute = target.toAbsolutePath();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path complete = Files.createTempFile(
                absolute.getParent(),
                "." + FileNames.label(absolute.getFileName().toString()),
                ".exporting");
        try {
            // Into the file that is there, which nobody else can read.
            Located.run(complete, () -> {
                try (OutputStream out = Files.newOutputStream(complete)) {
                    Files.copy(content.path(), out);
                }
            });
            progress.check();
            Verification.require(backup, content.withPath(complete), progress);
            // Before it gets permissions by which it may be that not even its owner can write to it.
            Durable.syncFile(complete);
            // Those of the backup only where there is no database, which may be private since.
            FileMode.copy(Files.exists(backup.original()) ? backup.original() : backup.path(), complete);
            progress.check();
            Files.move(complete, absolute);
            Durable.syncDirectory(absolute.getParent());
        } finally {
            Files.deleteIfExists(complete);
        }
    }
}
