package io.github.prtbackup;

import io.github.prtbackup.diff.Conflict;
import java.util.List;

/** There is nothing to undo or redo, or it would not be right to. Nothing has been changed. The message says why. */
public final class UndoRefusedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final transient List<Conflict> conflicts;

    UndoRefusedException(String message) {
        this(message, List.of());
    }

    UndoRefusedException(String message, List<Conflict> conflicts) {
        super(message);
        this.conflicts = List.copyOf(conflicts);
    }

    /**
     * What keeps a transaction from being taken back alone.
     *
     * @return empty if the reason is another, or the exception comes from another process
     */
    public List<Conflict> conflicts() {
        return conflicts == null ? List.of() : conflicts;
    }
}
