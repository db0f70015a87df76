package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Function;

/** {@code undo} and {@code redo} on the command line. */
class UndoCommandTest {

    @TempDir
    Path home;

    private Path database;

    /** Backup #1 is before the table, #2 before Ada, #3 before Alan, #4 before the tag. */
    @BeforeEach
    void fill() throws Exception {
        database = home.resolve("prt.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, tag TEXT)");
            connection.setClientInfo("backup.operation", "import");
            Sql.run(
                    connection,
                    "INSERT INTO contacts(name) VALUES ('Ada')",
                    "INSERT INTO contacts(name) VALUES ('Alan')");
            connection.setClientInfo("backup.operation", "add_tag");
            Sql.run(connection, "UPDATE contacts SET tag = 'new' WHERE id = 1");
        }
    }

    private List<String> contacts() throws Exception {
        return Sql.column(database, "SELECT name || coalesce(' ' || tag, '') FROM contacts ORDER BY id");
    }

    @Test
    void goesBackStepByStepAndReturns() throws Exception {
        assertThat(Cli.run("undo", database, "--yes").succeeds().out()).matches("""
                        To undo the last transaction means to go back to backup #4 of .* \\(Auto-backup before: add_tag\\)\\.
                        From now to #4:
                          TABLE     INSERTED  UPDATED  DELETED  COLUMNS
                          contacts         0        1        0  tag
                        The present state would be kept as a safety backup\\.
                        Undid the last transaction: .*prt.db is as in backup #4 of .*\\.
                        The state before is backup #5; 'redo' returns to it\\.
                        """);
        assertThat(contacts()).containsExactly("Ada", "Alan");
        Cli.run("undo", database, "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada");

        assertThat(Cli.run("redo", database, "--yes").succeeds().out())
                .contains("To redo means to return to backup #6", "Returned ");
        assertThat(contacts()).containsExactly("Ada", "Alan");
        Cli.run("redo", database, "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada new", "Alan");
        assertThat(Cli.run("redo", database, "--yes").fails().err()).contains("nothing to redo");
    }

    @Test
    void ofAnIdOrAnOperationTakesAllLaterOnesBackToo() throws Exception {
        assertThat(Cli.run("undo", database, 3, "--yes").succeeds().out())
                .contains("To undo the last 2 transactions means to go back to backup #3");
        assertThat(contacts()).containsExactly("Ada");
        assertThat(Cli.run("undo", database, 4, "--yes").fails().err()).contains("#4 has been undone already");
        assertThat(Cli.run("undo", database, 5, "--yes").fails().err()).contains("#5 is a manual one");
        assertThat(Cli.run("undo", database, 77, "--yes").fails().err()).contains("no backup #77");
        Cli.run("redo", database, "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada new", "Alan");

        Cli.run("undo", database, "--operation", "import", "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada");
        assertThat(Cli.run("undo", database, "--operation", "add_tag", "--yes")
                        .fails()
                        .err())
                .contains("no backup before the operation 'add_tag'");
    }

    @Test
    void isNotRedoneAfterANewTransaction() throws Exception {
        Cli.run("undo", database, "--yes").succeeds();
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "INSERT INTO contacts(name) VALUES ('Grace')");
        }
        assertThat(Cli.run("redo", database, "--yes").fails().err()).contains("nothing to redo");
        Cli.run("undo", database, "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada", "Alan");
        Cli.run("undo", database, "--yes").succeeds();
        assertThat(contacts()).containsExactly("Ada");
    }

    @Test
    void isNotRedoneWhenAnotherProgramHasWritten() throws Exception {
        Cli.run("undo", database, "--yes").succeeds();
        try (Connection plain = Sql.plain(database)) {
            Sql.run(plain, "INSERT INTO contacts(name) VALUES ('Grace')");
        }
        assertThat(Cli.run("redo", database, "--yes").fails().err())
                .contains("has been changed without a backup", "what would be redone is backup #5");
        assertThat(contacts()).containsExactly("Ada", "Alan", "Grace");
    }

    /** Functions of the application are not there on the command line, and without them no row of the table can be written. */
    @Test
    void onlyWithAFunctionOfTheApplicationNamesTheOtherWay() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Function.create(
                    connection,
                    "tidy",
                    new Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            result(value_int(0) + 1);
                        }
                    },
                    1,
                    Function.FLAG_DETERMINISTIC);
            Sql.run(
                    connection,
                    "CREATE TABLE own (v)",
                    "CREATE INDEX by_tidy ON own (tidy(v))",
                    "INSERT INTO own (v) VALUES (1)",
                    "INSERT INTO own (v) VALUES (2)");
        }
        long id = Backups.newest(database).backupId() - 1;

        String err = Cli.run("undo", database, "--only", id, "--yes").fails().err();
        assertThat(err)
                .contains("tidy", "'undo " + id + "' takes back this transaction and all later ones")
                .doesNotContain("SQLITE_", "SQL error");
        Cli.run("undo", database, id, "--yes").succeeds();
        assertThat(Sql.number(database, "SELECT count(*) FROM own NOT INDEXED")).isZero();
    }

    /** The backup is gone by which redo sees that nothing has changed since. */
    @Test
    void redoRefusesBeforeItAsks() throws Exception {
        Cli.run("undo", database, "--yes").succeeds();
        Cli.run("delete", database, 4, "--yes").succeeds();

        Cli.Result refused = Cli.onTerminal("y\n", "redo", database);

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).matches("prtbackup: whether .* cannot be told, because backup #4 is gone; .*\n");
    }

    @Test
    void asksAndTakesNoForAnAnswer() throws Exception {
        assertThat(Cli.run("undo", database).isWrongUsage().err()).contains("--yes");
        assertThat(Cli.run("redo", database).isWrongUsage().err()).contains("--yes");
        Cli.Result refused = Cli.onTerminal("n\n", "undo", database);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("From now to #4:");
        assertThat(contacts()).containsExactly("Ada new", "Alan");
        assertThat(Cli.onTerminal("y\n", "undo", database).status()).isEqualTo(0);
        assertThat(contacts()).containsExactly("Ada", "Alan");
        assertThat(Cli.run("undo", database, 3, "--operation", "x", "--yes")
                        .isWrongUsage()
                        .err())
                .contains("exclude each other");
    }

    @Test
    void printsJson() {
        JsonNode undone =
                Cli.run("undo", database, 3, "--yes", "--json").succeeds().json();
        assertThat(undone.get("undone")).hasSize(2);
        assertThat(undone.get("restored").get("backup_id").asLong()).isEqualTo(3);
        assertThat(undone.get("safety_backup").get("backup_id").asLong()).isEqualTo(5);
        JsonNode redone =
                Cli.run("redo", database, "--yes", "--json").succeeds().json();
        assertThat(redone.get("restored").get("backup_id").asLong()).isEqualTo(5);
    }

    @Test
    void takesOneTransactionBackAlone() throws Exception {
        assertThat(Cli.run("undo", database, "--only", 3, "--yes").succeeds().out())
                .matches("""
                        To undo the one transaction behind backup #3 of .* \\(Auto-backup before: import\\) means to change back \
                        what it changed\\.
                        From its end to #3:
                          TABLE     INSERTED  UPDATED  DELETED  COLUMNS
                          contacts         0        0        1
                        Undid the one transaction behind backup #3 of .*
                        The state before is backup #5; 'undo' returns to it\\.
                        """);
        assertThat(contacts()).containsExactly("Ada new");
        assertThat(Backups.newest(database).comment()).isEqualTo("Auto-backup before: undo of #3");

        JsonNode again = Cli.run("undo", database, "--only", 5, "--yes", "--json")
                .succeeds()
                .json();
        assertThat(again.get("undone").get(0).get("backup_id").asLong()).isEqualTo(5);
        assertThat(again.get("backup_before").get("backup_id").asLong()).isEqualTo(6);
        assertThat(again.get("alone").asBoolean()).isTrue();
        assertThat(contacts()).containsExactly("Ada new", "Alan");
    }

    @Test
    void saysInJsonTooThatItIsNotKnownWhoElseWrote() throws Exception {
        try (Connection connection = Sql.open(database)) {
            Sql.column(connection, "PRAGMA journal_mode = WAL");
            Sql.run(connection, "INSERT INTO contacts(name) VALUES ('Grace')");
        }
        long last = Backups.newest(database).backupId();
        JsonNode undone = Cli.run("undo", database, "--only", last, "--yes", "--json")
                .succeeds()
                .json();
        assertThat(undone.get("alone").isNull()).isTrue();
    }

    @Test
    void namesTheRowsThatAreInTheWay() throws Exception {
        Cli.Result refused = Cli.run("undo", database, "--only", 2, "--yes").fails();
        assertThat(refused.err()).contains("#2 cannot be undone alone: 1 conflict");
        assertThat(refused.out()).endsWith("""
                        In conflict:
                          contacts: the row has been changed since; expected id=1, name='Ada', tag=NULL; \
                        present id=1, name='Ada', tag='new'
                        """);
        JsonNode json = Cli.run("undo", database, "--only", 2, "--yes", "--json")
                .fails()
                .json();
        assertThat(json.get("conflicts").get(0).get("table").asText()).isEqualTo("contacts");
        assertThat(contacts()).containsExactly("Ada new", "Alan");
        assertThat(Backups.count(database)).isEqualTo(4);
    }
}
