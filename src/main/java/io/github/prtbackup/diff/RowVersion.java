package io.github.prtbackup.diff;

import java.util.Optional;

/**
 * A change of one row in the history of its database. Immutable.
 *
 * @param from the last state before the change; empty if the row is in the oldest state there is, and nothing tells since
 *     when. If it is an automatic backup, its comment names what was done next
 * @param to the first state with the change
 * @param change what changed; an insertion where {@code from} is empty
 */
public record RowVersion(Optional<Version> from, Version to, RowChange change) {}
