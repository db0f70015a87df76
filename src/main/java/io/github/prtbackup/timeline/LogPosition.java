package io.github.prtbackup.timeline;

/**
 * A place between two records of the log of a {@link Timeline}. Immutable.
 *
 * @param segment the number of the segment
 * @param offset bytes from its beginning
 * @param link the checksum of the record that ends there; the record that begins there repeats it, so that one that was
 *     written after something else does not count
 */
public record LogPosition(long segment, long offset, int link) {}
