package io.github.prtbackup.faults.disk;

import java.io.IOException;

/** A write fails after a part of its bytes. */
public final class TornWriteException extends IOException {
    private static final long serialVersionUID = 1;

    private final int written;

    /**
     * Makes one.
     *
     * @param message what the system says
     * @param written how many bytes are written before that
     */
    public TornWriteException(String message, int written) {
        super(message);
        this.written = written;
    }

    int written() {
        return written;
    }
}
