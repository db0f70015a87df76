package example.contacts;

import org.flywaydb.core.Flyway;

/** Where the contacts are. */
public final class ContactDatabase {

    private static final String URL = "jdbc:prtbackup:sqlite:contacts.db";

    private ContactDatabase() {}

    /** Brings the tables to the newest version and returns how many steps that took. */
    public static int migrate(String... locations) {
        return Flyway.configure()
                .dataSource(URL, null, null)
                .locations(locations)
                .load()
                .migrate()
                .migrationsExecuted;
    }
}
