package example.contacts;

import org.jooq.CloseableDSLContext;
import org.jooq.impl.DSL;

/** Where the contacts are. */
public final class ContactDatabase {

    private ContactDatabase() {}

    /** The dialect is recognised by the {@code :sqlite:} in the URL. */
    public static CloseableDSLContext open() {
        return DSL.using("jdbc:prtbackup:sqlite:contacts.db?foreign_keys=on");
    }
}
