package io.github.prtbackup;

/** There is nothing to undo or redo, or it would not be right to. Nothing has been changed. The message says why. */
public final class UndoRefusedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UndoRefusedException(String message) {
        super(message);
    }
}
