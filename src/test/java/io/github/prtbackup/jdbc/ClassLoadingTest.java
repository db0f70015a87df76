package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.diff.RowChange;
import io.github.prtbackup.diff.RowVersion;
import io.github.prtbackup.diff.Version;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the driver is found, and how it goes with an application that is stopped while the JVM runs on. */
class ClassLoadingTest {

    /** What a driver on its way may use. */
    private static final List<String> LIBRARIES =
            List.of("sqlite-jdbc", "jsqlparser", "jackson-", "slf4j-api", "target/classes", "target/test-classes");

    @TempDir
    private Path directory;

    /** What a web application does: it connects, writes, compares, and takes its drivers back when it is stopped. */
    public static final class WebApplication implements Function<String, String> {

        @Override
        public String apply(String url) {
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE IF NOT EXISTS t(x)");
                statement.executeUpdate("INSERT INTO t VALUES (1)");
                statement.executeUpdate("INSERT INTO t SELECT 2 WHERE (SELECT count(*) FROM t) > 0");
                try (PrtBackup backups = PrtBackup.of(connection)) {
                    String same = isSame(records(), records()) ? "the same" : "others";
                    return backups.getBackupHistory().size() + " backups, " + same;
                }
            } catch (SQLException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static boolean isSame(Object one, Object other) {
            return one.equals(other)
                    && one.hashCode() == other.hashCode()
                    && one.toString().equals(other.toString());
        }

        /** One, and then one whose last component is such a one. */
        private static List<Record> records() {
            RowChange change = new RowChange(RowChange.Kind.INSERTED, Optional.empty(), Optional.empty(), List.of());
            return List.of(change, new RowVersion(Optional.empty(), Version.NOW, change));
        }
    }

    /** Uses the driver by its data source alone, and closes the connection after the driver is gone. */
    public static final class LateApplication implements Function<String, String> {

        @Override
        public String apply(String url) {
            BackupDataSource source = new BackupDataSource();
            source.setUrl(url);
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(x)");
                statement.executeUpdate("INSERT INTO t VALUES (1)");
                List<String> gone = new Stopped().call();
                statement.executeUpdate("INSERT INTO t VALUES (2)");
                try (PrtBackup backups = PrtBackup.of(connection)) {
                    return backups.getBackupHistory().size() + " backups, without " + gone;
                }
            } catch (SQLException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"incremental", "full"})
    void aConnectionThatIsClosedAfterItsDriverWentWorksAndLeavesNoOpenFile(String strategy) throws Exception {
        Path database = directory.toRealPath().resolve("prt.db");
        try (URLClassLoader loader = isolated()) {
            @SuppressWarnings("unchecked")
            Function<String, String> application =
                    (Function<String, String>) create(loader, LateApplication.class.getName());
            assertThat(application.apply("jdbc:prtbackup:sqlite:" + database + "?backup.strategy=" + strategy))
                    .isEqualTo("3 backups, without [" + BackupDriver.class.getName() + ", org.sqlite.JDBC]");
            assertThat(openFiles(database.getParent())).isEmpty();
        }
    }

    /** As servlet containers do it, by a class in the application's own loader. */
    public static final class Stopped implements Callable<List<String>> {

        @Override
        public List<String> call() throws SQLException {
            List<String> names = new ArrayList<>();
            for (Driver driver : DriverManager.drivers().toList()) {
                if (driver.getClass().getClassLoader() == getClass().getClassLoader()) {
                    DriverManager.deregisterDriver(driver);
                    names.add(driver.getClass().getName());
                }
            }
            return names.stream().sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"incremental", "full"})
    void aStoppedApplicationLeavesNoClassLoaderNoThreadAndNoOpenFile(String strategy) throws Exception {
        Path database = directory.toRealPath().resolve("prt.db");
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        WeakReference<ClassLoader> loader = runAndStop(database, strategy);
        for (int i = 0; i < 100 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(loader.get()).isNull();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !threads.contains(thread))
                .filteredOn(thread -> !thread.getName().startsWith("ForkJoinPool.commonPool"))
                .filteredOn(thread -> !thread.getName().equals("process reaper"))
                .isEmpty();
    }

    /** In a method of its own, so that no variable refers to the loader. */
    private static WeakReference<ClassLoader> runAndStop(Path database, String strategy) throws Exception {
        try (URLClassLoader loader = isolated()) {
            @SuppressWarnings("unchecked")
            Function<String, String> application = (Function<String, String>)
                    create(loader, BackupDriver.class.getName(), WebApplication.class.getName());
            assertThat(application.apply("jdbc:prtbackup:sqlite:" + database + "?backup.strategy=" + strategy))
                    .isEqualTo("3 backups, the same");
            assertThat(openFiles(database.getParent())).isNotEmpty();
            @SuppressWarnings("unchecked")
            Callable<List<String>> stop = (Callable<List<String>>) create(loader, Stopped.class.getName());
            assertThat(stop.call()).contains(BackupDriver.class.getName());
            assertThat(openFiles(database.getParent())).isEmpty();
            return new WeakReference<>(loader);
        }
    }

    /** Loads all and makes an object of the last. */
    private static Object create(ClassLoader loader, String... classes) throws ReflectiveOperationException {
        Class<?> last = null;
        for (String name : classes) {
            last = Class.forName(name, true, loader);
        }
        return last.getDeclaredConstructor().newInstance();
    }

    private static URLClassLoader isolated() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (LIBRARIES.stream().anyMatch(path::contains)) {
                urls.add(Path.of(path).toUri().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    /** What this process has open there, where the system tells. */
    private static List<String> openFiles(Path directory) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .flatMap(descriptor -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(descriptor).toString());
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .filter(path -> path.startsWith(directory.toString()))
                    .toList();
        }
    }
}
