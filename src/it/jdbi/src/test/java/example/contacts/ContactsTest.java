package example.contacts;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;
import org.jdbi.v3.core.Jdbi;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() {
        Jdbi jdbi = ContactDatabase.open();
        ContactDatabase.createTables(jdbi);
        ContactDao contacts = jdbi.onDemand(ContactDao.class);
        return new Contacts<>(
                contacts::add,
                contacts::addAll,
                contacts::find,
                contacts::rename,
                contacts::tag,
                contacts::delete,
                contacts::addAndFail,
                contacts::tagged,
                contacts::names,
                () -> null);
    }
}
