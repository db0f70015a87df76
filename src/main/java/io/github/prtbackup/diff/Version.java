package io.github.prtbackup.diff;

import java.util.OptionalLong;

/**
 * A state of a database that can be compared: that of a backup, or the present one. Immutable.
 *
 * @param backup the backup's id; empty for the present state
 */
public record Version(OptionalLong backup) {

    /** The database as it is. */
    public static final Version NOW = new Version(OptionalLong.empty());

    /**
     * The database as it was.
     *
     * @param id the backup's id
     */
    public static Version of(long id) {
        return new Version(OptionalLong.of(id));
    }

    /** In words. */
    @Override
    public String toString() {
        return backup.isPresent() ? "#" + backup.getAsLong() : "now";
    }
}
