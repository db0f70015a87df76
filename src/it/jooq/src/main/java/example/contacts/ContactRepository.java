package example.contacts;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.foreignKey;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/** Contacts by jOOQ. */
public final class ContactRepository {

    private static final Table<Record> CONTACT = table(name("contact"));
    private static final Field<Long> CONTACT_KEY = field(name("contact", "id"), Long.class);
    private static final Field<String> CONTACT_NAME = field(name("contact", "name"), String.class);
    private static final Field<Integer> CONTACT_VERSION = field(name("contact", "version"), Integer.class);

    private static final Table<Record> TAG = table(name("tag"));
    private static final Field<Long> TAG_KEY = field(name("tag", "id"), Long.class);
    private static final Field<String> TAG_NAME = field(name("tag", "name"), String.class);

    private static final Table<Record> CONTACT_TAG = table(name("contact_tag"));
    private static final Field<Long> CONTACT_ID = field(name("contact_tag", "contact_id"), Long.class);
    private static final Field<Long> TAG_ID = field(name("contact_tag", "tag_id"), Long.class);

    private final DSLContext database;

    public ContactRepository(DSLContext database) {
        this.database = database;
    }

    public void createTables() {
        database.transaction(transaction -> {
            DSLContext inside = transaction.dsl();
            inside.createTable(CONTACT)
                    .column("id", SQLDataType.BIGINT.identity(true))
                    .column("name", SQLDataType.VARCHAR.notNull())
                    .column("version", SQLDataType.INTEGER.notNull().defaultValue(0))
                    .execute();
            inside.createTable(TAG)
                    .column("id", SQLDataType.BIGINT.identity(true))
                    .column("name", SQLDataType.VARCHAR.notNull())
                    .unique("name")
                    .execute();
            inside.createTable(CONTACT_TAG)
                    .column("contact_id", SQLDataType.BIGINT.notNull())
                    .column("tag_id", SQLDataType.BIGINT.notNull())
                    .primaryKey("contact_id", "tag_id")
                    .constraint(
                            foreignKey("contact_id").references("contact", "id").onDeleteCascade())
                    .constraint(foreignKey("tag_id").references("tag", "id").onDeleteCascade())
                    .execute();
        });
    }

    public long add(String name) {
        return insert(database, name);
    }

    public void addAll(List<String> names) {
        database.transaction(transaction -> transaction
                .dsl()
                .batch(names.stream()
                        .map(name -> database.insertInto(CONTACT, CONTACT_NAME).values(name))
                        .toList())
                .execute());
    }

    public Contact find(long id) {
        return database.select(CONTACT_KEY, CONTACT_NAME, CONTACT_VERSION)
                .from(CONTACT)
                .where(CONTACT_KEY.eq(id))
                .fetchSingleInto(Contact.class);
    }

    public boolean rename(Contact contact, String name) {
        return database.update(CONTACT)
                        .set(CONTACT_NAME, name)
                        .set(CONTACT_VERSION, CONTACT_VERSION.plus(1))
                        .where(CONTACT_KEY.eq(contact.id()), CONTACT_VERSION.eq(contact.version()))
                        .execute()
                == 1;
    }

    public void tag(long id, String tag) {
        database.transaction(transaction -> {
            DSLContext inside = transaction.dsl();
            inside.insertInto(TAG, TAG_NAME).values(tag).onConflictDoNothing().execute();
            inside.insertInto(CONTACT_TAG, CONTACT_ID, TAG_ID)
                    .select(select(val(id), TAG_KEY).from(TAG).where(TAG_NAME.eq(tag)))
                    .execute();
        });
    }

    public void delete(long id) {
        database.deleteFrom(CONTACT).where(CONTACT_KEY.eq(id)).execute();
    }

    public void addAndFail(String name) {
        database.transaction(transaction -> {
            insert(transaction.dsl(), name);
            throw new IllegalStateException("No contact may be named " + name);
        });
    }

    public List<String> tagged(String tag) {
        return database.select(CONTACT_NAME)
                .from(CONTACT)
                .join(CONTACT_TAG)
                .on(CONTACT_ID.eq(CONTACT_KEY))
                .join(TAG)
                .on(TAG_ID.eq(TAG_KEY))
                .where(TAG_NAME.eq(tag))
                .orderBy(CONTACT_NAME)
                .fetch(CONTACT_NAME);
    }

    public List<String> names() {
        return database.select(CONTACT_NAME).from(CONTACT).orderBy(CONTACT_NAME).fetch(CONTACT_NAME);
    }

    private static long insert(DSLContext database, String name) {
        return database.insertInto(CONTACT, CONTACT_NAME)
                .values(name)
                .returningResult(CONTACT_KEY)
                .fetchSingle()
                .value1();
    }
}
