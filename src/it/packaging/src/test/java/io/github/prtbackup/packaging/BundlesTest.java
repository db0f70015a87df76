package io.github.prtbackup.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The jars as OSGi bundles. */
class BundlesTest {

    /** What slf4j-api wants from its environment, to find a logger that is not there. */
    private static final String LOGGER =
            "osgi.extender;osgi.extender=\"osgi.serviceloader.processor\";version:Version=1.0,"
                    + "osgi.serviceloader;osgi.serviceloader=\"org.slf4j.spi.SLF4JServiceProvider\"";

    @TempDir
    Path directory;

    @Test
    void theDriverRunsBesideTheBundlesThatItNeeds() throws Exception {
        List<Path> bundles = new ArrayList<>(Jars.dependencies());
        bundles.add(Jars.THIN);
        backsUp(bundles, "io.github.prtbackup");
    }

    @Test
    void theAllInOneJarRunsAlone() throws Exception {
        backsUp(List.of(Jars.ALL_IN_ONE), "io.github.prtbackup.all");
    }

    private void backsUp(List<Path> jars, String name) throws Exception {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        directory.resolve("bundles").toString(),
                        Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
                        LOGGER));
        framework.start();
        try {
            for (Path jar : jars) {
                framework.getBundleContext().installBundle(jar.toUri().toString());
            }
            Driver driver = (Driver) started(framework, name)
                    .loadClass("io.github.prtbackup.jdbc.BackupDriver")
                    .getConstructor()
                    .newInstance();
            String url = "jdbc:prtbackup:sqlite:" + directory.resolve("contacts.db");
            try (Connection connection = driver.connect(url, new Properties());
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE contacts (name)");
                statement.executeUpdate("INSERT INTO contacts VALUES ('Ada')");
            }
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
        try (Stream<Path> backups = Files.list(directory.resolve("backups"))) {
            assertThat(backups.filter(file -> file.toString().endsWith(".db"))).hasSize(2);
        }
    }

    private static Bundle started(Framework framework, String name) throws BundleException {
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                bundle.start();
                return bundle;
            }
        }
        throw new AssertionError("no bundle " + name);
    }
}
