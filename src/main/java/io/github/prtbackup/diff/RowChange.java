package io.github.prtbackup.diff;

import java.util.List;
import java.util.Optional;

/**
 * A row that differs. Immutable.
 *
 * @param kind what happened to it
 * @param before the row as it was; empty where it was inserted
 * @param after the row as it is; empty where it was deleted
 * @param changed the columns whose values differ; empty unless it was updated
 */
public record RowChange(Kind kind, Optional<Row> before, Optional<Row> after, List<String> changed) {

    /** What happened to a row. */
    public enum Kind {
        /** It is new. */
        INSERTED,
        /** Its key is the same, but not all of the rest. */
        UPDATED,
        /** It is gone. */
        DELETED
    }

    static RowChange inserted(Row after) {
        return new RowChange(Kind.INSERTED, Optional.empty(), Optional.of(after), List.of());
    }

    static RowChange deleted(Row before) {
        return new RowChange(Kind.DELETED, Optional.of(before), Optional.empty(), List.of());
    }

    static RowChange updated(Row before, Row after, List<String> changed) {
        return new RowChange(Kind.UPDATED, Optional.of(before), Optional.of(after), changed);
    }
}
