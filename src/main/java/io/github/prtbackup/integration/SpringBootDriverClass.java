package io.github.prtbackup.integration;

import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.jdbc.BackupDriver;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.sqlite.JDBC;

/**
 * Lets {@code spring.datasource.url} alone choose this driver: Spring Boot knows the driver classes of a fixed list of URLs
 * only. A left-over {@code driver-class-name} of sqlite-jdbc, which could not open the URL, is replaced; any other class
 * stays, as it may be a driver that wraps this one.
 *
 * <p>A listener and not an {@code EnvironmentPostProcessor}, whose interface has changed its package in Spring Boot 4.
 */
public final class SpringBootDriverClass implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    private static final String SQLITE_DRIVER = JDBC.class.getName();

    /** Where an application gives a URL, and the class of the driver beside it. */
    private static final Map<String, String> DRIVER_OF_URL = Map.of(
            "spring.datasource.url", "spring.datasource.driver-class-name",
            "spring.flyway.url", "spring.flyway.driver-class-name",
            "spring.liquibase.url", "spring.liquibase.driver-class-name");

    /** For Spring Boot, which finds this class by {@code META-INF/spring.factories}. */
    public SpringBootDriverClass() {}

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        ConfigurableEnvironment environment = event.getEnvironment();
        Map<String, Object> drivers = new TreeMap<>();
        DRIVER_OF_URL.forEach((url, driver) -> {
            if (DatabaseUrl.isOurs(environment.getProperty(url))
                    && environment.getProperty(driver, SQLITE_DRIVER).equals(SQLITE_DRIVER)) {
                drivers.put(driver, BackupDriver.class.getName());
            }
        });
        if (!drivers.isEmpty()) {
            environment.getPropertySources().addFirst(new MapPropertySource("prtbackup", drivers));
        }
    }

    /** After the listener that reads the configuration files. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
