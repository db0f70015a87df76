package example.contacts;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() throws Exception {
        ContactRepository repository = new ContactRepository();
        repository.createTables();
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
                () -> null);
    }
}
