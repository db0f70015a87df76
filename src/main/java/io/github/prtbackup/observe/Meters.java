package io.github.prtbackup.observe;

import java.sql.SQLException;

/** Counts and times the automatic backups of connections. Thread-safe. */
@FunctionalInterface
public interface Meters {

    /** Counts nothing. */
    Meters NONE = operation -> {};

    /** One has been made, or has failed. */
    void record(Operation operation);

    /**
     * Those of Micrometer's global registry, whose classes are loaded by this and by nothing else.
     *
     * @param wanted whether to count at all
     * @throws SQLException if Micrometer is not on the class path
     */
    static Meters of(boolean wanted) throws SQLException {
        if (!wanted) {
            return NONE;
        }
        try {
            return Class.forName("io.github.prtbackup.metrics.MicrometerMeters")
                    .asSubclass(Meters.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new SQLException("backup.metrics=true needs io.micrometer:micrometer-core on the class path", e);
        }
    }
}
