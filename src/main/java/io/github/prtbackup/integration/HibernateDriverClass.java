package io.github.prtbackup.integration;

import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.jdbc.BackupDriver;
import java.util.List;
import java.util.Map;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.service.spi.ServiceContributor;
import org.sqlite.JDBC;

/**
 * Lets a left-over driver class of sqlite-jdbc do no harm in Hibernate's configuration, where it usually stands beside the
 * URL, which it could not open.
 */
public final class HibernateDriverClass implements ServiceContributor {

    private static final List<String> URLS =
            List.of("jakarta.persistence.jdbc.url", "javax.persistence.jdbc.url", "hibernate.connection.url");
    private static final List<String> DRIVERS = List.of(
            "jakarta.persistence.jdbc.driver", "javax.persistence.jdbc.driver", "hibernate.connection.driver_class");

    /** For Hibernate, which finds this class as a service. */
    public HibernateDriverClass() {}

    @Override
    public void contribute(StandardServiceRegistryBuilder builder) {
        Map<String, Object> settings = builder.getSettings();
        boolean ours =
                URLS.stream().anyMatch(key -> settings.get(key) instanceof String url && DatabaseUrl.isOurs(url));
        for (String key : DRIVERS) {
            if (ours && JDBC.class.getName().equals(settings.get(key))) {
                builder.applySetting(key, BackupDriver.class.getName());
            }
        }
    }
}
