package example.contacts;

import io.github.prtbackup.story.WatchedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.apache.ibatis.datasource.pooled.PooledDataSource;
import org.junit.jupiter.api.Test;

/** MyBatis loads the driver class that it is given, and then asks for the URL whoever opens it. */
class LeftOverDriverTest {

    @Test
    void theUrlAloneDecides() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("left-over.db"));
        PooledDataSource dataSource =
                new PooledDataSource("org.sqlite.JDBC", "jdbc:prtbackup:sqlite:left-over.db", null, null);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            database.leavesOneBackup(() -> statement.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY)"));
        } finally {
            dataSource.forceCloseAll();
        }
    }
}
