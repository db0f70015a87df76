package io.github.prtbackup.timeline;

/**
 * Where a {@link Timeline} ends. Two are equal if nothing was added between them. Immutable.
 *
 * @param newest the newest point
 * @param end the end of the log, for the timeline to recognize
 */
public record Tail(Point newest, LogPosition end) {}
