package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.github.prtbackup.story.WatchedDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application that had named sqlite-jdbc's driver class and has changed its URL only. */
class LeftOverDriverTest {

    @Test
    void theUrlAloneDecides() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("left-over.db"));
        String[] settings = {
            "--spring.datasource.url=jdbc:prtbackup:sqlite:left-over.db",
            "--spring.datasource.driver-class-name=org.sqlite.JDBC"
        };
        try (ConfigurableApplicationContext application = SpringApplication.run(Application.class, settings)) {
            ContactService contacts = application.getBean(ContactService.class);
            long id = database.leavesOneBackup(() -> contacts.add("Ada"));
            assertThat(contacts.find(id).name()).isEqualTo("Ada");
        }
    }

    @Test
    void aDataSourceOfTheApplicationsOwnNeedsNoDriverEither() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("own.db"));
        try (HikariDataSource dataSource = DataSourceBuilder.create()
                .type(HikariDataSource.class)
                .url("jdbc:prtbackup:sqlite:own.db")
                .build()) {
            JdbcTemplate jdbc = new JdbcTemplate(dataSource);
            database.leavesOneBackup(() -> jdbc.update("CREATE TABLE contact (id INTEGER PRIMARY KEY)"));
        }
    }
}
