package io.github.prtbackup.timeline;

import java.nio.ByteBuffer;

/**
 * A note that a process left behind the newest point of a {@link Timeline}. It can be marked once it is known how the matter
 * ended that it announces; the mark is the caller's, too. Immutable.
 *
 * @param payload the caller's bytes, read-only
 * @param mark what it had been marked with when it was read; 0 if nothing. Two processes may mark and read at the same time,
 *     and what is read then may be a mixture of old and new bytes
 * @param place its record, for the timeline to find it
 */
public record Announcement(ByteBuffer payload, long mark, LogPosition place) {
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
