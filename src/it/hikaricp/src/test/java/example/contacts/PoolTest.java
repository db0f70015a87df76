package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.story.WatchedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnection;

class PoolTest {

    private static final int THREADS = 4;
    private static final int TRANSACTIONS = 10;

    @Test
    void noTransactionOfManyThreadsIsWithoutItsBackup() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("counter.db"));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:prtbackup:sqlite:counter.db?journal_mode=wal&busy_timeout=60000&backup.keep=100");
        config.setMaximumPoolSize(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE counter AS SELECT 0 AS value");
                try (PrtBackup backups = PrtBackup.of(connection)) {
                    backups.cleanupAutoBackups(0);
                }
                assertThat(connection.unwrap(SQLiteConnection.class)).isNotNull();
            }
            List<Future<?>> counting = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                counting.add(threads.submit(() -> {
                    for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
                        count(pool);
                    }
                    return null;
                }));
            }
            for (Future<?> each : counting) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }

        assertThat(database.inEachBackup("SELECT value FROM counter"))
                .containsExactlyElementsOf(IntStream.range(0, THREADS * TRANSACTIONS)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void theDataSourceOfTheDriverTakesTheOldUrlToo() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("source.db"));
        HikariConfig config = new HikariConfig();
        config.setDataSourceClassName("io.github.prtbackup.jdbc.BackupDataSource");
        config.addDataSourceProperty("url", "jdbc:sqlite:source.db");
        try (HikariDataSource pool = new HikariDataSource(config);
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            database.leavesOneBackup(() -> statement.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY)"));
        }
    }

    private static void count(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE counter SET value = value + 1");
            connection.commit();
        }
    }
}
