package io.github.prtbackup.diff;

import java.sql.SQLException;

/** A state cannot be compared, because it is no database that SQLite can make sense of. */
public final class DamagedStateException extends SQLException {
    private static final long serialVersionUID = 1;

    private final boolean now;

    DamagedStateException(Version version, String problem, SQLException cause) {
        super(
                (version.equals(Version.NOW) ? "The database" : "Backup " + version) + " is damaged: " + problem,
                cause.getSQLState(),
                cause.getErrorCode(),
                cause);
        this.now = version.equals(Version.NOW);
    }

    /**
     * Whether it is the database as it is, and not a backup.
     *
     * @return true for {@link Version#NOW}
     */
    public boolean isNow() {
        return now;
    }
}
