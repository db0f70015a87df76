package io.github.prtbackup.catalog;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An element of {@code "backups"} as it stands in the file, and what it means.
 *
 * @param json the element, kept as it is when the file is rewritten, with the fields we don't know. Never changed
 * @param kind whether it means a backup
 * @param entry the backup; null unless the kind is {@link Kind#USABLE}
 * @param problem why there is none; empty if there is
 */
record Row(JsonNode json, Kind kind, Entry entry, String problem) {
    enum Kind {
        /** A backup. */
        USABLE,
        /** Not a record of a backup. Nothing is concluded from it. */
        MALFORMED,
        /** Good, but its file name can't be expressed in the character set of this process: left to others. */
        FOREIGN
    }

    static Row usable(JsonNode json, Entry entry) {
        return new Row(json, Kind.USABLE, entry, "");
    }

    static Row malformed(JsonNode json, String problem) {
        return new Row(json, Kind.MALFORMED, null, problem);
    }

    static Row foreign(JsonNode json) {
        return new Row(json, Kind.FOREIGN, null, "its file name can't be expressed in this process's character set");
    }

    boolean isUsable() {
        return kind == Kind.USABLE;
    }
}
