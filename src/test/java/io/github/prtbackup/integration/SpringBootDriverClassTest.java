package io.github.prtbackup.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.jdbc.BackupDriver;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.bootstrap.DefaultBootstrapContext;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Which driver class Spring Boot is told. That it listens is shown by the applications in {@code src/it}. */
class SpringBootDriverClassTest {

    private static final String OURS = "jdbc:prtbackup:sqlite:contacts.db";
    private static final String DRIVER = "spring.datasource.driver-class-name";

    @ParameterizedTest
    @ValueSource(strings = {"datasource", "flyway", "liquibase"})
    void theUrlAloneChoosesTheDriver(String section) {
        String driver = "spring." + section + ".driver-class-name";

        assertThat(property(driver, Map.of("spring." + section + ".url", OURS)))
                .isEqualTo(BackupDriver.class.getName());
    }

    @Test
    void sqlitesDriverCannotOpenTheUrlAndIsReplaced() {
        assertThat(property(DRIVER, Map.of("spring.datasource.url", OURS, DRIVER, "org.sqlite.JDBC")))
                .isEqualTo(BackupDriver.class.getName());
    }

    @Test
    void anotherDriverMayWrapOursAndStays() {
        assertThat(property(DRIVER, Map.of("spring.datasource.url", OURS, DRIVER, "com.example.SpyDriver")))
                .isEqualTo("com.example.SpyDriver");
    }

    @Test
    void otherUrlsAreNotTouched() {
        assertThat(property(DRIVER, Map.of())).isNull();
        assertThat(property(DRIVER, Map.of("spring.datasource.url", "jdbc:sqlite:contacts.db")))
                .isNull();
        assertThat(property(
                        DRIVER, Map.of("spring.datasource.url", "jdbc:sqlite:contacts.db", DRIVER, "org.sqlite.JDBC")))
                .isEqualTo("org.sqlite.JDBC");
    }

    private static String property(String key, Map<String, Object> configuration) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addLast(new MapPropertySource("application.properties", configuration));
        new SpringBootDriverClass()
                .onApplicationEvent(new ApplicationEnvironmentPreparedEvent(
                        new DefaultBootstrapContext(), new SpringApplication(), new String[0], environment));
        return environment.getProperty(key);
    }
}
