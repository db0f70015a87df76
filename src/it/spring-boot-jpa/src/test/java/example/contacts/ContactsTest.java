package example.contacts;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

class ContactsTest extends ContactsStory<Contact> {

    @Override
    protected Contacts<Contact> start() {
        ConfigurableApplicationContext application = SpringApplication.run(Application.class);
        ContactService service = application.getBean(ContactService.class);
        return new Contacts<>(
                service::add,
                service::addAll,
                service::find,
                service::rename,
                service::tag,
                service::delete,
                service::addAndFail,
                service::tagged,
                service::names,
                Contacts.closing(application));
    }

    /** Spring Data merges what it is given into what it reads. */
    @Override
    protected boolean comparesVersionsBeforeItWrites() {
        return true;
    }
}
