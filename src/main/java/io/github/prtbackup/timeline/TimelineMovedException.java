package io.github.prtbackup.timeline;

import java.io.IOException;

/** A {@link Timeline} no longer ends where the caller last saw it end. Nothing was written. Ask for its tail again. */
public final class TimelineMovedException extends IOException {
    private static final long serialVersionUID = 1;

    TimelineMovedException(String message) {
        super(message);
    }
}
