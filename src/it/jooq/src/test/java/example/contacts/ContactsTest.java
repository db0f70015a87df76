package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.story.Contacts;
import io.github.prtbackup.story.ContactsStory;
import java.sql.Connection;
import java.sql.DriverManager;
import org.jooq.CloseableDSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.JDBCUtils;
import org.junit.jupiter.api.Test;

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

    @Test
    void theDialectIsInTheUrlOfEveryConnection() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:prtbackup:contacts.db")) {
            assertThat(DSL.using(connection).dialect()).isEqualTo(SQLDialect.SQLITE);
        }
        assertThat(JDBCUtils.dialect("jdbc:prtbackup:contacts.db")).isEqualTo(SQLDialect.DEFAULT);
    }
}
