package io.github.prtbackup.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every contacts application is put through. Whatever it is built on, each of its transactions that writes leaves one
 * backup with the state before it, and those that read leave none.
 *
 * @param <C> what the application makes of a row of contacts
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ContactsStory<C> {

    private WatchedDatabase database;
    private Contacts<C> contacts;

    /** Starts the application on {@code contacts.db}, which is not there, and creates the tables. */
    protected abstract Contacts<C> start() throws Exception;

    /** Whether an update that comes too late is found out by a SELECT, and not by an UPDATE that meets no row. */
    protected boolean comparesVersionsBeforeItWrites() {
        return false;
    }

    @BeforeAll
    void theSchemaIsCreated() throws Exception {
        database = new WatchedDatabase(Path.of("contacts.db"));
        database.leavesOneBackupForEachTransaction(() -> contacts = start());
    }

    @AfterAll
    void stop() throws Exception {
        if (contacts != null) {
            contacts.stop().call();
        }
    }

    @Test
    void anInsertReturnsItsKey() throws Exception {
        long first = database.leavesOneBackup(() -> contacts.add().apply("Ada"));
        long second = database.leavesOneBackup(() -> contacts.add().apply("Grace"));

        assertThat(second).isGreaterThan(first);
        assertThat(database.column("SELECT name FROM contact WHERE id = " + first))
                .containsExactly("Ada");
    }

    @Test
    void aBatchIsOneTransaction() throws Exception {
        database.leavesOneBackup(() -> {
            contacts.addAll().accept(List.of("Alan", "Edgar", "Kurt"));
            return null;
        });

        assertThat(database.column("SELECT name FROM contact")).contains("Alan", "Edgar", "Kurt");
    }

    @Test
    void theSecondOfTwoUpdatesIsRefused() throws Exception {
        long id = contacts.add().apply("Edsger");
        C first = database.leavesNoBackup(() -> contacts.find().apply(id));
        C second = database.leavesNoBackup(() -> contacts.find().apply(id));

        assertThat(database.leavesOneBackup(() -> contacts.rename().apply(first, "Edsger Dijkstra")))
                .isTrue();
        Callable<Void> refused = () -> {
            assertThat(contacts.rename().apply(second, "Edsger W.")).isFalse();
            return null;
        };
        if (comparesVersionsBeforeItWrites()) {
            database.leavesNoBackup(refused);
        } else {
            database.leavesOneBackupAndNoChange(refused);
        }
        assertThat(database.column("SELECT name FROM contact WHERE id = " + id)).containsExactly("Edsger Dijkstra");
    }

    @Test
    void contactsAndTagsAreManyToMany() throws Exception {
        long niklaus = contacts.add().apply("Niklaus");
        long barbara = contacts.add().apply("Barbara");
        database.leavesOneBackup(() -> {
            contacts.tag().accept(niklaus, "languages");
            return null;
        });
        database.leavesOneBackup(() -> {
            contacts.tag().accept(barbara, "languages");
            return null;
        });

        assertThat(database.leavesNoBackup(() -> contacts.tagged().apply("languages")))
                .containsExactly("Barbara", "Niklaus");
        assertThat(database.column("SELECT name FROM tag WHERE name = 'languages'"))
                .hasSize(1);

        database.leavesOneBackup(() -> {
            contacts.delete().accept(niklaus);
            return null;
        });
        assertThat(database.leavesNoBackup(() -> contacts.tagged().apply("languages")))
                .containsExactly("Barbara");
        assertThat(database.column("SELECT count(*) FROM contact_tag WHERE contact_id = " + niklaus))
                .containsExactly("0");
    }

    @Test
    void whatIsRolledBackHasItsBackupToo() throws Exception {
        database.leavesOneBackupAndNoChange(() -> {
            assertThatThrownBy(() -> contacts.addAndFail().accept("Nobody")).hasMessageContaining("Nobody");
            return null;
        });
        assertThat(database.leavesNoBackup(contacts.names())).doesNotContain("Nobody");
    }
}
