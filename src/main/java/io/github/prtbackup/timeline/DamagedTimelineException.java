package io.github.prtbackup.timeline;

import java.io.IOException;

/** Bytes that a point of a {@link Timeline} rests on are not what was written. The message says which. */
public final class DamagedTimelineException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedTimelineException(String message) {
        super(message);
    }
}
