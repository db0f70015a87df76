package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestoreResult;
import io.github.prtbackup.VerifyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "demo",
        description =
                "Fills a contacts database, wrecks it, and restores it from the backup made just before; fails when"
                        + " the data is not back.")
final class DemoCommand implements Callable<Integer> {
    private static final String FILE = "contacts.db";

    private static final String[][] PEOPLE = {
        {"Ada Lovelace", "ada@example.org"},
        {"Alan Turing", "alan@example.org"},
        {"Edgar Codd", "edgar@example.org"},
        {"Grace Hopper", "grace@example.org"},
        {"Kurt Gödel", "kurt@example.org"},
    };

    private static final String DISASTER = "DELETE FROM contacts";

    private final Terminal terminal;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIRECTORY",
            description = "Where the database is made; by default a new temporary directory.")
    private Path directory;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, SQLException, Failure {
        Path database = newDatabase();
        String url = "jdbc:prtbackup:sqlite:" + database;
        terminal.line("An address book in " + url);
        try (Connection connection = DriverManager.getConnection(url + "?foreign_keys=true");
                PrtBackup backups = PrtBackup.open(database)) {
            Contacts contacts = new Contacts(connection);
            work(contacts);
            Map<String, List<List<String>>> before = contacts.everything();

            wreck(connection, contacts);
            BackupInfo last = history(backups);
            restore(backups, last, database);
            check(backups, contacts, before);
        }
        section("Have a look around");
        terminal.line("  java -jar target/prtbackup.jar list " + database);
        return Main.DONE;
    }

    private Path newDatabase() throws IOException, Failure {
        Path home = directory == null
                ? Files.createTempDirectory("prtbackup-demo-")
                : Files.createDirectories(directory).toAbsolutePath().normalize();
        Path database = home.resolve(FILE);
        if (Files.exists(database)) {
            throw new Failure("there is already a file " + database + "; the demo wants a database of its own");
        }
        return database;
    }

    private void work(Contacts contacts) throws SQLException {
        section("The application works; it knows nothing of backups");
        perform(contacts, "create_schema", contacts::createSchema);
        perform(contacts, "import_contacts", () -> contacts.addContacts(PEOPLE));
        perform(contacts, "add_tag", () -> contacts.addTag("pioneer", "Ada Lovelace", "Grace Hopper"));
        perform(
                contacts,
                "add_note",
                () -> contacts.addNote("Lunch", "Likes nanoseconds, 30 cm each.", "Grace Hopper"));
        perform(contacts, "create_relationship", () -> contacts.relate("Kurt Gödel", "Alan Turing", "inspired"));
        perform(contacts, "update_contact", () -> contacts.changeAddress("Edgar Codd", "codd@example.org"));
        terminal.line("  contacts: " + people(contacts));
    }

    private void perform(Contacts contacts, String operation, Contacts.Work work) throws SQLException {
        contacts.perform(operation, work);
        terminal.line("  " + operation);
    }

    private void wreck(Connection connection, Contacts contacts) throws SQLException, Failure {
        section("Then somebody forgets the WHERE");
        connection.setClientInfo("backup.operation", null);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(DISASTER);
        }
        terminal.line("  " + DISASTER + ";");
        terminal.line("  contacts: " + people(contacts));
        if (!contacts.names().isEmpty()) {
            throw new Failure("the demo's disaster did not happen");
        }
    }

    private BackupInfo history(PrtBackup backups) throws IOException, Failure {
        section("Each backup holds the state before the operation that it names");
        List<BackupInfo> history = backups.getBackupHistory();
        BackupTable.of(history, null, terminal.width() - 2).forEach(line -> terminal.line("  " + line));
        if (history.isEmpty()) {
            throw new Failure("the writes left no backup; is backup.enabled off?");
        }
        return history.get(0);
    }

    private void restore(PrtBackup backups, BackupInfo backup, Path database) throws IOException, SQLException {
        section("The newest one is from right before the accident");
        RestoreResult result = backups.restoreFromBackup(backup.backupId());
        terminal.line("  Restored " + database.getFileName() + " from backup #"
                + result.restored().backupId() + ".");
        result.safetyBackup()
                .ifPresent(safety -> terminal.line(
                        "  What was there before, wrecked as it was, is backup #" + safety.backupId() + "."));
    }

    private void check(PrtBackup backups, Contacts contacts, Map<String, List<List<String>>> before)
            throws IOException, SQLException, Failure {
        section("The application, still connected, sees its data again");
        terminal.line("  contacts: " + people(contacts));
        Map<String, List<List<String>>> after = contacts.everything();
        if (!after.equals(before)) {
            throw new Failure("the data is not back: expected " + before + ", found " + after);
        }
        int rows = after.values().stream().mapToInt(List::size).sum();
        terminal.line("  All " + rows + " rows in " + after.size() + " tables are as they were.");
        for (BackupInfo backup : backups.getBackupHistory()) {
            VerifyResult result = backups.verifyBackup(backup.backupId());
            if (!result.isGood()) {
                throw new Failure("backup #" + backup.backupId() + " is damaged: " + result.problems());
            }
        }
        terminal.line("  All " + backups.getBackupHistory().size() + " backups are verified.");
    }

    private static String people(Contacts contacts) throws SQLException {
        List<String> names = contacts.names();
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private void section(String title) {
        terminal.line("");
        terminal.line(title);
    }
}
