package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;
import org.jooq.CloseableDSLContext;
import org.jooq.SQLDialect;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() {
        CloseableDSLContext database = ContactDatabase.open();
        assertThat(database.dialect()).isEqualTo(SQLDialect.SQLITE);
        ContactRepository repository = new ContactRepository(database);
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
                Contacts.closing(database));
    }
}
