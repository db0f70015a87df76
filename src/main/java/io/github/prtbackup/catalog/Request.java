package io.github.prtbackup.catalog;

import io.github.prtbackup.files.Labels;
import java.nio.file.Path;
import java.util.List;

/**
 * What is to be recorded of a backup.
 *
 * @param original the database it is a backup of; its file name begins the name of the backup
 * @param comment what it was made for; what is longer than {@link Labels#LONGEST_COMMENT} is cut off
 * @param auto whether it is automatic: retention then deletes older automatic ones, and some day this one
 * @param keep how many automatic backups of this database stay, this one included; less than 1 counts as 1, because the
 *     backup is there to protect the write that follows. Without meaning for a manual backup
 * @param tables the tables that the write names; empty where that is not known
 */
public record Request(Path original, String comment, boolean auto, int keep, List<String> tables) {

    /** Keeps to the bounds of {@link Labels}. */
    public Request {
        comment = Labels.shortened(comment);
        tables = Labels.fitting(tables);
    }

    /** One of which no table is known. */
    public Request(Path original, String comment, boolean auto, int keep) {
        this(original, comment, auto, keep, List.of());
    }
}
