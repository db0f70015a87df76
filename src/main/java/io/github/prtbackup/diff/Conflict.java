package io.github.prtbackup.diff;

import java.util.Optional;

/**
 * Something that keeps a transaction from being taken back alone. Immutable.
 *
 * @param table the table, or the view, index, trigger or setting that it is about
 * @param expected the row as the transaction left it; empty where it left none, or this is not about a row
 * @param present the row as it is; empty where there is none, or this is not about a row
 * @param reason in words
 */
public record Conflict(String table, Optional<Row> expected, Optional<Row> present, String reason) {

    static Conflict of(String table, String reason) {
        return new Conflict(table, Optional.empty(), Optional.empty(), reason);
    }
}
