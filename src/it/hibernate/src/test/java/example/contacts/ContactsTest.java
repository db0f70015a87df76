package example.contacts;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;
import jakarta.persistence.Persistence;
import org.hibernate.SessionFactory;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() {
        SessionFactory sessions =
                Persistence.createEntityManagerFactory("contacts").unwrap(SessionFactory.class);
        ContactRepository repository = new ContactRepository(sessions);
        return new Contacts<>(
                repository::add,
                repository::addAll,
                repository::find,
                repository::rename,
                repository::tag,
                repository::delete,
                repository::addAndFail,
                repository::tagged,
                repository::names,
                Contacts.closing(sessions));
    }
}
