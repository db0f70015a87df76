package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.story.WatchedDatabase;
import jakarta.persistence.Persistence;
import java.nio.file.Path;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that had named sqlite-jdbc's driver class and has changed its URL only. */
class LeftOverDriverTest {

    @ParameterizedTest
    @ValueSource(strings = {"jakarta.persistence.jdbc.driver", "hibernate.connection.driver_class"})
    void theUrlAloneDecides(String driver) throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("left-over.db"));
        Map<String, String> settings =
                Map.of("jakarta.persistence.jdbc.url", "jdbc:prtbackup:sqlite:left-over.db", driver, "org.sqlite.JDBC");
        try (SessionFactory sessions =
                Persistence.createEntityManagerFactory("contacts", settings).unwrap(SessionFactory.class)) {
            ContactRepository contacts = new ContactRepository(sessions);
            long id = database.leavesOneBackup(() -> contacts.add("Ada"));
            assertThat(contacts.find(id).getName()).isEqualTo("Ada");
        }
    }
}
