package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Queries in SQLite's own words. The driver brings no parser of SQL onto the class path that Spring Data would use for them. */
class NativeQueriesTest {

    @Test
    void applicationsStartWithNativeQueriesInTheWordsOfSqlite() {
        assertThatThrownBy(() -> Class.forName("net.sf.jsqlparser.parser.CCJSqlParser"))
                .isInstanceOf(ClassNotFoundException.class);
        try (ConfigurableApplicationContext application =
                SpringApplication.run(Application.class, "--spring.datasource.url=jdbc:prtbackup:sqlite:queries.db")) {
            ContactRepository contacts = application.getBean(ContactRepository.class);
            contacts.deleteAll();
            contacts.save(new Contact("Ada"));
            contacts.save(new Contact("Grace"));
            assertThat(contacts.findNamesLike("A*")).containsExactly("Ada");
            assertThat(contacts.countNamed("Grace")).isOne();
            assertThat(contacts.countThatAre("Ada")).isOne();
            contacts.addTagUnlessThere(7, "reader");
            assertThat(contacts.addTagUnlessThere(7, "reader")).isZero();
        }
    }
}
