package example.contacts;

import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.GetGeneratedKeys;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Contacts by Jdbi. */
@RegisterConstructorMapper(Contact.class)
public interface ContactDao {

    @SqlUpdate("INSERT INTO contact (name) VALUES (:name)")
    @GetGeneratedKeys
    long add(String name);

    @SqlBatch("INSERT INTO contact (name) VALUES (:names)")
    void addAll(List<String> names);

    @SqlQuery("SELECT * FROM contact WHERE id = :id")
    Contact find(long id);

    @SqlUpdate(
            "UPDATE contact SET name = :name, version = version + 1 WHERE id = :contact.id AND version = :contact.version")
    boolean rename(@BindMethods("contact") Contact contact, String name);

    @SqlUpdate("INSERT OR IGNORE INTO tag (name) VALUES (:tag)")
    void createTag(String tag);

    @SqlUpdate("INSERT INTO contact_tag SELECT :id, id FROM tag WHERE name = :tag")
    void link(long id, String tag);

    @Transaction
    default void tag(long id, String tag) {
        createTag(tag);
        link(id, tag);
    }

    @SqlUpdate("DELETE FROM contact WHERE id = :id")
    void delete(long id);

    @Transaction
    default void addAndFail(String name) {
        add(name);
        throw new IllegalStateException("No contact may be named " + name);
    }

    @SqlQuery("""
            SELECT contact.name FROM contact JOIN contact_tag ON contact_id = contact.id JOIN tag ON tag_id = tag.id
            WHERE tag.name = :tag ORDER BY contact.name
            """)
    List<String> tagged(String tag);

    @SqlQuery("SELECT name FROM contact ORDER BY name")
    List<String> names();
}
