package example.contacts;

import java.io.IOException;
import java.io.Reader;
import java.util.List;
import java.util.function.Function;
import org.apache.ibatis.io.Resources;
import org.apache.ibatis.jdbc.ScriptRunner;
import org.apache.ibatis.session.ExecutorType;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;

/** Contacts by MyBatis. */
public final class ContactRepository {

    private final SqlSessionFactory sessions;

    public ContactRepository() throws IOException {
        try (Reader configuration = Resources.getResourceAsReader("mybatis-config.xml")) {
            sessions = new SqlSessionFactoryBuilder().build(configuration);
        }
    }

    public void createTables() throws IOException {
        try (Reader schema = Resources.getResourceAsReader("schema.sql");
                SqlSession session = sessions.openSession()) {
            ScriptRunner runner = new ScriptRunner(session.getConnection());
            runner.setStopOnError(true);
            runner.setLogWriter(null);
            runner.runScript(schema);
            session.commit(true);
        }
    }

    public long add(String name) {
        NewContact contact = new NewContact(name);
        inTransaction(contacts -> {
            contacts.add(contact);
            return contact;
        });
        return contact.getId();
    }

    public void addAll(List<String> names) {
        try (SqlSession session = sessions.openSession(ExecutorType.BATCH)) {
            ContactMapper contacts = session.getMapper(ContactMapper.class);
            names.forEach(name -> contacts.add(new NewContact(name)));
            session.commit();
        }
    }

    public Contact find(long id) {
        return inTransaction(contacts -> contacts.find(id));
    }

    public boolean rename(Contact contact, String name) {
        return inTransaction(contacts -> contacts.rename(contact, name)) == 1;
    }

    public void tag(long id, String tag) {
        inTransaction(contacts -> {
            contacts.createTag(tag);
            contacts.link(id, tag);
            return tag;
        });
    }

    public void delete(long id) {
        inTransaction(contacts -> {
            contacts.delete(id);
            return id;
        });
    }

    public void addAndFail(String name) {
        inTransaction(contacts -> {
            contacts.add(new NewContact(name));
            throw new IllegalStateException("No contact may be named " + name);
        });
    }

    public List<String> tagged(String tag) {
        return inTransaction(contacts -> contacts.tagged(tag));
    }

    public List<String> names() {
        return inTransaction(ContactMapper::names);
    }

    /** A session that is closed without a commit rolls back. */
    private <T> T inTransaction(Function<ContactMapper, T> work) {
        try (SqlSession session = sessions.openSession()) {
            T result = work.apply(session.getMapper(ContactMapper.class));
            session.commit();
            return result;
        }
    }
}
