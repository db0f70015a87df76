package example.contacts;

import java.util.Map;
import liquibase.command.CommandScope;
import liquibase.exception.LiquibaseException;

/** Where the contacts are. */
public final class ContactDatabase {

    /** Liquibase makes two transactions of each step, and a few of its own; so many backups are kept. */
    private static final String URL = "jdbc:prtbackup:sqlite:contacts.db?backup.keep=100";

    private ContactDatabase() {}

    /** Brings the tables to the newest version. */
    public static void migrate() throws LiquibaseException {
        run("update", Map.of());
    }

    /** Takes the newest steps back. */
    public static void takeBack(int steps) throws LiquibaseException {
        run("rollbackCount", Map.of("count", steps));
    }

    private static void run(String command, Map<String, ?> arguments) throws LiquibaseException {
        CommandScope scope = new CommandScope(command)
                .addArgumentValue("url", URL)
                .addArgumentValue("changelogFile", "changelog.xml");
        arguments.forEach(scope::addArgumentValue);
        scope.execute();
    }
}
