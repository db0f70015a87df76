package io.github.prtbackup.integration;

import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.jdbc.BackupDriver;
import liquibase.database.DatabaseConnection;
import liquibase.database.core.SQLiteDatabase;

/** Tells Liquibase which driver opens our URLs. The database behind it is left to Liquibase's own SQLite support. */
public final class LiquibaseDatabase extends SQLiteDatabase {

    /** For Liquibase, which finds this class as a service. */
    public LiquibaseDatabase() {}

    @Override
    public String getDefaultDriver(String url) {
        return DatabaseUrl.isOurs(url) ? BackupDriver.class.getName() : null;
    }

    /** Not {@code sqlite}: Liquibase keeps one class for each name, and this one must not displace its own. */
    @Override
    public String getShortName() {
        return "prtbackup";
    }

    /** Never, so that {@code dbms: sqlite} in a changelog goes on to mean what it did. */
    @Override
    public boolean isCorrectDatabaseImplementation(DatabaseConnection connection) {
        return false;
    }
}
