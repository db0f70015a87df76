package io.github.prtbackup.backup;

import java.util.List;

/**
 * What an automatic backup is made for.
 *
 * @param operation what is about to be done, in words
 * @param tables those that the first write names; empty where that is not known
 */
public record Occasion(String operation, List<String> tables) {

    private static final String COMMENT = "Auto-backup before: ";

    /** Copies the list. */
    public Occasion {
        tables = List.copyOf(tables);
    }

    /** One of which only the operation is known. */
    public static Occasion of(String operation) {
        return new Occasion(operation, List.of());
    }

    /** The comment of the backup. */
    String comment() {
        return COMMENT + operation;
    }
}
