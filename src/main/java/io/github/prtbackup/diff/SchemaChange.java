package io.github.prtbackup.diff;

import java.util.Optional;

/**
 * A table, index, view or trigger that differs. One that was renamed is one that was dropped and one that was added.
 *
 * @param kind what happened to it
 * @param type {@code table}, {@code index}, {@code view} or {@code trigger}
 * @param name its name
 * @param table the table or view that it belongs to; its own name if it is one
 * @param before the statement that made it before; empty where it was added
 * @param after the statement that makes it now; empty where it was dropped
 */
public record SchemaChange(
        Kind kind, String type, String name, String table, Optional<String> before, Optional<String> after) {

    /** What happened to an object. */
    public enum Kind {
        /** It is new. */
        ADDED,
        /** Its statement is another. */
        CHANGED,
        /** It is gone. */
        DROPPED
    }
}
