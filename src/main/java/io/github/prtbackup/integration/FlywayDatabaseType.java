package io.github.prtbackup.integration;

import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.jdbc.BackupDriver;
import java.sql.Connection;
import org.flywaydb.core.internal.database.sqlite.SQLiteDatabaseType;

/** Tells Flyway which driver opens our URLs. The database behind it is left to Flyway's own SQLite support. */
public final class FlywayDatabaseType extends SQLiteDatabaseType {

    /** For Flyway, which finds this class as a service. */
    public FlywayDatabaseType() {}

    @Override
    public boolean handlesJDBCUrl(String url) {
        return DatabaseUrl.isOurs(url);
    }

    @Override
    public String getDriverClass(String url, ClassLoader classLoader) {
        return BackupDriver.class.getName();
    }

    /** Never: of two types that claim the same connection it would depend on their order which one is used. */
    @Override
    public boolean handlesDatabaseProductNameAndVersion(String name, String version, Connection connection) {
        return false;
    }
}
