package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.story.WatchedDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MigrationTest {

    @Test
    void everyStepHasItsBackup() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("contacts.db"));

        database.leavesOneBackupForEachTransaction(() -> {
            ContactDatabase.migrate();
            return null;
        });
        assertThat(database.column("SELECT name || version FROM contact")).containsExactly("Ada0");

        database.leavesOneBackupForEachTransaction(() -> {
            ContactDatabase.takeBack(1);
            return null;
        });
        assertThat(database.column("SELECT name FROM pragma_table_info('contact')"))
                .containsExactly("id", "name");
    }
}
