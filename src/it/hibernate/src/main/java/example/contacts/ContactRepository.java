package example.contacts;

import jakarta.persistence.OptimisticLockException;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StaleStateException;

/** Contacts as entities. */
public final class ContactRepository {

    private final SessionFactory sessions;

    public ContactRepository(SessionFactory sessions) {
        this.sessions = sessions;
    }

    public long add(String name) {
        return sessions.fromTransaction(session -> persist(session, name));
    }

    public void addAll(List<String> names) {
        sessions.inTransaction(session -> names.forEach(name -> persist(session, name)));
    }

    public Contact find(long id) {
        return sessions.fromTransaction(session -> session.find(Contact.class, id));
    }

    /** A stateless session writes a detached contact without reading it first. */
    public boolean rename(Contact contact, String name) {
        contact.setName(name);
        try {
            sessions.inStatelessTransaction(session -> session.update(contact));
            return true;
        } catch (OptimisticLockException | StaleStateException e) {
            return false;
        }
    }

    public void tag(long id, String name) {
        sessions.inTransaction(session -> {
            Tag tag = session.createSelectionQuery("from Tag where name = :name", Tag.class)
                    .setParameter("name", name)
                    .getSingleResultOrNull();
            if (tag == null) {
                tag = new Tag(name);
                session.persist(tag);
            }
            session.find(Contact.class, id).getTags().add(tag);
        });
    }

    public void delete(long id) {
        sessions.inTransaction(session -> session.remove(session.find(Contact.class, id)));
    }

    public void addAndFail(String name) {
        sessions.inTransaction(session -> {
            persist(session, name);
            throw new IllegalStateException("No contact may be named " + name);
        });
    }

    public List<String> tagged(String tag) {
        return sessions.fromTransaction(session -> session.createSelectionQuery(
                        "select c.name from Contact c join c.tags t where t.name = :tag order by c.name", String.class)
                .setParameter("tag", tag)
                .getResultList());
    }

    public List<String> names() {
        return sessions.fromTransaction(
                session -> session.createSelectionQuery("select name from Contact order by name", String.class)
                        .getResultList());
    }

    private static long persist(Session session, String name) {
        Contact contact = new Contact(name);
        session.persist(contact);
        return contact.getId();
    }
}
