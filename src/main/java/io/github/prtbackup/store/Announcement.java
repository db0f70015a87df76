package io.github.prtbackup.store;

import java.nio.ByteBuffer;

/**
 * A note that a process left behind the newest point of a {@link Timeline}. Immutable.
 *
 * @param payload the caller's bytes, read-only
 * @param confirmed whether it had been confirmed when it was read
 * @param place its record, for the timeline to find it
 */
public record Announcement(ByteBuffer payload, boolean confirmed, LogPosition place) {
    /**
     * The caller's bytes.
     *
     * @return a read-only buffer of its own
     */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate();
    }
}
