package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.story.WatchedDatabase;
import java.nio.file.Path;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;

class MigrationTest {

    private static final String[] GOOD = {"classpath:db/migration"};
    private static final String[] BROKEN = {"classpath:db/migration", "classpath:db/broken"};

    @Test
    void everyStepHasItsBackup() throws Exception {
        WatchedDatabase database = new WatchedDatabase(Path.of("contacts.db"));

        database.leavesOneBackupForEachTransaction(
                () -> assertThat(ContactDatabase.migrate(GOOD)).isEqualTo(3));
        assertThat(database.column("SELECT name || version FROM contact ORDER BY id"))
                .containsExactly("Ada Lovelace1", "Grace0");

        database.leavesNoBackup(() -> assertThat(ContactDatabase.migrate(GOOD)).isZero());

        database.leavesOneBackupAndNoChange(() -> assertThatThrownBy(() -> ContactDatabase.migrate(BROKEN))
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("no such table: nowhere"));
    }
}
