package example.contacts;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.locator.ClasspathSqlLocator;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;

/** Where the contacts are. */
public final class ContactDatabase {

    private ContactDatabase() {}

    public static Jdbi open() {
        return Jdbi.create("jdbc:prtbackup:sqlite:contacts.db?foreign_keys=on").installPlugin(new SqlObjectPlugin());
    }

    public static void createTables(Jdbi jdbi) {
        String schema = ClasspathSqlLocator.create().getResource("schema.sql");
        jdbi.useTransaction(handle -> handle.createScript(schema).execute());
    }
}
