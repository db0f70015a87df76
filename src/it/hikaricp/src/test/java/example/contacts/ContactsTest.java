package example.contacts;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() throws Exception {
        HikariDataSource pool = new HikariDataSource(new HikariConfig("/hikari.properties"));
        ContactRepository repository = new ContactRepository(pool);
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
                Contacts.closing(pool));
    }
}
